"""`genesys-purge local export-rules`: exports the changes of a campaign's rules to two files."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from cli.local_commands.starting import print_function_errors, started
from cli.reports.lines import show
from cli.stack.functions import invoke
from local.application import Application
from local.errors import CommandFailed
from local.options.options import Options

FUNCTION = "export_campaign_rule_changes"
JSON_LINES = "changes.jsonl"
CSV = "changes.csv"
# A user expects the latest changes in the export, without a wait.
WITHOUT_WAIT = {"ExportSettlingSeconds": "0"}


def export_rules(campaign: str, options: Options, console: Console, errors: Console) -> int:
    """Starts the application, exports the campaign's changes and returns 0."""
    chosen = replace(options, parameters={**WITHOUT_WAIT, **options.parameters})
    clear(options.out)
    with started(chosen, console) as app:
        try:
            export(app, campaign, options.out, console)
        except CommandFailed:
            print_function_errors(app, errors)
            raise
    return 0


def export(app: Application, campaign: str, out: Path, console: Console) -> int:
    """Exports the changes with a running application and returns their number."""
    function = app.stack.functions[FUNCTION]
    answer = invoke(app.session.client("lambda"), function, {"campaignId": campaign})
    exports: list[Any] = answer["exports"]
    clear(out)
    s3 = app.session.client("s3")
    json_lines = [_content(s3, each["jsonLines"]) for each in exports]
    tables = [_content(s3, each["csv"]) for each in exports]
    # Every table has the header; only the first header is kept.
    rows = [table.split(b"\r\n", 1)[1] for table in tables[1:]]
    (out / JSON_LINES).write_bytes(b"".join(json_lines))
    (out / CSV).write_bytes(b"".join([*tables[:1], *rows]))
    changes: int = sum(each["changes"] for each in exports)
    show(console, _lines(campaign, exports, changes, out))
    return changes


def clear(out: Path) -> None:
    """Creates the folder and removes the files of an earlier export."""
    out.mkdir(parents=True, exist_ok=True)
    for name in (JSON_LINES, CSV):
        (out / name).unlink(missing_ok=True)


def _content(s3: Any, url: str) -> bytes:
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def _lines(
    campaign: str, exports: list[Any], changes: int, out: Path
) -> Iterator[tuple[str, object]]:
    yield "campaign", campaign
    yield "changes", f"{changes:,}"
    for each in exports:
        yield "window", f"{each['window']['start']} to {each['window']['end']}"
    for each in exports:
        yield "object", each["jsonLines"]
        yield "object", each["csv"]
    for name in (JSON_LINES, CSV):
        yield "file", out / name
