"""The retention matrix over purge rules: the longest rule that may apply decides."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import RetentionNotMet
from genesys_purge.model.retention import Kind, Policy, values

from tests.unit.purge_rules.rule_bench import RuleBench, condition, document, matrix

VOICE = condition("type", "eq", "voice")
HIPAA = condition("classification", "eq", "hipaa")
KIND: Kind = {"method": values("purge_rule"), "classification": values()}


def errors(bench: RuleBench, days: int, *filters: dict[str, Any]) -> dict[str, str]:
    return bench.errors(document(retentionPeriod={"days": days}, scope={"filters": list(filters)}))


def least_days(bench: RuleBench, *filters: dict[str, Any]) -> int:
    """The least days of a rule with these filters, from the error of a rule with thirty."""
    message = errors(bench, 30, *filters).get("retentionPeriod.days", "must be at least 30 ")
    return int(message.removeprefix("must be at least ").partition(" ")[0])


def test_rule_keeps_records_at_least_as_long_as_the_matrix(bench: RuleBench) -> None:
    bench.policies.matrix = matrix((400, {}), (90, {}))
    assert errors(bench, 400, VOICE) == {}
    assert errors(bench, 399, VOICE) == {
        "retentionPeriod.days": "must be at least 400 (rule 'any': law 0; classification internal "
        "is assumed), not 399; name another classification in the request, or in "
        "the setting default-classification"
    }


def test_rule_without_a_matching_matrix_rule_is_refused(bench: RuleBench) -> None:
    bench.policies.matrix = matrix((30, {"method": "data_deletion"}))
    assert errors(bench, 36_500, VOICE) == {
        "retentionPeriod.days": "no rule of the retention matrix covers these records"
    }


def test_matrix_rule_may_name_the_method_purge_rule(bench: RuleBench) -> None:
    bench.policies.matrix = matrix((30, {}), (365, {"method": "purge_rule"}))
    assert least_days(bench, VOICE) == 365


def test_too_few_days_are_reported_beside_other_errors(bench: RuleBench) -> None:
    payload = document(name="", retentionPeriod={"days": 30}, scope={"filters": [HIPAA]})
    assert set(bench.errors(payload)) == {"name", "retentionPeriod.days"}


def test_unreadable_scope_or_days_are_not_checked_by_the_matrix(bench: RuleBench) -> None:
    bench.policies.matrix = matrix((36_500, {}))
    wrong: list[dict[str, Any]] = [
        {"scope": None},
        {"scope": {"filters": []}},
        {"retentionPeriod": {"days": "30"}},
    ]
    assert [len(bench.errors(document(**each))) for each in wrong] == [1, 1, 1]


def test_type_narrows_the_matrix_only_if_eq_filters_name_it(bench: RuleBench) -> None:
    bench.policies.matrix = matrix(
        (30, {}), (60, {"interactionType": "voice"}), (90, {"interactionType": "email"})
    )
    assert [
        least_days(bench, *filters)
        for filters in (
            [condition("type", "eq", "voice")],
            [condition("TYPE", "eq", " Voice")],
            [condition(" type ", "eq", "email")],
            [condition("type", "eq", "chat")],
        )
    ] == [60, 60, 90, 30]
    for filters in (
        [condition("type", "eq", "voice"), condition("type", "eq", "email")],
        [condition("status", "eq", "completed")],
        [condition("type", "neq", "email")],
        [condition("type", "gt", "a")],
        [condition("type", "eq", 1)],
        [condition("type", "eq", "chat"), condition("type", "neq", "sms")],
        [condition("attributes.type", "eq", "chat")],
    ):
        assert least_days(bench, *filters) == 90, filters


def test_classification_counts_if_any_filter_compares_it(bench: RuleBench) -> None:
    for filters in (
        [condition("classification", "eq", "hipaa")],
        [condition("Classification", "eq", "HIPAA")],
        [condition("attributes.classification", "eq", "hipaa")],
        [condition("classification", "neq", "public")],
        [condition("classification", "gt", "g")],
        [condition("attributes.classification", "lt", "z")],
        [condition("classification", "eq", value=True)],
        [condition("classification", "eq", "pii"), HIPAA],
        [condition("classification", "eq", "public"), condition("classification", "neq", "pii")],
        [condition("classification", "eq", "hippa")],
        [condition("queue.classification", "eq", "public")],
    ):
        assert least_days(bench, *filters) == 2_555, filters
    for filters in (
        [condition("classification", "eq", "public")],
        [VOICE],
        [condition("reclassification", "neq", "public")],
    ):
        assert least_days(bench, *filters) == 365, filters


def test_rule_that_classifies_nothing_is_kept_the_longest_without_a_default() -> None:
    bench = RuleBench(default_classification="")
    assert least_days(bench, VOICE) == 2_555
    assert "hipaa is assumed" in errors(bench, 30, VOICE)["retentionPeriod.days"]
    with pytest.raises(RetentionNotMet, match=r"2555 days .* classification hipaa is assumed"):
        bench.guard.permit_recurring(
            "rule:1", 1, KIND, 2_554, default_classification="", organisation=None
        )


def test_rule_without_a_jurisdiction_covers_every_jurisdiction(bench: RuleBench) -> None:
    bench.policies.matrix = matrix(
        (30, {}), (60, {"jurisdiction": "us-east-1"}), (90, {"jurisdiction": "us-west-2"})
    )
    assert least_days(bench, VOICE) == 90
    assert least_days(bench, condition("jurisdiction", "eq", "us-east-1")) == 60
    assert least_days(bench, condition("jurisdiction", "eq", "eu-west-1")) == 30
    assert least_days(bench, condition("jurisdiction", "neq", "us-west-2")) == 90


@pytest.mark.parametrize(
    ("days", "policy"),
    [
        (400, Policy(minimum_days=400, basis="law 0", rule="any", assumed="internal")),
        (401, Policy(minimum_days=401, basis="Retention set in the request")),
    ],
)
def test_longer_of_matrix_and_rule_is_in_force(bench: RuleBench, days: int, policy: Policy) -> None:
    bench.policies.matrix = matrix((400, {}))
    valid = bench.validator.validate(document(retentionPeriod={"days": days}))
    assert valid.policy == policy
