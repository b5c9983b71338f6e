"""Holds that count in some organisations, over the real tables."""

from __future__ import annotations

import json
from typing import Any

import pytest
from genesys_purge.wiring import adapters

from tests.functions.conftest import Invoke
from tests.functions.hold_calls import ID, OTHER, RANGE, change, get, place, records, stored
from tests.functions.planned_runs import errors
from tests.functions.test_release_hold import active, decide, narrow
from tests.mocked_aws import client
from tests.unit.methods.scene import held_times


@pytest.fixture(autouse=True)
def organisations(deployed: None) -> None:  # noqa: ARG001  the account comes first
    """The deployment has `emea` and `apac` beside the default organisation."""
    name = adapters.settings().parameters.organisations
    known = {each: {"region": "eu-central-1"} for each in ("emea", "apac")}
    value = json.dumps({"organisations": known})
    client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def in_force(organisation: str | None) -> list[str]:
    return [each.hold_id for each in adapters.holds().active(organisation)]


def scope(days: float = 0) -> Any:
    (found,) = [each for each in active(days) if each.hold_id == "case-17"]
    return found.scope


def test_hold_is_in_force_in_its_organisations_only(invoke: Invoke) -> None:
    assert place(invoke, organisations=["emea", "default", "emea"])[0] == 201
    assert [in_force(each) for each in (None, "emea", "apac")] == [["case-17"], ["case-17"], []]
    (record,) = records(invoke)
    assert record["hold"]["organisations"] == ["default", "emea"]


def test_everything_of_an_organisation_is_held(invoke: Invoke) -> None:
    assert place(invoke, conversationIds=None, everything=True, organisations=["emea"])[0] == 201
    (held,) = adapters.holds().active("emea")
    assert (held.covers_everything, in_force(None)) == (True, [])
    shown = get(invoke, "GET /holds/{holdId}", "case-17")[1]
    assert (shown["everything"], shown["organisations"]) == (True, ["emea"])


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"organisations": ["emea", "latam"]}, {"organisations"}),
        ({"organisations": []}, {"organisations"}),
        ({"organisations": ["emea"], "conversationIds": None}, {"conversationIds"}),
        ({"organisations": ["latam"], "reviewBy": "2020-01-01T00:00:00Z"}, "both"),
    ],
)
def test_hold_that_would_hold_nothing_is_not_placed(
    invoke: Invoke, changes: dict[str, Any], wrong: set[str] | str
) -> None:
    expected = {"organisations", "reviewBy"} if wrong == "both" else wrong
    status, answer = place(invoke, **changes)
    assert (status, set(errors((status, answer))), stored()) == (400, expected, [])


@pytest.mark.parametrize("field", ["queues", "users", "divisions", "mediaTypes"])
def test_fact_that_no_method_knows_is_refused_with_advice(invoke: Invoke, field: str) -> None:
    status, answer = place(invoke, **{field: ["any"]})
    assert (status, [each["path"] for each in answer["errors"]]) == (400, [field])
    assert "name their ids" in answer["errors"][0]["message"]


def test_hold_of_a_removed_organisation_still_holds_its_name(invoke: Invoke) -> None:
    place(invoke, organisations=["emea"])
    name = adapters.settings().parameters.organisations
    client("ssm").put_parameter(
        Name=name, Value='{"organisations": {}}', Type="String", Overwrite=True
    )
    assert in_force("emea") == ["case-17"]


def test_organisation_is_added_by_one_person(invoke: Invoke) -> None:
    place(invoke, organisations=["emea"])
    assert "effectiveFrom" in change(invoke, "widen", organisations=["default"])[1]
    assert [in_force(each) for each in (None, "emea", "apac")] == [["case-17"], ["case-17"], []]
    assert "effectiveFrom" in change(invoke, "widen", allOrganisations=True)[1]
    assert in_force("apac") == ["case-17"]
    assert "effectiveFrom" not in change(invoke, "widen", organisations=["emea"])[1]
    assert adapters.holds().active("emea")[0].organisations is None


def test_everything_is_added_in_the_organisations_of_the_hold(invoke: Invoke) -> None:
    place(invoke, organisations=["emea"])
    assert "effectiveFrom" in change(invoke, "widen", everything=True)[1]
    (held,) = adapters.holds().active("emea")
    assert (held.covers_everything, in_force(None)) == (True, [])


def test_hold_on_everything_is_narrowed_to_an_organisation(invoke: Invoke) -> None:
    place(invoke, conversationIds=None, everything=True)
    decide(invoke, narrow(invoke, organisations=["default"]))
    assert (scope(31).is_everything, scope(31).organisations) == (True, ("default",))


def test_added_ids_count_in_the_organisations_of_the_hold(invoke: Invoke) -> None:
    place(invoke, organisations=["emea"])
    change(invoke, "widen", conversationIds=[OTHER])
    assert scope_in("emea") == {ID, OTHER}
    assert in_force(None) == []


def scope_in(organisation: str) -> set[str]:
    (found,) = adapters.holds().active(organisation)
    return set(found.conversation_ids or ())


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"organisations": ["latam"]}, {"organisations"}),
        ({"organisations": ["apac"], "allOrganisations": True}, {"allOrganisations"}),
    ],
)
def test_wrong_organisations_widen_nothing(
    invoke: Invoke, fields: dict[str, Any], wrong: set[str]
) -> None:
    place(invoke, organisations=["emea"])
    before = stored()
    status, answer = change(invoke, "widen", **fields)
    assert (status, set(errors((status, answer))), stored()) == (400, wrong, before)


def test_times_of_some_organisations_are_unknown_in_more_of_them(invoke: Invoke) -> None:
    place(invoke, organisations=["emea"])
    holds = adapters.holds()
    (held,) = holds.active("emea")
    holds.put_times(held_times([], hold_id="case-17", fingerprint=held.scope.fingerprint))
    assert holds.active("emea")[0].gap is None
    change(invoke, "widen", organisations=["apac"])
    assert holds.active("emea")[0].gap


@pytest.mark.parametrize("held", [None, ["apac", "default", "emea"]])
def test_hold_is_narrowed_to_organisations_by_two_persons(
    invoke: Invoke, held: list[str] | None
) -> None:
    place(invoke, organisations=held, dateRange=RANGE)
    asked = narrow(invoke, organisations=["default"], coolDownDays=7)
    before = scope()
    assert decide(invoke, asked)[0] == 201
    assert (scope(6.9), scope(7.1)) == (before, before._replace(organisations=("default",)))


def test_narrowing_of_the_ids_keeps_the_organisations(invoke: Invoke) -> None:
    place(invoke, organisations=["default"], conversationIds=[ID, OTHER])
    decide(invoke, narrow(invoke, withoutConversationIds=[OTHER]))
    assert scope(31).organisations == ("default",)


@pytest.mark.parametrize(
    ("held", "fields", "wrong"),
    [
        (None, {"organisations": ["latam"]}, "organisations"),
        (["emea"], {"organisations": ["default"]}, "organisations"),
        (["emea"], {"organisations": ["emea"]}, "conversationIds"),
        (["default", "emea"], {"organisations": ["emea"], "dateRange": RANGE}, "dateRange"),
    ],
)
def test_narrowing_to_other_organisations_is_refused(
    invoke: Invoke, held: list[str] | None, fields: dict[str, Any], wrong: str
) -> None:
    place(invoke, organisations=held)
    before = stored()
    status, answer = change(invoke, "narrow", **fields)
    assert (status, set(errors((status, answer))), stored()) == (400, {wrong}, before)


@pytest.mark.parametrize(
    ("query", "held", "may_be_held"),
    [({"organisation": "emea"}, True, True), ({"organisation": "default"}, False, False)],
)
def test_coverage_asks_for_one_organisation(
    invoke: Invoke, query: dict[str, str], *, held: bool, may_be_held: bool
) -> None:
    place(invoke, organisations=["emea"])
    _, found = get(invoke, "GET /holds/coverage", conversationId=ID, **query)
    assert (found["held"], found["mayBeHeld"]) == (held, may_be_held)


def test_coverage_without_an_organisation_is_uncertain_and_names_them(invoke: Invoke) -> None:
    place(invoke, organisations=["emea"])
    _, found = get(invoke, "GET /holds/coverage", conversationId=ID)
    assert (found["held"], found["mayBeHeld"]) == (False, True)
    (shown,) = found["holds"]
    assert shown["organisations"] == ["emea"]
    assert shown["why"] == "it names the conversation, if that is of emea"
