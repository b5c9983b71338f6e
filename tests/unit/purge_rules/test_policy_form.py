"""A purge rule as a media retention policy: what becomes of each field, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from genesys_purge.errors import InvalidRequest
from genesys_purge.purge_rules.live.policy_form import (
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

from tests.contract import sdk
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
    """A rule that a policy can say; fields in camelCase."""
    scope = {"filters": list(filters or [VOICE])}
    return document(**{"scope": scope, "snapshotBeforeDelete": False} | fields)


def policy(live: RuleBench, *filters: dict[str, Any], **fields: Any) -> Mapping[str, Any]:
    """What Genesys would be sent."""
    return live.requests.check(rule(*filters, **fields)).definition


def conditions(live: RuleBench, *filters: dict[str, Any]) -> Mapping[str, Any]:
    """The conditions of the one medium there is."""
    (media,) = policy(live, *filters)["mediaPolicies"].values()
    found: Mapping[str, Any] = media["conditions"]
    return found


def errors(live: RuleBench, *filters: dict[str, Any], **fields: Any) -> dict[str, str]:
    return live.errors(rule(*filters, **fields))


def test_a_rule_becomes_a_policy_that_retains_for_its_days_and_then_deletes(
    live: RuleBench,
) -> None:
    assert policy(live, description="Two years, then the calls go.") == {
        "name": "voice after two years",
        "description": "Two years, then the calls go.",
        "enabled": True,
        "mediaPolicies": {"callPolicy": {"actions": ACTIONS}},
    }


@pytest.mark.parametrize("enabled", [True, False])
def test_a_rule_may_be_off(live: RuleBench, *, enabled: bool) -> None:
    assert policy(live, enabled=enabled)["enabled"] is enabled


@pytest.mark.parametrize("description", [None, ""])
def test_no_description_is_none(live: RuleBench, description: str | None) -> None:
    assert "description" not in policy(live, description=description)


@pytest.mark.parametrize("days", [30, 36_500])
def test_the_days_are_those_after_which_recordings_are_deleted(live: RuleBench, days: int) -> None:
    media = policy(live, retentionPeriod={"days": days})["mediaPolicies"]["callPolicy"]
    assert media["actions"]["retentionDuration"] == {"deleteRetention": {"days": days}}


@pytest.mark.parametrize(("medium", "name"), MEDIA.items())
def test_a_type_is_the_policy_of_its_medium(live: RuleBench, medium: str, name: str) -> None:
    assert policy(live, condition("type", "eq", medium))["mediaPolicies"] == {
        name: {"actions": ACTIONS}
    }


@pytest.mark.parametrize(("field", "name"), REFERENCES.items())
def test_a_reference_is_a_condition_of_every_medium_where_none_is_named(
    live: RuleBench, field: str, name: str
) -> None:
    media = policy(live, condition(field, "eq", QUEUE))["mediaPolicies"]
    assert list(media) == list(MEDIA.values())
    for each in media.values():
        assert each == {"conditions": {name: [{"id": QUEUE}]}, "actions": ACTIONS}


@pytest.mark.parametrize(("direction", "word"), [("inbound", "INBOUND"), ("outbound", "OUTBOUND")])
def test_a_direction_is_a_condition_of_calls(live: RuleBench, direction: str, word: str) -> None:
    found = conditions(live, condition("direction", "eq", direction), VOICE)
    assert found == {"directions": [word]}


def test_that_a_conversation_is_completed_goes_without_saying(live: RuleBench) -> None:
    completed = condition("status", "eq", "completed")
    assert policy(live, completed, VOICE) == policy(live, VOICE)


def test_what_has_no_counterpart_changes_nothing(live: RuleBench) -> None:
    schedule = {"recurrence": "daily", "timeOfDay": "23:00:00", "timezone": "Asia/Tokyo"}
    assert policy(live, schedule=schedule, maxBatchSize=10_000) == policy(live)


@pytest.mark.parametrize(
    ("fields", "path", "words"),
    [
        (
            {"schedule": {"recurrence": "weekly", "timeOfDay": "02:30:00", "timezone": "UTC"}},
            "schedule.recurrence",
            ("must be daily", "PurgeScheduleRequest", "recording_job"),
        ),
        (
            {"schedule": {"recurrence": "monthly", "timeOfDay": "02:30:00", "timezone": "UTC"}},
            "schedule.recurrence",
            ("must be daily", "PurgeScheduleRequest", "recording_job"),
        ),
        (
            {"snapshotBeforeDelete": True},
            "snapshotBeforeDelete",
            ("must be false", "recording_job with exportIntegrationId"),
        ),
        ({"complianceLockCheck": False}, "complianceLockCheck", ("must be true",)),
        ({"scope": {"filters": []}}, "scope.filters", ("at least one",)),
    ],
)
def test_what_a_policy_cannot_do_is_refused_with_the_nearest_that_can(
    live: RuleBench, fields: dict[str, Any], path: str, words: tuple[str, ...]
) -> None:
    found = errors(live, **fields)
    assert list(found) == [path]
    assert all(word in found[path] for word in words)


@pytest.mark.parametrize(
    ("given", "part", "words"),
    [
        (condition("attributes.vip", "eq", "no"), "field", ("type, direction", "recording_job")),
        (condition("classification", "eq", "public"), "field", ("recording_job",)),
        (condition("jurisdiction", "eq", "eu"), "field", ("recording_job",)),
        (condition("externalContactId", "eq", "c-1"), "field", ("recording_job",)),
        (condition("Type", "eq", "voice"), "field", ("knows type",)),
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
        (condition("type", "eq", "voice"), "field", ("named before", "a rule for each")),
        (condition("type", "eq", "email"), "field", ("named before", "a rule for each")),
    ],
)
def test_a_filter_that_a_policy_cannot_say_is_refused_by_its_place(
    live: RuleBench, given: dict[str, Any], part: str, words: tuple[str, ...]
) -> None:
    found = errors(live, VOICE, given)
    assert list(found) == [f"scope.filters.1.{part}"]
    assert all(word in found[f"scope.filters.1.{part}"] for word in words)


@pytest.mark.parametrize("medium", ["callback", "sms", "social", "Voice", " voice", "call", 1])
def test_a_type_without_a_policy_is_refused(live: RuleBench, medium: object) -> None:
    found = errors(live, condition("type", "eq", medium))
    assert list(found) == ["scope.filters.0.value"]
    assert "must be voice or chat or email or message" in found["scope.filters.0.value"]


@pytest.mark.parametrize(
    "others", [[], [condition("type", "eq", "email")], [condition("queueId", "eq", QUEUE)]]
)
def test_a_direction_of_anything_but_calls_is_refused(live: RuleBench, others: Filters) -> None:
    found = errors(live, *others, condition("direction", "eq", "inbound"))
    path = f"scope.filters.{len(others)}.field"
    assert list(found) == [path]
    assert "add the filter type eq voice" in found[path]


def test_a_rule_that_tells_nothing_apart_is_refused(live: RuleBench) -> None:
    found = errors(live, condition("status", "eq", "completed"))
    assert list(found) == ["scope.filters"]
    assert "would delete them all" in found["scope.filters"]


def test_every_wrong_field_is_told_at_once_and_nothing_is_stored_or_sent(live: RuleBench) -> None:
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
def test_a_medium_is_kept_as_long_as_whatever_it_carries(
    live: RuleBench, medium: str, carried: str
) -> None:
    live.policies.matrix = matrix((30, {}), (400, {"interactionType": carried}))
    of_medium = [condition("type", "eq", medium)]
    assert errors(live, *of_medium, retentionPeriod={"days": 400}) == {}
    found = errors(live, *of_medium, retentionPeriod={"days": 399})
    assert found == {"retentionPeriod.days": "must be at least 400 (law 1), not 399"}
    others = [condition("type", "eq", "chat")]
    assert errors(live, *others, retentionPeriod={"days": 30}) == {}


def test_a_rule_for_every_medium_is_kept_as_long_as_any(live: RuleBench) -> None:
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
told = st.fixed_dictionaries({}, optional=RIGHT)
any_filter = st.fixed_dictionaries(
    {
        "field": st.sampled_from([*RIGHT, "classification"]),
        "operator": st.sampled_from(["eq", "eq", "eq", "neq"]),
        "value": st.sampled_from(["voice", "email", "inbound", "completed", QUEUE]),
    }
)


def read_back(body: Mapping[str, Any]) -> dict[str, str]:
    """What a policy says, as the filters that say so; it says the same of each medium."""
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


@given(told)
def test_a_policy_says_all_that_a_rule_says_and_nothing_more(said: dict[str, str]) -> None:
    live = RuleBench(genesys_platform="live")
    filters = [condition(field, "eq", value) for field, value in said.items()]
    try:
        body = live.requests.check(document(scope={"filters": filters}, snapshotBeforeDelete=False))
    except InvalidRequest:
        # Of these there is no policy: too little is said, or a direction of anything but calls.
        assert said.keys() <= {STATUS} or (DIRECTION in said and said.get(TYPE) != "voice")
        return
    said.pop(STATUS, None)
    assert read_back(body.definition) == said
    assert list(sdk.misfits(body.definition, "PolicyCreate")) == []


@given(st.lists(any_filter, max_size=4))
def test_whatever_filters_are_refused_each_of_them_or_said_in_full(filters: Filters) -> None:
    live = RuleBench(genesys_platform="live")
    try:
        body = live.requests.check(rule(scope={"filters": filters}))
    except InvalidRequest as refused:
        paths = [each.path for each in refused.errors()]
        assert len(paths) == len(set(paths))
        return
    assert all(each["operator"] == "eq" for each in filters)
    said = {each["field"]: each["value"] for each in filters if each["field"] != STATUS}
    assert len(said) == sum(each["field"] != STATUS for each in filters)
    assert read_back(body.definition) == said
