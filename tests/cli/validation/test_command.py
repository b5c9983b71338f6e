"""`validate` with one file or several, of one kind or several."""

from __future__ import annotations

import json

import pytest

from cli.command_line import run_command
from cli.validation.kinds import STORED, SUBMITTED
from tests.cli.validation.documents import Folder, matrix, organisations, recordings
from tests.unit.campaign_rules.examples import condition, rule, rule_set

OPTIONS = [f"--{name}" for name in (*SUBMITTED, *STORED) if name != "request"]
HOLD = {
    "holdId": "case-17",
    "reason": "Litigation 17/2026",
    "placedBy": "legal",
    "placedAt": "2026-11-21T09:00:00Z",
}


def test_single_request_is_printed_with_its_window(folder: Folder) -> None:
    folder.write("request.json", recordings())
    valid = folder.validate("request.json")
    assert (valid.code, valid.notes) == (0, [])
    printed = json.loads("\n".join(valid.lines))
    assert printed["method"] == "recording_job"
    assert set(printed["dateRange"]) == {"start", "end"}


def test_every_error_of_a_single_request_is_printed_without_its_file(folder: Folder) -> None:
    folder.write("request.json", recordings(reason="short", maxRecords=0))
    refused = folder.validate("request.json")
    assert refused.code == 2
    assert [each.partition(":")[0] for each in refused.lines] == ["reason", "maxRecords"]


def test_single_unreadable_file_is_an_error_of_the_command(folder: Folder) -> None:
    refused = folder.validate("none.json")
    assert (refused.code, refused.lines) == (2, [])
    assert refused.notes == ["error: none.json: cannot be read: No such file or directory"]


def test_each_of_several_files_is_checked_after_errors_of_all_kinds(folder: Folder) -> None:
    folder.write("wrong.json", recordings(reason="short", maxRecords=0))
    folder.write("broken.json", "{")
    folder.write("right.json", recordings())
    folder.write("rules.yaml", rule_set(rule("A", priority=0)))
    folder.write("hold.json", HOLD)
    found = folder.validate(
        *("wrong.json", "broken.json", "none.json", "right.json"),
        *("--rules", "rules.yaml", "--hold", "hold.json"),
    )
    assert found.code == 2
    heads = [": ".join(each.split(": ")[:2]) for each in found.lines]
    assert heads == [
        "wrong.json: reason",
        "wrong.json: maxRecords",
        "broken.json: is not JSON",
        "none.json: cannot be read",
        "right.json: valid",
        "rules.yaml: rules.0.priority",
        "hold.json: valid",
    ]


def test_an_option_takes_one_file_and_may_be_repeated(folder: Folder) -> None:
    for name in ("a.json", "b.json", "c.json"):
        folder.write(name, HOLD)
    found = folder.validate("--hold", "a.json", "--hold", "b.json", "--hold", "c.json")
    assert found == (0, ["a.json: valid", "b.json: valid", "c.json: valid"], [])
    found = folder.validate("--hold", "a.json", "b.json")
    assert found.lines[-1] == "a.json: valid"
    assert found.lines[0].startswith("b.json: method: ")


@pytest.mark.parametrize("option", OPTIONS)
def test_wrong_file_of_any_kind_fails_beside_a_valid_request(folder: Folder, option: str) -> None:
    folder.write("request.json", recordings())
    folder.write("wrong.json", "7")
    found = folder.validate("request.json", option, "wrong.json")
    assert found.code == 2
    assert any(each.startswith("wrong.json: ") for each in found.lines)


def test_comparisons_of_several_rule_sets_name_the_file(folder: Folder) -> None:
    above = condition("value", "greaterThan", "5000", "string")
    folder.write("a.json", rule_set(rule("A", conditions=[above])))
    folder.write("b.json", rule_set(rule("B")))
    assert folder.validate("--rules", "a.json", "--rules", "b.json") == (
        0,
        ["a.json: valid", "b.json: valid"],
        ['a.json: rules.0.conditions.0: value greaterThan "5000" compares numbers'],
    )


@pytest.mark.parametrize("option", [[], ["--rules"], ["--purge-rule"], ["--hold"]])
def test_wrong_environment_fails_whatever_is_given(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, option: list[str]
) -> None:
    monkeypatch.setenv("GENESYS_PLATFORM", "foo")
    monkeypatch.setenv("MAX_RECORDS", "many")
    folder.write("document.json", HOLD)
    found = folder.validate(*option, "document.json")
    assert found.code == 2
    (error,) = found.notes
    assert "GENESYS_PLATFORM must be documented or live, not 'foo'" in error
    assert "MAX_RECORDS must be a number" in error


def test_wrong_environment_hides_no_error_of_a_stored_document(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENESYS_PLATFORM", "foo")
    folder.write("request.json", recordings())
    folder.write("matrix.json", {})
    assert folder.validate("request.json", "--matrix", "matrix.json").lines == [
        "request.json: not checked, because the environment is wrong",
        "matrix.json: rules: is required",
    ]


def test_validate_without_a_file_lists_the_options(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_command(["validate"]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("error: give a request, or files after ")
    assert all(each in printed for each in OPTIONS)


def test_given_organisations_and_matrix_are_checked_themselves(folder: Folder) -> None:
    folder.write("matrix.json", matrix(29))
    folder.write("organisations.json", organisations(region="nowhere"))
    found = folder.validate("--matrix", "matrix.json", "--organisations", "organisations.json")
    assert found.code == 2
    assert [each.partition(": ")[0] for each in found.lines] == [
        "matrix.json",
        "organisations.json",
    ]
