"""The retention matrix over purge rules: the longest rule that may matter counts."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.model.retention import Policy

from tests.unit.purge_rules.rule_bench import RuleBench, condition, document, matrix

VOICE = condition("type", "eq", "voice")
HIPAA = condition("classification", "eq", "hipaa")


def errors(bench: RuleBench, days: int, *filters: dict[str, Any]) -> dict[str, str]:
    return bench.errors(document(retentionPeriod={"days": days}, scope={"filters": list(filters)}))


def least_days(bench: RuleBench, *filters: dict[str, Any]) -> int:
    """The least days that a rule with these filters must have, told by a rule with thirty."""
    message = errors(bench, 30, *filters).get("retentionPeriod.days", "must be at least 30 ")
    return int(message.removeprefix("must be at least ").partition(" ")[0])


def test_a_rule_keeps_records_at_least_as_long_as_the_matrix_asks(bench: RuleBench) -> None:
    bench.policies.matrix = matrix((400, {}), (90, {}))
    assert errors(bench, 400, VOICE) == {}
    assert errors(bench, 399, VOICE) == {
        "retentionPeriod.days": "must be at least 400 (law 0), not 399"
    }


def test_a_rule_that_no_rule_of_the_matrix_covers_is_refused(bench: RuleBench) -> None:
    bench.policies.matrix = matrix((30, {"method": "data_deletion"}))
    assert errors(bench, 36_500, VOICE) == {
        "retentionPeriod.days": "no rule of the retention matrix covers these records"
    }


def test_a_rule_of_the_matrix_may_be_for_purge_rules_alone(bench: RuleBench) -> None:
    bench.policies.matrix = matrix((30, {}), (365, {"method": "purge_rule"}))
    assert least_days(bench, VOICE) == 365


def test_too_short_a_time_is_told_beside_other_wrong_fields(bench: RuleBench) -> None:
    payload = document(name="", retentionPeriod={"days": 30}, scope={"filters": [HIPAA]})
    assert set(bench.errors(payload)) == {"name", "retentionPeriod.days"}


@pytest.mark.parametrize(
    "wrong",
    [{"scope": None}, {"scope": {"filters": []}}, {"retentionPeriod": {"days": "30"}}],
)
def test_what_cannot_be_told_is_not_held_against_the_matrix(
    bench: RuleBench, wrong: dict[str, Any]
) -> None:
    bench.policies.matrix = matrix((36_500, {}))
    assert len(bench.errors(document(**wrong))) == 1


BY_TYPE: list[tuple[int, dict[str, str]]] = [
    (30, {}),
    (60, {"interactionType": "voice"}),
    (90, {"interactionType": "email"}),
]


@pytest.mark.parametrize(
    ("filters", "least"),
    [
        ([condition("type", "eq", "voice")], 60),
        ([condition("TYPE", "eq", " Voice")], 60),
        ([condition(" type ", "eq", "email")], 90),
        ([condition("type", "eq", "chat")], 30),
        ([condition("type", "eq", "voice"), condition("type", "eq", "email")], 90),
        ([condition("status", "eq", "completed")], 90),
        ([condition("type", "neq", "email")], 90),
        ([condition("type", "gt", "a")], 90),
        ([condition("type", "eq", 1)], 90),
        ([condition("type", "eq", "chat"), condition("type", "neq", "sms")], 90),
        ([condition("attributes.type", "eq", "chat")], 90),
    ],
)
def test_a_type_narrows_the_matrix_only_where_it_is_said_by_eq_alone(
    bench: RuleBench, filters: list[dict[str, Any]], least: int
) -> None:
    bench.policies.matrix = matrix(*BY_TYPE)
    assert least_days(bench, *filters) == least


@pytest.mark.parametrize(
    ("filters", "least"),
    [
        ([condition("classification", "eq", "hipaa")], 2_555),
        ([condition("Classification", "eq", "HIPAA")], 2_555),
        ([condition("attributes.classification", "eq", "hipaa")], 2_555),
        ([condition("classification", "eq", "public")], 30),
        ([VOICE], 30),
        ([condition("classification", "neq", "public")], 2_555),
        ([condition("classification", "gt", "g")], 2_555),
        ([condition("attributes.classification", "lt", "z")], 2_555),
        ([condition("classification", "eq", value=True)], 2_555),
        ([condition("classification", "eq", "pii"), HIPAA], 2_555),
        (
            [
                condition("classification", "eq", "public"),
                condition("classification", "neq", "pii"),
            ],
            2_555,
        ),
        ([condition("reclassification", "neq", "public")], 30),
    ],
)
def test_a_classification_counts_unless_no_filter_speaks_of_it(
    bench: RuleBench, filters: list[dict[str, Any]], least: int
) -> None:
    assert least_days(bench, *filters) == least


@pytest.mark.parametrize(
    ("filters", "least"),
    [
        ([VOICE], 90),
        ([condition("jurisdiction", "eq", "us-east-1")], 60),
        ([condition("jurisdiction", "eq", "eu-west-1")], 30),
        ([condition("jurisdiction", "neq", "us-west-2")], 90),
    ],
)
def test_a_rule_that_names_no_jurisdiction_is_about_every_one(
    bench: RuleBench, filters: list[dict[str, Any]], least: int
) -> None:
    bench.policies.matrix = matrix(
        (30, {}), (60, {"jurisdiction": "us-east-1"}), (90, {"jurisdiction": "us-west-2"})
    )
    assert least_days(bench, *filters) == least


@pytest.mark.parametrize(
    ("days", "policy"),
    [
        (400, Policy(minimum_days=400, basis="law 0")),
        (401, Policy(minimum_days=401, basis="The request's own retention")),
    ],
)
def test_the_retention_in_force_is_the_longer_of_the_matrixs_and_the_rules_own(
    bench: RuleBench, days: int, policy: Policy
) -> None:
    bench.policies.matrix = matrix((400, {}))
    assert bench.requests.check(document(retentionPeriod={"days": days})).policy == policy
