"""The messages about wrong fields, in our words, and counts with their nouns."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.campaign_rules.rules import RuleSet
from genesys_purge.methods import METHODS
from genesys_purge.model.organisations import Organisations
from genesys_purge.model.request import read_fields
from genesys_purge.model.wire import Wire
from genesys_purge.model.wording import counted
from genesys_purge.purge_rules.request import RuleRequest

from tests import builders

UUIDS = builders.uuids(1_001)
RANGE = {"start": "2020-01-01T00:00:00Z", "end": "2020-02-01T00:00:00Z"}


def errors(method: str, **fields: Any) -> dict[str, str]:
    _, found = read_fields(METHODS[method].request_model, getattr(builders, method)(**fields))
    return {each.path: each.message for each in found}


@pytest.mark.parametrize(
    ("field", "value", "path", "message"),
    [
        ("conversationIds", ["7"], "conversationIds.0", "must be a UUID"),
        ("conversationIds", UUIDS, "conversationIds", "must have at most 1000 items"),
        ("conversationIds", [], "conversationIds", "must have at least one item"),
        ("conversationIds", "all", "conversationIds", "must be a list"),
        ("directions", ["up"], "directions.0", "must be inbound or outbound"),
        ("queueIds", ["a b"], "queueIds.0", "must be 1 to 100 letters, digits, -, _ and ."),
        ("requestId", "a b", "requestId", "must be 1 to 80 letters, digits, - and _"),
        ("organisation", "EMEA", "organisation",
         "must be 1 to 40 lower-case letters, digits and hyphens, and not start with a hyphen"),
        ("maxRecords", 0, "maxRecords", "must be at least 1"),
        ("maxRecords", "7", "maxRecords", "must be a whole number"),
        ("verifyAfterHours", 73, "verifyAfterHours", "must be at most 72"),
        ("dryRun", "no", "dryRun", "must be true or false"),
        ("reason", "x" * 501, "reason", "must have at most 500 characters"),
        ("requestedBy", " ", "requestedBy", "must have at least one character"),
        ("requestedBy", 7, "requestedBy", "must be text"),
        ("dateRange", 7, "dateRange", "must be an object"),
        ("dateRange", RANGE | {"end": "2020-02-01T00:00:00"}, "dateRange.end",
         "must have a UTC offset, for example Z or +01:00"),
        ("dateRange", RANGE | {"end": "2020-02-31T00:00:00Z"}, "dateRange.end",
         "must be an RFC 3339 time, for example 2024-01-31T00:00:00Z"),
        ("dateRange", RANGE | {"end": RANGE["start"]}, "dateRange", "start must be before end"),
        ("colour", "red", "colour", "is not a field of this request"),
    ],
)  # fmt: skip
def test_wrong_field_has_a_plain_message(
    field: str, value: object, path: str, message: str
) -> None:
    assert errors("recording_job", **{field: value}) == {path: message}


def test_wrong_time_of_day_and_constant_have_plain_messages() -> None:
    document = {"type": "call", "schedule": {"timeOfDay": "2 am"}}
    _, found = read_fields(RuleRequest, document)
    assert {each.path: each.message for each in found}["type"] == "must be conversation"
    assert {each.path: each.message for each in found}[
        "schedule.timeOfDay"
    ] == "must be a time of day as HH:MM:SS"


HOSTILE: list[Any] = [
    *(None, 1, -5, 1.5, 10**9, True, "", "x", " \n", "20200101", "a" * 5_000),
    *([], {}, [1], ["x"], ["x"] * 1_001, [{"conditions": [{}], "actions": "x"}]),
    *({"start": "x", "end": 1}, {"filters": [{}]}, {"x": {"region": 1, "maxRecords": "x"}}),
]
MODELS = [*(each.request_model for each in METHODS.values()), RuleSet, RuleRequest, Organisations]


@pytest.mark.parametrize("model", MODELS)
def test_messages_contain_no_wording_of_pydantic(model: type[Wire]) -> None:
    names = [str(field.alias) for field in model.model_fields.values()]
    found = [
        error.message
        for name in names
        for value in HOSTILE
        for error in read_fields(model, {name: value})[1]
    ]
    assert len(found) > len(names)
    library_words = ("should", "Input", "String", "Tuple", "valid", "Value error", "^", "{")
    assert not [each for each in found if any(word in each for word in library_words)]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 batches"),
        (1, "1 batch"),
        (1_000, "1,000 batches"),
        (None, "an unknown number of batches"),
    ],
)
def test_count_has_the_matching_form_of_its_noun(count: int | None, text: str) -> None:
    assert counted(count, "batch", "batches") == text


def test_plural_of_a_noun_ends_with_an_s_by_default() -> None:
    assert counted(2, "record") == "2 records"
