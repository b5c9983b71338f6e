"""How many conversations a hold matches: counted by Genesys, or unknown for a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.errors import GenesysUnavailable
from genesys_purge.holds.matched import CountLater, CountMatched, Matched, looked_up
from genesys_purge.holds.organisations import DeployedOrganisations
from genesys_purge.methods.documented.conversation_archive import LOOK_UP
from genesys_purge.methods.documented.windows import COUNT
from genesys_purge.methods.recording_job.conversations import READ
from genesys_purge.model.dates import Window, zulu
from genesys_purge.model.platform import LIVE

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.scene import held_times, hold
from tests.unit.workbench import Workbench

LIVE_ID = builders.uuids(1)[0]
IDS = frozenset({"a1", LIVE_ID})
RANGE = Window(start=NOON - timedelta(days=90), end=NOON - timedelta(days=30))
TWO_YEARS = Window(start=NOON - timedelta(days=730), end=NOON)


@pytest.fixture
def emea(bench: Workbench) -> ScriptedGenesys:
    """An organisation of the live platform beside the documented default one."""
    genesys = ScriptedGenesys()
    bench.organisations.add("emea", genesys, platform=LIVE)
    return genesys


@pytest.fixture
def bench() -> Workbench:
    return Workbench()


def matched(bench: Workbench, **scope: Any) -> Matched:
    known = bench.organisations
    organisations = DeployedOrganisations(
        known.names, lambda name: known.named(name).platform == LIVE, known.genesys
    )
    return CountMatched(organisations, bench.clock)(hold(**scope))


def row(conversation_id: str) -> Mapping[str, str]:
    times = {"conversationStart": zulu(NOON), "conversationEnd": zulu(NOON)}
    return {"conversationId": conversation_id, **times}


def test_ids_are_counted_once_in_all_organisations(bench: Workbench, emea: ScriptedGenesys) -> None:
    bench.genesys.on(LOOK_UP, {"data": [row("A1"), row(LIVE_ID)]})
    emea.on(READ, {"conversations": [row(LIVE_ID)]})
    found = matched(bench, conversation_ids=IDS | {"b2"})
    assert found == Matched(count=2, as_of=NOON)


def test_ids_are_counted_in_the_organisations_of_the_hold(
    bench: Workbench, emea: ScriptedGenesys
) -> None:
    emea.on(READ, {"conversations": []})
    assert matched(bench, conversation_ids=IDS, organisations=("emea",)).count == 0
    assert bench.genesys.calls == []


def test_range_is_counted_in_parts_of_thirty_days(bench: Workbench) -> None:
    bench.genesys.on(COUNT, {"results": [{"count": 4}]}, {"results": [{"count": 3}]})
    assert matched(bench, date_range=RANGE) == Matched(count=7, as_of=NOON)


@pytest.mark.usefixtures("emea")
def test_range_is_not_counted_on_the_live_platform(bench: Workbench) -> None:
    bench.genesys.on(COUNT, {"results": [{"count": 4}]})
    found = matched(bench, date_range=RANGE)
    assert (found.count, found.reason) == (
        None,
        "emea cannot count the conversations of a time exactly",
    )


def test_organisation_that_does_not_answer_makes_the_number_unknown(
    bench: Workbench, emea: ScriptedGenesys
) -> None:
    bench.genesys.on(LOOK_UP, {"data": [row("a1")]})
    emea.on(READ, GenesysUnavailable("503"))
    found = matched(bench, conversation_ids=IDS)
    assert (found.count, found.reason) == (None, "Genesys did not answer: 503")


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        ({}, "a hold on everything is not counted"),
        ({"conversation_ids": IDS, "date_range": RANGE}, "the ids may be among those of the date"),
        ({"date_range": TWO_YEARS}, "a dateRange of more than 366 days is not counted"),
        (
            {"conversation_ids": frozenset(builders.conversation_ids(1_001))},
            "more than 1,000 ids are not counted; GET /holds",
        ),
    ],
)
def test_number_that_cannot_be_known_cheaply_is_not_asked_for(
    bench: Workbench, scope: dict[str, Any], reason: str
) -> None:
    found = matched(bench, **scope)
    assert (found.count, bench.genesys.calls) == (None, [])
    assert (found.reason or "").startswith(reason)


def test_import_is_counted_later() -> None:
    found = CountLater(lambda: NOON)(hold(conversation_ids=IDS))
    assert (found.count, found.as_of) == (None, NOON)
    assert (found.reason or "").startswith("an import is not counted; GET /holds/{holdId}")


@pytest.mark.parametrize(
    ("scope", "times", "expected"),
    [
        ({"conversation_ids": IDS}, {"unknown": {"not_found": 1, "no_time": 1}}, 1),
        ({"conversation_ids": IDS}, {"unanswered": ("emea",)}, None),
    ],
)
def test_look_up_counts_what_every_organisation_answered(
    scope: dict[str, Any], times: dict[str, Any], expected: int | None
) -> None:
    found = looked_up(hold(**scope), held_times(IDS, **times))
    assert found is not None
    assert (found.count, found.as_of) == (expected, NOON)


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"conversation_ids": IDS, "date_range": RANGE},
        {"conversation_ids": IDS | {"b2"}},
        {"conversation_ids": IDS, "organisations": ("emea",)},
    ],
)
def test_look_up_of_another_scope_counts_nothing(scope: dict[str, Any]) -> None:
    assert looked_up(hold(**scope), held_times(IDS)) is None
