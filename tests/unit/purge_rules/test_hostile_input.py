"""Hostile JSON and hostile answers of Genesys end in our own errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.errors import InvalidRequest, PurgeError
from genesys_purge.model.submission import Submission
from genesys_purge.purge_rules.documented.api import CREATE
from genesys_purge.purge_rules.purge_rule import RuleStatus
from genesys_purge.purge_rules.register_webhook import REGISTER
from genesys_purge.purge_rules.request import RuleRequest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.purge_rules.rule_bench import REF, RuleBench, document

WORDS = ["type", "classification", "jurisdiction", "eq", "neq", "hipaa", "voice", "UTC", "daily"]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[]), max_size=20)
    | st.sampled_from([*WORDS, "02:30:00", "America", "../UTC"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def partly(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys((*names, "x"), values))


filters = st.lists(
    st.fixed_dictionaries(
        {
            "field": st.sampled_from(WORDS) | values,
            "operator": st.sampled_from(["eq", "neq", "gt", "lt"]) | values,
            "value": st.sampled_from(WORDS) | values,
        }
    )
    | partly("field", "operator", "value"),
    max_size=4,
)
NAMES = sorted({field.alias or name for name, field in RuleRequest.model_fields.items()})
changes = st.fixed_dictionaries(
    {},
    optional={
        "scope": st.builds(lambda each: {"filters": each}, filters) | values,
        "schedule": partly("recurrence", "timeOfDay", "timezone") | values,
        "retentionPeriod": st.builds(lambda days: {"days": days}, st.integers(0, 4_000)) | values,
        "complianceLockCheck": st.booleans() | values,
    },
)
rules = st.builds(
    lambda fields, more: document(**fields | more),
    changes,
    st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=10), values, max_size=3),
)


@given(values | rules)
def test_hostile_rule_is_valid_or_refused_field_by_field(payload: object) -> None:
    valid = refused = None
    try:
        valid = RuleBench().validator.validate(payload)
    except InvalidRequest as error:
        refused = error.errors()
    assert (valid is None) is bool(refused)
    assert all(each.message and len(each.path) <= 200 for each in refused or ())


@given(rules)
def test_accepted_rule_is_sent_and_recognised_again(payload: dict[str, Any]) -> None:
    bench = RuleBench()
    try:
        first = bench.create_purge_rule(Submission(payload, "tests"))
    except InvalidRequest:
        assert bench.genesys.calls == []
        return
    (sent,) = bench.creations
    assert bench.validator.validate(sent).definition == sent
    assert sent["complianceLockCheck"] is True
    assert sent["scope"]["filters"]
    assert bench.create_purge_rule(Submission(payload, "tests")) == first


def nested(depth: int) -> object:
    return {"a": nested(depth - 1)} if depth else 1


def test_deep_nesting_is_refused_at_any_depth() -> None:
    for depth in (10, 199, 250, 300):
        errors = RuleBench().errors(document(scope=nested(depth)))
        assert {path.partition(".")[0] for path in errors} in ({"scope"}, {"request"}), depth


def test_number_beyond_64_bits_is_refused() -> None:
    for number in (2**64, -(2**63) - 1, 10**300):
        errors = RuleBench().errors(document(maxBatchSize=number))
        assert set(errors) in ({"request"}, {"maxBatchSize"}), number


answers = st.dictionaries(st.sampled_from(["id", "name", "ruleId"]), values, max_size=3)


@given(created=answers, registered=answers)
def test_hostile_answer_is_an_id_or_an_open_outcome(
    created: Mapping[str, Any], registered: Mapping[str, Any]
) -> None:
    bench = RuleBench()
    bench.genesys.on(CREATE, created)
    bench.genesys.on(REGISTER, registered)
    outcome: object
    try:
        outcome = bench.create()
    except PurgeError as error:
        outcome = type(error).__name__
    stored = bench.rules.get(REF)
    assert stored is not None
    if outcome == "OutcomeUnknown":
        assert (stored.status, stored.attempt.is_uncertain) == (RuleStatus.CREATING, True)
    else:
        assert stored.rule_id == created["id"]
        assert (stored.status is RuleStatus.REGISTERED) is (stored.webhook_id is not None)
        assert stored.webhook_id in (None, registered.get("id"))
