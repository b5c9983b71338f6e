"""`validate --purge-rule`: what a purge rule would create, or every error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import run_command
from tests.unit.purge_rules.rule_bench import NAME, document


@pytest.fixture(autouse=True)
def default_classification(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules without a classification are not held to the longest retention."""
    monkeypatch.setenv("DEFAULT_CLASSIFICATION", "internal")


def validated(folder: Path, **fields: Any) -> int:
    file = folder / "rule.json"
    file.write_text(json.dumps(document(**fields)))
    return run_command(["validate", "--purge-rule", str(file)])


def test_valid_purge_rule_is_printed_as_genesys_would_receive_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert validated(tmp_path, organisation="emea") == 0
    planned = json.loads(capsys.readouterr().out)
    assert (planned["name"], planned["status"]) == (NAME, "dry_run")
    assert planned["definition"] == document()
    assert planned["policy"] == {"minimumDays": 730, "basis": "Retention set in the request"}
    assert planned["detail"].startswith("not checked here are legal holds")


def test_every_error_of_a_purge_rule_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {"retentionPeriod": {"days": 29}, "maxBatchSize": 99, "complianceLockCheck": False}
    assert validated(tmp_path, **wrong) == 2
    paths = [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert paths == ["retentionPeriod.days", "maxBatchSize", "complianceLockCheck"]


def test_purge_rule_is_checked_for_the_platform_in_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENESYS_PLATFORM", "live")
    assert validated(tmp_path) == 2
    assert capsys.readouterr().out.startswith("snapshotBeforeDelete: must be false")
    assert validated(tmp_path, snapshotBeforeDelete=False) == 0
    planned = json.loads(capsys.readouterr().out)
    assert list(planned["definition"]["mediaPolicies"]) == ["callPolicy"]
    assert "media retention policy" in planned["detail"]


def test_purge_rule_without_any_classification_meets_the_longest_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEFAULT_CLASSIFICATION")
    assert validated(tmp_path) == 2
    assert capsys.readouterr().out.startswith("retentionPeriod.days: must be at least 2555")


def test_repeated_key_of_a_purge_rule_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rule.json"
    file.write_text('{"enabled": true, "enabled": false}')
    assert run_command(["validate", "--purge-rule", str(file)]) == 2
    assert "enabled: is given more than once" in capsys.readouterr().err
