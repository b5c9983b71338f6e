"""Requests and rules are checked with the given matrix and organisations."""

from __future__ import annotations

import pytest

from tests.cli.validation.documents import Folder, matrix, organisations, recordings
from tests.unit.campaign_rules.deploying.live_bench import contact_rule
from tests.unit.campaign_rules.examples import rule, rule_set
from tests.unit.purge_rules.rule_bench import document as purge_rule


def of(line: str, file: str) -> str:
    """The rest of a line about the file."""
    name, _, rest = line.partition(": ")
    assert name == file
    return rest


def test_request_is_checked_with_the_given_matrix(folder: Folder) -> None:
    folder.write("request.json", recordings())
    folder.write("matrix.json", matrix(700))
    found = folder.validate("request.json", "--matrix", "matrix.json")
    assert (found.code, found.lines[1]) == (2, "matrix.json: valid")
    assert "700 days" in of(found.lines[0], "request.json")
    folder.write("matrix.json", matrix(399))
    assert folder.validate("request.json", "--matrix", "matrix.json").code == 0


def test_purge_rule_is_checked_with_the_given_matrix(folder: Folder) -> None:
    folder.write("rule.json", purge_rule())
    folder.write("matrix.json", matrix(731))
    found = folder.validate("--purge-rule", "rule.json", "--matrix", "matrix.json")
    assert found.code == 2
    assert found.lines[0].startswith("rule.json: retentionPeriod.days: must be at least 731")
    folder.write("matrix.json", matrix(730))
    assert folder.validate("--purge-rule", "rule.json", "--matrix", "matrix.json").code == 0


def test_request_must_be_valid_with_each_of_several_matrices(folder: Folder) -> None:
    folder.write("request.json", recordings(reason="short"))
    for days in (300, 700, 800):
        folder.write(f"{days}.json", matrix(days))
    matrices = [word for days in (300, 700, 800) for word in ("--matrix", f"{days}.json")]
    found = folder.validate("request.json", *matrices)
    assert found.code == 2
    reason, first, second, *_ = [of(each, "request.json") for each in found.lines[:3]]
    assert reason.startswith("reason: ")
    assert "(with" not in reason
    assert first.endswith("(with 700.json)")
    assert second.endswith("(with 800.json)")


def test_unknown_organisation_is_refused_beside_the_organisations(folder: Folder) -> None:
    folder.write("request.json", recordings(organisation="apac"))
    folder.write("rule.json", purge_rule(organisation="apac"))
    folder.write("rules.json", rule_set(rule("A"), organisation="apac"))
    folder.write("organisations.json", organisations())
    submitted = ["request.json", "--rules", "rules.json", "--purge-rule", "rule.json"]
    found = folder.validate(*submitted, "--organisations", "organisations.json")
    for line in found.lines[:3]:
        _, _, error = line.partition(": ")
        assert error.startswith("organisation: must be one of emea, or absent")
    folder.write("organisations.json", {"organisations": {}})
    found = folder.validate("request.json", "--organisations", "organisations.json")
    assert "organisation: must be absent: " in found.lines[0]


@pytest.mark.parametrize("organisation", [{}, {"organisation": "apac"}])
def test_request_without_given_organisations_may_name_any(
    folder: Folder, organisation: dict[str, str]
) -> None:
    folder.write("request.json", recordings(**organisation))
    assert folder.validate("request.json").code == 0


def test_settings_of_the_named_organisation_apply_to_its_requests(folder: Folder) -> None:
    folder.write("request.json", recordings(organisation="emea", maxRecords=11))
    folder.write("other.json", recordings(maxRecords=11))
    folder.write("organisations.json", organisations(maxRecords=10))
    found = folder.validate("request.json", "other.json", "--organisations", "organisations.json")
    assert of(found.lines[0], "request.json").startswith("maxRecords: ")
    assert found.lines[1] == "other.json: valid"


def test_platform_of_the_named_organisation_applies_to_its_rules(folder: Folder) -> None:
    folder.write("rules.json", rule_set(contact_rule(priority=2), organisation="emea"))
    folder.write("rule.json", purge_rule(organisation="emea"))
    folder.write("organisations.json", organisations(platform="live"))
    submitted = ["--rules", "rules.json", "--purge-rule", "rule.json"]
    found = folder.validate(*submitted, "--organisations", "organisations.json")
    assert of(found.lines[0], "rules.json").startswith("rules.0.priority: must be 1")
    assert any("snapshotBeforeDelete: must be false" in each for each in found.lines)


def test_default_classification_of_the_organisation_applies_to_its_rules(folder: Folder) -> None:
    folder.write("rule.json", purge_rule(organisation="emea"))
    folder.write("organisations.json", organisations(defaultClassification="internal"))
    given = ["--purge-rule", "rule.json", "--organisations", "organisations.json"]
    assert folder.validate(*given).code == 0
    folder.write("organisations.json", organisations(defaultClassification="phi"))
    assert folder.validate(*given).code == 2


def test_request_is_not_called_valid_beside_a_wrong_matrix(folder: Folder) -> None:
    folder.write("request.json", recordings())
    folder.write("wrong.json", recordings(reason="short"))
    folder.write("rules.json", rule_set(rule("A")))
    folder.write("matrix.json", {})
    given = ["request.json", "wrong.json", "--rules", "rules.json", "--matrix", "matrix.json"]
    found = folder.validate(*given)
    assert found.lines[0] == "request.json: not checked with matrix.json, which is wrong"
    assert of(found.lines[1], "wrong.json").startswith("reason: ")
    assert found.lines[2] == "wrong.json: not checked with matrix.json, which is wrong"
    # The matrix is not about campaign rules.
    assert found.lines[3:] == ["rules.json: valid", "matrix.json: rules: is required"]
