"""The certificate for people: a page that shows the signed statement, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import orjson

from genesys_purge.proof.entries import digest_of

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.6rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse}"
    "td,th{border-bottom:1px solid #ccc;padding:.2rem .8rem .2rem 0;text-align:left;"
    "vertical-align:top}code,td{overflow-wrap:anywhere}footer{margin-top:2rem;font-size:.8rem}"
    "@media print{body{margin:0;max-width:none}}"
)
TITLES = {
    "controller": "Controller",
    "scope": "What was deleted",
    "basis": "Why it was allowed",
    "plan": "Plan",
    "authorisation": "Approvals",
    "holds": "Legal holds",
    "execution": "Execution",
    "verification": "Verification",
    "residualCopies": "Copies that may remain",
    "limits": "What this certificate does not prove",
    "audit": "Sealed audit records",
    "issuer": "Issuer",
}


def page_of(payload: bytes) -> bytes:
    """The page of a statement, in UTF-8."""
    content = orjson.loads(payload)["predicate"]
    parts = "".join(
        f"<h2>{title}</h2>{_shown(content[name])}"
        for name, title in TITLES.items()
        if content.get(name)
    )
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>Certificate of destruction {escape(content['certificateId'])}</title>"
        f"<style>{STYLE}</style><h1>Certificate of destruction</h1>"
        f"<p>{escape(content['certificateId'])}, issued {escape(content['issuedAt'])}. "
        f"Outcome: {escape(content['outcome'])}.</p>{_replaced(content)}"
        f"<p>{escape(content['assurance'])}</p>{parts}"
        f"<footer>This page is not signed. It shows the statement with the SHA-256 "
        f"<code>{digest_of(payload)}</code>, which is.</footer></html>"
    )
    return page.encode()


def _replaced(content: Mapping[str, Any]) -> str:
    """A line about the certificate that this one replaces, if there is one."""
    if "supersedes" not in content:
        return ""
    digest = escape(content["supersedes"])
    return f"<p>It replaces the certificate with the SHA-256 <code>{digest}</code>.</p>"


def _shown(value: Any) -> str:
    match value:
        case dict():
            rows = (
                f"<tr><th>{escape(key)}</th><td>{_shown(each)}</td></tr>"
                for key, each in value.items()
            )
            return f"<table>{''.join(rows)}</table>"
        case list():
            return "".join(f"<p>{_shown(each)}</p>" for each in value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return escape(f"{value:,}" if is_number else str(value))
