"""The command that runs the documents' examples fails for whatever is not as promised."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from cli.local_commands import documents
from cli.local_commands.documents import Documents
from local.options.options import Options

DELETED = {"outcome": "completed", "batches": [{}] * 3}
ARCHIVE = DELETED | {"totals": {"deleted": 7, "skipped": {"too_young": 1}}}
MATCHES = [["High value customers"], ["High value customers"], []]


class Rule:
    """A rule at Genesys whose execution deletes seven records."""

    reported = 7

    def __init__(self, *_: object) -> None:
        pass

    def create(self, _: Any) -> Any:
        return {"ruleId": "rule-1", "status": "active"}

    def execute(self, _: str) -> Any:
        return {"deletedCount": 7}

    def webhook_of(self, _: str) -> Any:
        return {"deletedCount": self.reported}


class Lambda:
    """Answers every invocation alike."""

    def __init__(self, answer: Mapping[str, Any], error: str | None = None) -> None:
        self._answer = answer
        self._error = {"FunctionError": error} if error else {}

    def invoke(self, **_: object) -> Any:
        return {"Payload": io.BytesIO(json.dumps(self._answer).encode()), **self._error}


def refused(path: str) -> Lambda:
    body = {"errors": [{"path": path, "message": "is wrong"}]}
    return Lambda({"errorType": "InvalidRequest", "errorMessage": json.dumps(body)}, "Unhandled")


def matches(*rules: list[str]) -> Lambda:
    return Lambda({"matches": [{"contact": n, "rules": each} for n, each in enumerate(rules)]})


def is_kept(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    result: Mapping[str, Any] | None = None,
    client: Lambda | None = None,
    outcome: str = "deployed",
    reported: int = 7,
) -> bool:
    """Whether the example of this name is shown as kept."""
    functions = {"submit_purge": "submit", "evaluate_contacts": "evaluate"}
    app: Any = SimpleNamespace(
        stack=SimpleNamespace(functions=functions),
        session=SimpleNamespace(client=lambda _: client),
    )
    (tmp_path / "result.json").write_text(json.dumps(result or {}))
    monkeypatch.setattr(documents, "purge", lambda *_: 0)
    monkeypatch.setattr(documents, "deploy", lambda *_: outcome)
    monkeypatch.setattr(documents, "RuleAtGenesys", Rule)
    monkeypatch.setattr(Rule, "reported", reported)
    printed = Console(file=io.StringIO(), width=200)
    one = Documents(app, Options(out=tmp_path), printed, printed)
    example = next(each for each in one.examples() if each.name == name)
    kept = one.show(example).is_kept
    assert isinstance(printed.file, io.StringIO)
    assert ("NOT KEPT" in printed.file.getvalue()) is not kept
    assert example.promise in printed.file.getvalue()
    return kept


@pytest.mark.parametrize(("reported", "kept"), [(7, True), (6, False)])
def test_d1_is_kept_if_the_webhook_reports_the_deletions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reported: int, kept: bool
) -> None:
    assert is_kept("D1", tmp_path, monkeypatch, reported=reported) is kept


@pytest.mark.parametrize(
    ("difference", "kept"),
    [
        ({}, True),
        ({"outcome": "completed_with_failures"}, False),
        ({"batches": [{}] * 2}, False),
        ({"totals": {"targeted": 0, "verified": 0}}, False),
    ],
)
def test_d2_is_kept_if_three_segments_are_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, difference: dict[str, Any], kept: bool
) -> None:
    result = DELETED | {"totals": {"targeted": 7, "verified": 7}} | difference
    assert is_kept("D2", tmp_path, monkeypatch, result=result) is kept


@pytest.mark.parametrize(
    ("client", "kept"),
    [
        (refused("retentionDays"), True),
        (refused("dateRange"), False),
        (Lambda({"runId": "run-1", "status": "submitted"}), False),
    ],
)
def test_d3_is_kept_if_its_retention_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: Lambda, kept: bool
) -> None:
    assert is_kept("D3", tmp_path, monkeypatch, client=client) is kept


@pytest.mark.parametrize(
    ("difference", "kept"),
    [
        ({}, True),
        ({"outcome": "failed"}, False),
        ({"totals": {"deleted": 7, "skipped": {}}}, False),
    ],
)
def test_d4_is_kept_if_the_others_are_skipped_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, difference: dict[str, Any], kept: bool
) -> None:
    assert is_kept("D4", tmp_path, monkeypatch, result=ARCHIVE | difference) is kept


@pytest.mark.parametrize(
    ("outcome", "rules", "kept"),
    [
        ("deployed", MATCHES, True),
        ("rejected", MATCHES, False),
        ("deployed", [[], [], ["High value customers"]], False),
    ],
)
def test_d5_is_kept_if_its_rules_select_numbers_above_5000(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    outcome: str,
    rules: list[list[str]],
    kept: bool,
) -> None:
    found = is_kept("D5", tmp_path, monkeypatch, outcome=outcome, client=matches(*rules))
    assert found is kept
