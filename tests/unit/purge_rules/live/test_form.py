"""LiveForm: each field of a rule as a part of a media retention policy, or its error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from genesys_purge.errors import InvalidRequest
from genesys_purge.purge_rules.live.form import (
    DIRECTION,
    MEDIA,
    REFERENCES,
    STATUS,
    TYPE,
    WRAP_UP_CODE,
)
from genesys_purge.purge_rules.purge_rule import RuleRef
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.purge_rules.rule_bench import RuleBench, condition, document, matrix

Filters = list[dict[str, Any]]
VOICE = condition("type", "eq", "voice")
QUEUE = "5b0f0b5e-2f6d-4d0e-9a57-0e2f3c1d4b5a"
ACTIONS = {
    "retainRecording": True,
    "deleteRecording": False,
    "alwaysDelete": False,
    "retentionDuration": {"deleteRetention": {"days": 730}},
}


def rule(*filters: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A rule that a policy can express; fields in camelCase."""
    scope = {"filters": list(filters or [VOICE])}
    return document(**{"scope": scope, "snapshotBeforeDelete": False} | fields)


def policy(live: RuleBench, *filters: dict[str, Any], **fields: Any) -> Mapping[str, Any]:
    """The body for Genesys."""
    return live.validator.validate(rule(*filters, **fields)).definition


def conditions(live: RuleBench, *filters: dict[str, Any]) -> Mapping[str, Any]:
    """The conditions of the only medium."""
    (media,) = policy(live, *filters)["mediaPolicies"].values()
    found: Mapping[str, Any] = media["conditions"]
    return found


def errors(live: RuleBench, *filters: dict[str, Any], **fields: Any) -> dict[str, str]:
    return live.errors(rule(*filters, **fields))


def test_rule_becomes_a_policy_that_retains_then_deletes(live: RuleBench) -> None:
    assert policy(live, description="Two years, then the calls go.") == {
        "name": "voice after two years",
        "description": "Two years, then the calls go.",
        "enabled": True,
        "mediaPolicies": {"callPolicy": {"actions": ACTIONS}},
    }
    assert policy(live, enabled=False)["enabled"] is False


@pytest.mark.parametrize("description", [None, ""])
def test_empty_description_is_left_out(live: RuleBench, description: str | None) -> None:
    assert "description" not in policy(live, description=description)


@pytest.mark.parametrize("days", [30, 36_500])
def test_days_become_the_delete_retention(live: RuleBench, days: int) -> None:
    live.policies.matrix = matrix((30, {}))
    media = policy(live, retentionPeriod={"days": days})["mediaPolicies"]["callPolicy"]
    assert media["actions"]["retentionDuration"] == {"deleteRetention": {"days": days}}


def test_type_selects_the_policy_of_its_medium(live: RuleBench) -> None:
    for medium, name in MEDIA.items():
        media = policy(live, condition("type", "eq", medium))["mediaPolicies"]
        assert media == {name: {"actions": ACTIONS}}


def test_reference_without_a_type_is_a_condition_of_every_medium(live: RuleBench) -> None:
    for field, name in REFERENCES.items():
        media = policy(live, condition(field, "eq", QUEUE))["mediaPolicies"]
        assert list(media) == list(MEDIA.values())
        for each in media.values():
            assert each == {"conditions": {name: [{"id": QUEUE}]}, "actions": ACTIONS}


def test_direction_is_a_condition_of_calls(live: RuleBench) -> None:
    for direction, word in (("inbound", "INBOUND"), ("outbound", "OUTBOUND")):
        found = conditions(live, condition("direction", "eq", direction), VOICE)
        assert found == {"directions": [word]}


def test_status_completed_adds_no_condition(live: RuleBench) -> None:
    completed = condition("status", "eq", "completed")
    assert policy(live, completed, VOICE) == policy(live, VOICE)


def test_time_zone_and_batch_size_change_nothing(live: RuleBench) -> None:
    schedule = {"recurrence": "daily", "timeOfDay": "23:00:00", "timezone": "Asia/Tokyo"}
    assert policy(live, schedule=schedule, maxBatchSize=10_000) == policy(live)


UNSUPPORTED: list[tuple[dict[str, Any], str, tuple[str, ...]]] = [
    *(
        (
            {"schedule": {"recurrence": each, "timeOfDay": "02:30:00", "timezone": "UTC"}},
            "schedule.recurrence",
            ("must be daily", "PUT /policies", "recording_job"),
        )
        for each in ("weekly", "monthly")
    ),
    (
        {"snapshotBeforeDelete": True},
        "snapshotBeforeDelete",
        ("must be false", "recording_job with exportIntegrationId"),
    ),
    ({"complianceLockCheck": False}, "complianceLockCheck", ("must be true",)),
    ({"scope": {"filters": []}}, "scope.filters", ("at least one",)),
]


def test_unsupported_field_is_refused_with_an_alternative(live: RuleBench) -> None:
    for fields, path, words in UNSUPPORTED:
        found = errors(live, **fields)
        assert list(found) == [path]
        assert [word for word in words if word not in found[path]] == []


WRONG_FILTERS: list[tuple[dict[str, Any], str, tuple[str, ...]]] = [
    (condition("attributes.vip", "eq", "no"), "field", ("type, direction", "recording_job")),
    (condition("classification", "eq", "public"), "field", ("recording_job",)),
    (condition("jurisdiction", "eq", "eu"), "field", ("recording_job",)),
    (condition("externalContactId", "eq", "c-1"), "field", ("recording_job",)),
    (condition("Type", "eq", "voice"), "field", ("must be one of type",)),
    (condition("queueid", "gt", 5), "field", ("queueId",)),
    (condition("queueId", "neq", "q-1"), "operator", ("must be eq", "recording_job")),
    (condition("status", "lt", "completed"), "operator", ("must be eq",)),
    (condition("status", "eq", "active"), "value", ("must be completed",)),
    (condition("queueId", "eq", "Support"), "value", ("must be a UUID",)),
    (condition("queueId", "eq", QUEUE[:-1]), "value", ("must be a UUID",)),
    (condition("userId", "eq", 7), "value", ("must be a UUID",)),
    (condition("userId", "eq", "jane"), "value", ("must be a UUID",)),
    (condition("wrapUpCode", "eq", "../x"), "value", ("an id",)),
    (condition("wrapUpCode", "eq", value=True), "value", ("an id",)),
    (condition("direction", "eq", "INBOUND"), "value", ("must be inbound or outbound",)),
    (condition("direction", "neq", "inbound"), "operator", ("must be eq",)),
    (condition("type", "eq", "voice"), "field", ("named twice", "a rule for each")),
    (condition("type", "eq", "email"), "field", ("named twice", "a rule for each")),
]


def test_filter_that_no_policy_expresses_is_refused_by_position(live: RuleBench) -> None:
    for each, part, words in WRONG_FILTERS:
        found = errors(live, VOICE, each)
        path = f"scope.filters.1.{part}"
        assert list(found) == [path], each
        assert [word for word in words if word not in found[path]] == []


def test_type_without_a_policy_is_refused(live: RuleBench) -> None:
    for medium in ("callback", "sms", "social", "Voice", " voice", "call", 1):
        found = errors(live, condition("type", "eq", medium))
        assert list(found) == ["scope.filters.0.value"]
        assert "must be voice or chat or email or message" in found["scope.filters.0.value"]


@pytest.mark.parametrize(
    "others", [[], [condition("type", "eq", "email")], [condition("queueId", "eq", QUEUE)]]
)
def test_direction_without_type_voice_is_refused(live: RuleBench, others: Filters) -> None:
    found = errors(live, *others, condition("direction", "eq", "inbound"))
    path = f"scope.filters.{len(others)}.field"
    assert list(found) == [path]
    assert "add the filter type eq voice" in found[path]


def test_status_alone_is_refused_because_it_covers_everything(live: RuleBench) -> None:
    found = errors(live, condition("status", "eq", "completed"))
    assert list(found) == ["scope.filters"]
    assert "would delete all recordings" in found["scope.filters"]


def test_every_wrong_field_is_reported_and_nothing_is_sent(live: RuleBench) -> None:
    wrong = rule(
        condition("attributes.vip", "eq", "no"),
        condition("queueId", "neq", "q-1"),
        condition("type", "eq", "sms"),
        schedule={"recurrence": "weekly", "timeOfDay": "02:30:00", "timezone": "UTC"},
        snapshotBeforeDelete=True,
        complianceLockCheck=False,
        maxBatchSize=1,
    )
    with pytest.raises(InvalidRequest) as refused:
        live.create(**wrong)
    assert {each.path for each in refused.value.errors()} == {
        "scope.filters.0.field",
        "scope.filters.1.operator",
        "scope.filters.2.value",
        "schedule.recurrence",
        "snapshotBeforeDelete",
        "complianceLockCheck",
        "maxBatchSize",
    }
    assert live.genesys.calls == []
    assert live.rules.get(RuleRef(name=wrong["name"])) is None


@pytest.mark.parametrize(
    ("medium", "carried"), [("voice", "callback"), ("message", "sms"), ("message", "social")]
)
def test_medium_is_kept_as_long_as_everything_it_carries(
    live: RuleBench, medium: str, carried: str
) -> None:
    live.policies.matrix = matrix((30, {}), (400, {"interactionType": carried}))
    of_medium = [condition("type", "eq", medium)]
    assert errors(live, *of_medium, retentionPeriod={"days": 400}) == {}
    found = errors(live, *of_medium, retentionPeriod={"days": 399})
    assert "must be at least 400 (rule 'any': law 1;" in found["retentionPeriod.days"]
    others = [condition("type", "eq", "chat")]
    assert errors(live, *others, retentionPeriod={"days": 30}) == {}


def test_rule_for_every_medium_is_kept_as_long_as_the_longest(live: RuleBench) -> None:
    live.policies.matrix = matrix((30, {}), (400, {"interactionType": "email"}))
    found = errors(live, condition("queueId", "eq", QUEUE), retentionPeriod={"days": 399})
    assert list(found) == ["retentionPeriod.days"]


RIGHT = {
    TYPE: st.sampled_from(sorted(MEDIA)),
    DIRECTION: st.sampled_from(["inbound", "outbound"]),
    STATUS: st.just("completed"),
    **dict.fromkeys(REFERENCES, st.uuids().map(str)),
    WRAP_UP_CODE: st.from_regex(r"[A-Za-z0-9_.-]{1,100}", fullmatch=True),
}
expressible = st.fixed_dictionaries({}, optional=RIGHT)
any_filter = st.fixed_dictionaries(
    {
        "field": st.sampled_from([*RIGHT, "classification"]),
        "operator": st.sampled_from(["eq", "eq", "eq", "neq"]),
        "value": st.sampled_from(["voice", "email", "inbound", "completed", QUEUE]),
    }
)


def read_back(body: Mapping[str, Any]) -> dict[str, str]:
    """The filters of a policy, read back from its conditions; all media have the same ones."""
    words = {name: word for word, name in MEDIA.items()}
    media = body["mediaPolicies"]
    (one,) = {str(each): each for each in media.values()}.values()
    given = dict(one.get("conditions", {}))
    found = {} if set(media) == set(words) else {TYPE: "+".join(words[name] for name in media)}
    for field, name in REFERENCES.items():
        if name in given:
            found[field] = "+".join(each["id"] for each in given.pop(name))
    if "directions" in given:
        found[DIRECTION] = "+".join(given.pop("directions")).lower()
    assert given == {}
    return found


@given(expressible)
def test_policy_has_every_filter_of_the_rule_and_no_other(said: dict[str, str]) -> None:
    live = RuleBench(genesys_platform="live")
    filters = [condition(field, "eq", value) for field, value in said.items()]
    try:
        body = live.validator.validate(
            document(scope={"filters": filters}, snapshotBeforeDelete=False)
        )
    except InvalidRequest:
        # No policy expresses an empty scope, or a direction of anything but calls.
        assert said.keys() <= {STATUS} or (DIRECTION in said and said.get(TYPE) != "voice")
        return
    said.pop(STATUS, None)
    assert read_back(body.definition) == said


@given(st.lists(any_filter, max_size=4))
def test_random_filters_are_refused_or_expressed_completely(filters: Filters) -> None:
    live = RuleBench(genesys_platform="live")
    try:
        body = live.validator.validate(rule(scope={"filters": filters}))
    except InvalidRequest as refused:
        paths = [each.path for each in refused.errors()]
        assert len(paths) == len(set(paths))
        return
    assert all(each["operator"] == "eq" for each in filters)
    said = {each["field"]: each["value"] for each in filters if each["field"] != STATUS}
    assert len(said) == sum(each["field"] != STATUS for each in filters)
    assert read_back(body.definition) == said
