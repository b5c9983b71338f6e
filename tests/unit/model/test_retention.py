"""The retention matrix: the longest rule applies, and a record without a rule is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.methods import METHODS
from genesys_purge.model.classification import Classification
from genesys_purge.model.retention import (
    Kind,
    Policy,
    RetentionMatrix,
    RetentionRule,
    default_matrix,
    values,
)
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.clock import NOON

SECOND = timedelta(seconds=1)


def rule(days: int, **match: str) -> RetentionRule:
    text = ", ".join(f"{name} {value}" for name, value in match.items()) or "any"
    return RetentionRule.parse(
        {"name": text, "match": match, "minimumDays": days, "basis": f"{days} days for {text}"}
    )


def days_for(*rules: RetentionRule, **kind: str) -> int | None:
    policy = RetentionMatrix(rules=rules).policy({n: values(v) for n, v in kind.items()})
    return policy.minimum_days if policy else None


@pytest.mark.parametrize("days", [30, 365, 2_555])
def test_policy_is_met_at_the_exact_second_and_not_before(days: int) -> None:
    policy = Policy(minimum_days=days, basis="test")
    end = NOON - timedelta(days=days)
    assert policy.is_met(end, NOON)
    assert not policy.is_met(end, NOON - SECOND)
    assert not policy.is_met(end + timedelta(microseconds=1), NOON)


def test_policy_is_not_met_by_a_record_of_the_year_9999() -> None:
    end = NOON.replace(year=9999, month=12, day=31)
    assert not Policy(minimum_days=36_500, basis="test").is_met(end, NOON)


def test_longest_matching_rule_applies_in_any_order() -> None:
    rules = (rule(30), rule(2_555, classification="hipaa"), rule(365, method="m"))
    for ordered in (rules, rules[::-1]):
        assert days_for(*ordered, method="m", classification="hipaa") == 2_555
        assert days_for(*ordered, method="m", classification="public") == 365
        assert days_for(*ordered, method="n", classification="public") == 30


@given(st.lists(st.integers(30, 36_500), min_size=1, max_size=20))
def test_longest_of_several_general_rules_applies(days: list[int]) -> None:
    assert days_for(*map(rule, days)) == max(days)


def test_rule_matches_only_if_all_its_values_match() -> None:
    both = rule(100, method="m", jurisdiction="eu-west-1")
    assert days_for(both, method="m", jurisdiction="eu-west-1") == 100
    assert days_for(both, method="m", jurisdiction="us-east-1") is None
    assert days_for(both, method="n", jurisdiction="eu-west-1") is None


def test_rule_matches_a_kind_without_its_dimension() -> None:
    both = rule(100, method="m", jurisdiction="eu-west-1")
    assert days_for(both, method="m") == 100
    assert days_for(both, method="n") is None


def test_rule_for_one_of_several_record_types_matches() -> None:
    matrix = RetentionMatrix(rules=(rule(30), rule(90, recordType="message")))
    policy = matrix.policy({"recordType": values("conversation", "message")})
    assert policy
    assert (policy.minimum_days, policy.rule) == (90, "recordType message")


def test_rule_matches_values_in_any_case() -> None:
    assert days_for(rule(2_555, classification="hipaa"), classification="HIPAA") == 2_555
    assert days_for(rule(2_555, classification="HIPAA"), classification="hipaa") == 2_555


def test_rule_does_not_match_an_unknown_value() -> None:
    assert values(None, "a", None) == {"a"}
    matrix = RetentionMatrix(rules=(rule(30, classification="pii"),))
    assert matrix.policy({"classification": values(None)}) is None


@pytest.mark.parametrize(("requested", "days", "basis"), [(29, 30, "law"), (30, 30, "law")])
def test_request_retention_that_is_not_longer_changes_nothing(
    requested: int, days: int, basis: str
) -> None:
    assert Policy(minimum_days=30, basis="law").at_least(requested) == Policy(
        minimum_days=days, basis=basis
    )


def test_longer_request_retention_applies() -> None:
    policy = Policy(minimum_days=30, basis="law").at_least(31)
    assert policy == Policy(minimum_days=31, basis="Retention set in the request")


def test_default_matrix_has_a_minimum_for_each_kind() -> None:
    matrix = default_matrix()
    for method in (*METHODS, "purge_rule"):
        for classification, days in (("internal", 365), ("hipaa", 2_555), (None, 2_555)):
            kind = {"method": values(method), "classification": values(classification)}
            policy = matrix.policy(kind)
            assert policy is not None
            expected = 0 if method == "gdpr_request" else days
            assert (policy.minimum_days, bool(policy.basis)) == (expected, True), kind


def test_unknown_classification_may_be_any_unless_a_rule_names_it() -> None:
    general, health, own = (
        rule(30),
        rule(2_555, classification="hipaa"),
        rule(90, classification="x"),
    )
    for unknown in ("hippa", "", " "):
        assert days_for(general, health, own, classification=unknown) == 2_555
        both = {"classification": values("public", unknown)}
        found = RetentionMatrix(rules=(general, health)).assuming("public").policy(both)
        assert found == Policy.of(health, "hipaa")
    assert days_for(general, health, own, classification=" X ") == 90
    assert days_for(health, classification="hippa") is None


UNCLASSIFIED: Kind = {"method": values("m"), "classification": values()}


def test_unclassified_records_are_kept_by_the_longest_rule_of_any_class() -> None:
    general, health = rule(30), rule(2_555, classification="HIPAA")
    matrix = RetentionMatrix(rules=(general, health, rule(9_999, method="n", classification="pii")))
    policy = matrix.policy(UNCLASSIFIED)
    assert policy == Policy.of(health, "HIPAA")
    assert policy.grounds.endswith("; classification HIPAA is assumed")
    assert "default-classification" in policy.advice
    assert RetentionMatrix(rules=(general,)).policy(UNCLASSIFIED) == Policy.of(general)


def test_unclassified_records_are_kept_if_one_class_has_no_rule() -> None:
    rules = [rule(30 + place, classification=each) for place, each in enumerate(Classification)]
    matrix = RetentionMatrix(rules=tuple(rules))
    assert matrix.policy(UNCLASSIFIED) == Policy.of(rules[-1], rules[-1].match["classification"])
    for left_out in range(len(rules)):
        others = rules[:left_out] + rules[left_out + 1 :]
        assert RetentionMatrix(rules=tuple(others)).policy(UNCLASSIFIED) is None


def test_default_classification_applies_to_unclassified_records_alone() -> None:
    general, health = rule(30), rule(2_555, classification="hipaa")
    assuming = RetentionMatrix(rules=(general, health)).assuming("public")
    assert assuming.policy(UNCLASSIFIED) == Policy.of(general, "public")
    assert assuming.policy({"classification": values("hipaa")}) == Policy.of(health)
    # A missing dimension may have any value, whatever the default is.
    assert assuming.policy({"method": values("m")}) == Policy.of(health)
    assert assuming.assuming("").policy(UNCLASSIFIED) == Policy.of(health, "hipaa")
    only = RetentionMatrix(rules=(health,)).assuming("public")
    assert only.policy(UNCLASSIFIED) is None


RULE: dict[str, Any] = {"name": "any", "minimumDays": 30, "basis": "law"}


@pytest.mark.parametrize(
    "matrix",
    [
        {},
        {"rules": []},
        {"rules": [RULE], "default": 30},
        {"rules": [RULE | {"minimumDays": 29}]},
        {"rules": [RULE | {"minimumDays": 36_501}]},
        {"rules": [RULE | {"minimumDays": "365"}]},
        {"rules": [RULE | {"basis": ""}]},
        {"rules": [RULE | {"name": ""}]},
        {"rules": [RULE | {"match": {"colour": "red"}}]},
        {"rules": [RULE | {"match": {"method": ["a"]}}]},
        {"rules": [RULE | {"maximumDays": 10}]},
        {"rules": [RULE] * 201},
    ],
)
def test_malformed_matrix_is_refused(matrix: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RetentionMatrix.parse(matrix)


@pytest.mark.parametrize(("field", "limit"), [("name", 80), ("basis", 400)])
def test_rule_limits_the_length_of_its_texts(field: str, limit: int) -> None:
    assert RetentionMatrix.parse({"rules": [RULE | {field: "x" * limit}]})
    with pytest.raises(ValidationError):
        RetentionMatrix.parse({"rules": [RULE | {field: "x" * (limit + 1)}]})


SUBJECTS = {"name": "subjects", "match": {"method": "gdpr_request"}, "minimumDays": 0, "basis": "b"}


def test_only_rules_for_gdpr_request_apply_to_gdpr_request() -> None:
    for_subjects = RetentionRule.parse(SUBJECTS)
    others = (
        rule(30),
        rule(2_555, classification="hipaa"),
        rule(365, method="conversation_archive"),
    )
    assert days_for(*others, method="gdpr_request") is None
    assert days_for(*others, for_subjects, method="gdpr_request") == 0
    for_health = rule(2_555, method="GDPR_Request ", classification="hipaa")
    assert (
        days_for(for_subjects, for_health, method="gdpr_request", classification="hipaa") == 2_555
    )
    assert days_for(for_subjects, for_health, method="gdpr_request", classification="pii") == 0


def test_rule_for_gdpr_request_applies_to_no_other_method() -> None:
    for_subjects = RetentionRule.parse(SUBJECTS)
    assert days_for(for_subjects, method="recording_job") is None
    assert days_for(for_subjects, rule(30), method="recording_job") == 30


@pytest.mark.parametrize("match", [{}, {"method": "recording_job"}, {"classification": "public"}])
def test_only_rules_for_gdpr_request_may_be_under_30_days(
    match: dict[str, str],
) -> None:
    with pytest.raises(ValidationError, match="at least 30, except for method gdpr_request"):
        RetentionRule.parse(SUBJECTS | {"match": match, "minimumDays": 29})
    assert RetentionRule.parse(SUBJECTS | {"match": match, "minimumDays": 30})
