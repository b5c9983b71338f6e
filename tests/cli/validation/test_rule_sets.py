"""`validate --rules`: a set of campaign rules, or every error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import run_command
from tests.unit.campaign_rules.deploying.live_bench import contact_rule
from tests.unit.campaign_rules.examples import condition, rule, rule_set, set_list

RIVALS = [rule(name, n, actions=[set_list("L", name)]) for n, name in enumerate("AB", 1)]


def validated(folder: Path, *rules: Any, **fields: Any) -> int:
    file = folder / "rules.json"
    file.write_text(json.dumps(rule_set(*rules, **fields)))
    return run_command(["validate", "--rules", str(file)])


def test_valid_set_is_printed_with_its_defaults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert validated(tmp_path, rule("A"), organisation="emea") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["organisation"] == "emea"
    assert printed["rules"] == [rule("A", conditions=[], actions=[], enabled=True)]


def test_comparison_of_each_ordering_condition_is_printed_as_an_error_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conditions = [
        condition("value", "greaterThan", "5000", "string"),
        condition("seen", "lessThan", "2026-06-01", "string"),
        condition("grade", "lessThan", "C", "string"),
        condition("value", "equals", "5000", "string"),
    ]
    assert validated(tmp_path, rule("A", conditions=conditions)) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["rules"][0]["conditions"] == conditions
    assert printed.err.splitlines() == [
        'rules.0.conditions.0: value greaterThan "5000" compares numbers',
        'rules.0.conditions.1: seen lessThan "2026-06-01" compares moments',
        'rules.0.conditions.2: grade lessThan "C" compares text',
    ]


def test_rules_in_conflict_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validated(tmp_path, *RIVALS) == 2
    assert capsys.readouterr().out.startswith("rules.1.actions.0.value: ")


def test_set_is_checked_for_the_platform_in_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENESYS_PLATFORM", "live")
    assert validated(tmp_path, contact_rule()) == 0
    capsys.readouterr()
    assert validated(tmp_path, contact_rule(priority=2)) == 2
    assert capsys.readouterr().out.startswith("rules.0.priority: must be 1")
