"""`python -m local export-rules`: the changes of a campaign's rules, as JSON Lines and as CSV."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from local import function_log
from local.application import Application, application
from local.options import Options
from local.running import announce, say

FUNCTION = "export_campaign_rule_changes"
JSON_LINES = "changes.jsonl"
CSV = "changes.csv"
# The user is to see what happened a moment ago, and waits for nothing.
AT_ONCE = {"ExportSettlingSeconds": "0"}


class ExportFailed(Exception):
    """The changes could not be exported."""


def export_rules(campaign: str, options: Options, console: Console, errors: Console) -> int:
    """Starts the application, exports the campaign, and returns 0; ExportFailed otherwise."""
    shown = replace(options, parameters={**AT_ONCE, **options.parameters})
    clear(options.out)
    say(console, "Starting the application.")
    with application(shown) as app:
        announce(app, console)
        try:
            export(app, campaign, options.out, console)
        except ExportFailed:
            for error in function_log.errors_in(app.session.client("logs")):
                say(errors, f"A function logged:\n{error}")
            raise
    return 0


def export(app: Application, campaign: str, out: Path, console: Console) -> int:
    """Exports a campaign of an application that is up, and returns how many changes there were."""
    exports = _invoke(app, {"campaignId": campaign})
    clear(out)
    s3 = app.session.client("s3")
    json_lines = [_content(s3, each["jsonLines"]) for each in exports]
    tables = [_content(s3, each["csv"]) for each in exports]
    # Each has the header.
    rows = [table.split(b"\r\n", 1)[1] for table in tables[1:]]
    (out / JSON_LINES).write_bytes(b"".join(json_lines))
    (out / CSV).write_bytes(b"".join([*tables[:1], *rows]))
    changes: int = sum(each["changes"] for each in exports)
    for label, value in _lines(campaign, exports, changes, out):
        say(console, f"{label:>10}  {value}")
    return changes


def clear(out: Path) -> None:
    """Makes the folder and removes what an earlier export left in it."""
    out.mkdir(parents=True, exist_ok=True)
    for name in (JSON_LINES, CSV):
        (out / name).unlink(missing_ok=True)


def _invoke(app: Application, request: Mapping[str, Any]) -> list[Any]:
    client = app.session.client("lambda")
    answer = client.invoke(FunctionName=app.stack.functions[FUNCTION], Payload=json.dumps(request))
    content = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise ExportFailed(_reason(content))
    return list(content["exports"])


def _reason(error: Mapping[str, Any]) -> str:
    """What the function raised; a refused request by its wrong fields."""
    message = str(error.get("errorMessage"))
    try:
        return "; ".join(f"{e['path']}: {e['message']}" for e in json.loads(message)["errors"])
    except (ValueError, KeyError, TypeError):
        return f"{error.get('errorType')}: {message}"


def _content(s3: Any, url: str) -> bytes:
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def _lines(campaign: str, exports: list[Any], changes: int, out: Path) -> list[tuple[str, object]]:
    windows = [
        ("window", f"{each['window']['start']} to {each['window']['end']}") for each in exports
    ]
    objects = [("object", each[form]) for each in exports for form in ("jsonLines", "csv")]
    files = [("file", out / name) for name in (JSON_LINES, CSV)]
    return [("campaign", campaign), ("changes", f"{changes:,}"), *windows, *objects, *files]
