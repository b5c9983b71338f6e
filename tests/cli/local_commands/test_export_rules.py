"""The command `export-rules` and its two files."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from cli.local_commands.export_rules import export
from local.errors import CommandFailed

HEADER = b"timestamp,eventType\r\n"


def window(number: int) -> dict[str, Any]:
    url = f"s3://changes/campaign-1/{number}"
    return {
        "campaignId": "campaign-1",
        "window": {"start": "2026-11-20T12:00:00Z", "end": "2026-11-21T12:00:00Z"},
        "changes": 1,
        "jsonLines": f"{url}.jsonl",
        "csv": f"{url}.csv",
    }


class Aws:
    """An application whose function returns one answer; every window has two objects."""

    def __init__(self, answer: Any, *, fails: bool = False) -> None:
        self.stack = SimpleNamespace(functions={"export_campaign_rule_changes": "function"})
        self.session = SimpleNamespace(client=lambda _: self)
        self.requests: list[Any] = []
        self._answer = answer
        self._fails = fails

    def invoke(self, *, FunctionName: str, Payload: str) -> Any:
        assert FunctionName == "function"
        self.requests.append(json.loads(Payload))
        error = {"FunctionError": "Unhandled"} if self._fails else {}
        return {"Payload": io.BytesIO(json.dumps(self._answer).encode()), **error}

    def get_object(self, *, Bucket: str, Key: str) -> Any:
        assert Bucket == "changes"
        name = Key.removeprefix("campaign-1/").encode()
        content = HEADER + name + b",x\r\n" if Key.endswith(".csv") else b'"' + name + b'"\n'
        return {"Body": io.BytesIO(content)}


def run(aws: Any, out: Path) -> tuple[int, str]:
    printed = io.StringIO()
    return export(aws, "campaign-1", out, Console(file=printed, width=200)), printed.getvalue()


def test_export_writes_two_files(tmp_path: Path) -> None:
    aws = Aws({"exports": [window(1)]})
    changes, printed = run(aws, tmp_path)
    assert aws.requests == [{"campaignId": "campaign-1"}]
    assert (tmp_path / "changes.jsonl").read_bytes() == b'"1.jsonl"\n'
    assert (tmp_path / "changes.csv").read_bytes() == HEADER + b"1.csv,x\r\n"
    assert changes == 1
    assert "changes  1" in printed
    assert "s3://changes/campaign-1/1.csv" in printed


def test_several_windows_are_joined_in_the_two_files(tmp_path: Path) -> None:
    changes, _ = run(Aws({"exports": [window(1), window(2)]}), tmp_path)
    assert (tmp_path / "changes.jsonl").read_bytes() == b'"1.jsonl"\n"2.jsonl"\n'
    assert (tmp_path / "changes.csv").read_bytes() == HEADER + b"1.csv,x\r\n2.csv,x\r\n"
    assert changes == 2


def test_export_without_windows_writes_empty_files(tmp_path: Path) -> None:
    (tmp_path / "changes.csv").write_text("of an earlier export")
    assert run(Aws({"exports": []}), tmp_path)[0] == 0
    assert (tmp_path / "changes.csv").read_bytes() == b""


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ({"errorType": "TryLater", "errorMessage": "503"}, "TryLater: 503"),
        (
            {"errorMessage": '{"errors": [{"path": "campaignId", "message": "is wrong"}]}'},
            "campaignId: is wrong",
        ),
    ],
)
def test_failed_export_reports_the_reason(
    tmp_path: Path, error: dict[str, str], message: str
) -> None:
    with pytest.raises(CommandFailed, match=f"{message}$"):
        run(Aws(error, fails=True), tmp_path)
