"""The retention matrix: the longest rule wins, no rule means kept, met to the second."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.model.retention import (
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
def test_a_record_is_old_enough_at_the_very_second_and_not_one_before(days: int) -> None:
    policy = Policy(minimum_days=days, basis="test")
    end = NOON - timedelta(days=days)
    assert policy.is_met(end, NOON)
    assert not policy.is_met(end, NOON - SECOND)
    assert not policy.is_met(end + timedelta(microseconds=1), NOON)


def test_a_record_that_ends_with_the_calendar_is_simply_too_young() -> None:
    end = NOON.replace(year=9999, month=12, day=31)
    assert not Policy(minimum_days=36_500, basis="test").is_met(end, NOON)


def test_the_longest_of_the_rules_that_match_wins_whatever_their_order() -> None:
    rules = (rule(30), rule(2_555, classification="hipaa"), rule(365, method="m"))
    for ordered in (rules, rules[::-1]):
        assert days_for(*ordered, method="m", classification="hipaa") == 2_555
        assert days_for(*ordered, method="m", classification="public") == 365
        assert days_for(*ordered, method="n", classification="public") == 30


@given(st.lists(st.integers(30, 36_500), min_size=1, max_size=20))
def test_of_rules_for_everything_the_longest_is_in_force(days: list[int]) -> None:
    assert days_for(*map(rule, days)) == max(days)


def test_a_rule_matches_only_where_every_one_of_its_values_does() -> None:
    both = rule(100, method="m", jurisdiction="eu-west-1")
    assert days_for(both, method="m", jurisdiction="eu-west-1") == 100
    assert days_for(both, method="m", jurisdiction="us-east-1") is None
    assert days_for(both, method="n", jurisdiction="eu-west-1") is None


def test_a_rule_on_what_a_method_cannot_tell_applies_to_all_its_records() -> None:
    both = rule(100, method="m", jurisdiction="eu-west-1")
    assert days_for(both, method="m") == 100
    assert days_for(both, method="n") is None


def test_a_record_of_several_types_is_kept_by_the_rule_for_any_of_them() -> None:
    matrix = RetentionMatrix(rules=(rule(30), rule(90, recordType="message")))
    policy = matrix.policy({"recordType": values("conversation", "message")})
    assert policy == Policy(minimum_days=90, basis="90 days for recordType message")


def test_letters_match_whatever_their_case() -> None:
    assert days_for(rule(2_555, classification="hipaa"), classification="HIPAA") == 2_555
    assert days_for(rule(2_555, classification="HIPAA"), classification="hipaa") == 2_555


def test_a_value_that_is_not_known_matches_no_rule_that_asks_for_it() -> None:
    assert values(None, "a", None) == {"a"}
    matrix = RetentionMatrix(rules=(rule(30, classification="pii"),))
    assert matrix.policy({"classification": values(None)}) is None


@pytest.mark.parametrize(("own", "days", "basis"), [(29, 30, "law"), (30, 30, "law")])
def test_a_shorter_retention_of_the_request_changes_nothing(
    own: int, days: int, basis: str
) -> None:
    assert Policy(minimum_days=30, basis="law").at_least(own) == Policy(
        minimum_days=days, basis=basis
    )


def test_a_longer_retention_of_the_request_is_in_force() -> None:
    policy = Policy(minimum_days=30, basis="law").at_least(31)
    assert policy == Policy(minimum_days=31, basis="The request's own retention")


def test_the_shipped_matrix_keeps_everything_for_a_while() -> None:
    matrix = default_matrix()
    asked: list[tuple[dict[str, frozenset[str]], int]] = [
        ({"method": values("data_deletion"), "classification": values()}, 30),
        ({"method": values("conversation_archive"), "classification": values()}, 365),
        ({"method": values("data_deletion"), "classification": values("hipaa")}, 2_555),
        ({"method": values("conversation_archive"), "classification": values("hipaa")}, 2_555),
    ]
    for kind, days in asked:
        policy = matrix.policy(kind)
        assert policy is not None
        assert policy.minimum_days == days
        assert policy.basis


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
def test_a_matrix_that_is_not_of_the_agreed_form_is_no_matrix(matrix: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RetentionMatrix.parse(matrix)


@pytest.mark.parametrize(("field", "most"), [("name", 80), ("basis", 400)])
def test_the_texts_of_a_rule_have_an_end(field: str, most: int) -> None:
    assert RetentionMatrix.parse({"rules": [RULE | {field: "x" * most}]})
    with pytest.raises(ValidationError):
        RetentionMatrix.parse({"rules": [RULE | {field: "x" * (most + 1)}]})


SUBJECTS = {"name": "subjects", "match": {"method": "gdpr_request"}, "minimumDays": 0, "basis": "b"}


def test_of_a_data_subjects_request_only_the_rules_decide_that_name_it() -> None:
    of_subjects = RetentionRule.parse(SUBJECTS)
    others = (
        rule(30),
        rule(2_555, classification="hipaa"),
        rule(365, method="conversation_archive"),
    )
    assert days_for(*others, method="gdpr_request") is None
    assert days_for(*others, of_subjects, method="gdpr_request") == 0
    of_health = rule(2_555, method="GDPR_Request ", classification="hipaa")
    assert days_for(of_subjects, of_health, method="gdpr_request", classification="hipaa") == 2_555
    assert days_for(of_subjects, of_health, method="gdpr_request", classification="pii") == 0


def test_what_such_a_rule_says_is_nothing_to_any_other_method() -> None:
    of_subjects = RetentionRule.parse(SUBJECTS)
    assert days_for(of_subjects, method="recording_job") is None
    assert days_for(of_subjects, rule(30), method="recording_job") == 30


@pytest.mark.parametrize("match", [{}, {"method": "recording_job"}, {"classification": "public"}])
def test_only_a_data_subjects_request_may_be_kept_for_less_than_a_month(
    match: dict[str, str],
) -> None:
    with pytest.raises(ValidationError, match="30 or more"):
        RetentionRule.parse(SUBJECTS | {"match": match, "minimumDays": 29})
    assert RetentionRule.parse(SUBJECTS | {"match": match, "minimumDays": 30})
