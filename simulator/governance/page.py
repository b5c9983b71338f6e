"""The received notifications as an HTML page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import orjson

from simulator.http.answer import Answer

COLUMNS = ("at", "event", "webhookId", "signatureValid", "status", "headers", "body")
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'",
}


def page(rows: Sequence[Mapping[str, object]]) -> Answer:
    """A table of the notifications; all received text is escaped."""
    head = "".join(f"<th>{escape(name)}</th>" for name in COLUMNS)
    body = "\n".join(f"<tr>{''.join(_cell(row[name]) for name in COLUMNS)}</tr>" for row in rows)
    text = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Governance notifications</title>
<h1>Governance notifications: {len(rows)}</h1>
<table border="1">
<tr>{head}</tr>
{body}
</table>
</html>
"""
    return Answer(200, text.encode(), HEADERS)


def _cell(value: object) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return f"<td><pre>{escape(text)}</pre></td>"
