"""The command `evaluate`."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import run_command
from tests.unit.campaign_rules.examples import condition, rule, rule_set, set_list

NORTH = rule("north", 1, conditions=[condition("region", "equals", "north", "string")])
RIVALS = [rule(name, n, actions=[set_list("L", name)]) for n, name in enumerate("AB", 1)]


class Folder:
    """The input and output files of the commands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.out = path / "out"

    def rules(self, *rules: Any, name: str = "rules.json", **fields: Any) -> str:
        file = self.path / name
        file.write_text(json.dumps(rule_set(*rules, **fields)))
        return str(file)

    def contacts(self, content: str) -> str:
        file = self.path / "contacts.jsonl"
        file.write_text(content)
        return str(file)

    def evaluate(self, rules: str, contacts: str) -> int:
        return run_command(["rules", "evaluate", rules, contacts, "--out", str(self.out)])

    @property
    def matches(self) -> list[Any]:
        return [json.loads(line) for line in (self.out / "matches.jsonl").read_text().splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_evaluate_writes_a_line_of_matches_for_each_contact(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    contacts = folder.contacts('{"region": "north"}\n{"region": "south"}\n{}')
    assert folder.evaluate(folder.rules(NORTH), contacts) == 0
    assert folder.matches == [
        {"contact": 0, "rules": ["north"]},
        {"contact": 1, "rules": []},
        {"contact": 2, "rules": []},
    ]
    printed = capsys.readouterr().out
    assert "evaluated  3 contacts" in printed
    assert "conflicts  0" in printed
    assert "microseconds" in printed


def test_evaluate_counts_conflicts_without_an_error(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert folder.evaluate(folder.rules(*RIVALS), folder.contacts("{}\n{}")) == 0
    assert "conflicts  2" in capsys.readouterr().out


def test_evaluate_prints_the_unreadable_contacts_of_each_rule(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    above = rule("above", conditions=[condition("value", "greaterThan", "5000", "string")])
    contacts = '{"value": "10000"}\n{"value": "n/a"}\n{"value": ""}\n{}'
    assert folder.evaluate(folder.rules(above), folder.contacts(contacts)) == 0
    assert [each["rules"] for each in folder.matches] == [["above"], [], [], []]
    message = "unreadable  above: 2 contacts left out for a value it cannot read"
    assert message in capsys.readouterr().out


def test_evaluate_without_contacts_writes_no_matches(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert folder.evaluate(folder.rules(NORTH), folder.contacts("")) == 0
    assert folder.matches == []
    assert "average    none" in capsys.readouterr().out


def test_evaluate_accepts_yaml_rules(folder: Folder) -> None:
    # Every JSON file is also YAML.
    assert folder.evaluate(folder.rules(NORTH, name="rules.yaml"), folder.contacts("{}")) == 0


def test_evaluate_reports_wrong_rules_and_writes_nothing(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = folder.rules(NORTH, rule("B", 1, priority=0))
    assert folder.evaluate(rules, folder.contacts("{}")) == 2
    printed = capsys.readouterr().err.splitlines()
    assert [": ".join(line.split(": ")[:2]) for line in printed] == [
        "error: rules.1.priority",
        "error: rules.1.executionOrder",
    ]
    assert list(folder.out.iterdir()) == []


def test_evaluate_names_a_wrong_line_and_removes_old_matches(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = folder.rules(NORTH)
    assert folder.evaluate(rules, folder.contacts("{}")) == 0
    capsys.readouterr()
    assert folder.evaluate(rules, folder.contacts("{}\n{}\n[]")) == 2
    assert capsys.readouterr() == ("", "error: line 3: contact 2 is not a JSON object\n")
    assert list(folder.out.iterdir()) == []


def test_evaluate_names_a_missing_file(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert folder.evaluate(folder.rules(NORTH), str(folder.path / "none.jsonl")) == 2
    assert "none.jsonl" in capsys.readouterr().err
    assert folder.evaluate(str(folder.path / "none.json"), folder.contacts("{}")) == 2
    assert "none.json: cannot be read" in capsys.readouterr().err


def test_set_of_an_organisation_is_evaluated(folder: Folder) -> None:
    rules = folder.rules(NORTH, organisation="emea")
    assert folder.evaluate(rules, folder.contacts('{"region": "north"}')) == 0
    assert folder.matches == [{"contact": 0, "rules": ["north"]}]


def test_evaluate_does_not_overwrite_the_contacts(folder: Folder) -> None:
    folder.out.mkdir()
    contacts = folder.out / "matches.jsonl"
    contacts.write_text('{"region": "north"}')
    assert folder.evaluate(folder.rules(NORTH), str(contacts)) == 2
    assert contacts.read_text() == '{"region": "north"}'
