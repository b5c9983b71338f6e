"""Recordings over five years old: intervals that contain nothing outside the plan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from genesys_purge.errors import LimitExceeded, NotAtGenesys, OnLegalHold, RateLimited
from genesys_purge.methods.contract import Planned
from genesys_purge.methods.recording_job import plan_by_interval
from genesys_purge.methods.recording_job import request as recording_request
from genesys_purge.methods.recording_job.conversations import QUERY, READ
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.model.dates import Window, zulu
from genesys_purge.model.holds import Hold
from genesys_purge.model.retention import RetentionMatrix
from genesys_purge.operation import Operation
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods import scene
from tests.unit.methods.recording_job.recorded import (
    DAY,
    HOUR,
    IDS,
    METHOD,
    call,
    numbers_in,
    protect,
)
from tests.unit.methods.scene import held_times, hold, sources

# Sixty whole UTC days, six years ago.
FIRST = datetime(2020, 9, 1, tzinfo=NOON.tzinfo)
WINDOW = Window(start=FIRST, end=FIRST + 60 * DAY)


def row(number: int, day: float, lasts: timedelta = HOUR, **fields: Any) -> dict[str, Any]:
    """A conversation that began on this day of the window."""
    return call(number, FIRST + day * DAY, lasts, **fields)


def knowing(*rows: Mapping[str, Any], by_id: Any = (), protected: Any = ()) -> ScriptedGenesys:
    """A Genesys that finds `rows` by time and `by_id` only by id."""
    genesys = ScriptedGenesys()

    def query(body: Mapping[str, Any]) -> Mapping[str, Any]:
        start, end = body["interval"].split("/")
        first_page = body["paging"]["pageNumber"] == 1
        found = [each for each in rows if start <= each["conversationStart"] < end]
        return {"conversations": found if first_page else []}

    genesys.on(QUERY, query)
    genesys.on(READ, {"conversations": list(by_id)})
    protect(genesys, protected)
    return genesys


def request(**fields: Any) -> dict[str, Any]:
    return builders.recording_job(**{"dateRange": WINDOW.to_json()} | fields)


def plan(
    genesys: ScriptedGenesys, *holds: Hold, **changes: Any
) -> tuple[list[Planned], dict[str, int]]:
    return scene.plan(METHOD, request(), sources(genesys, *holds, **changes))


def test_eligible_conversations_are_planned_as_an_interval() -> None:
    (batch,), skipped = plan(knowing(row(0, 3), row(1, 40)))
    assert (numbers_in([batch]), batch.targeted, batch.window, skipped) == ([[0, 1]], 2, None, {})
    end = FIRST + 40 * DAY + HOUR + timedelta(seconds=1)
    assert batch.interval == Window(start=FIRST + 3 * DAY, end=end)


def test_plan_reads_the_month_before_the_window_without_filters() -> None:
    genesys = knowing()
    assert plan(genesys) == ([], {})
    bodies = [each.body for each in genesys.calls if each.operation == QUERY]
    asked = [body["interval"].split("/") for body in bodies]
    assert asked[0][0] == zulu(FIRST - 30 * DAY)
    assert asked[-1][1] == zulu(WINDOW.end + DAY)
    assert not any(body["conversationFilters"] or body["segmentFilters"] for body in bodies)


# Others of the day before, of the same day and of the day after.
OTHERS = [row(1, 8.5), row(2, 9.9), row(3, 10.5)]


def test_held_and_protected_conversations_close_their_day() -> None:
    kept = row(0, 9.5)
    held = plan(knowing(kept, *OTHERS), hold(conversation_ids=frozenset({IDS[0]})))
    protected = plan(knowing(kept, *OTHERS, protected=[IDS[0]]))
    for (batches, skipped), reason in ((held, "legal_hold"), (protected, "protected")):
        assert (numbers_in(batches), skipped) == ([[1], [3]], {reason: 1, "day_closed": 1})


def test_conversation_that_lasts_beyond_the_window_closes_all_its_days() -> None:
    batches, skipped = plan(knowing(row(0, 9.5, lasts=timedelta(days=2_100)), *OTHERS))
    assert (numbers_in(batches), skipped) == ([[1]], {"outside_range": 1, "day_closed": 2})


def test_conversation_of_another_medium_closes_nothing() -> None:
    mail = row(0, 9.5, participants=[{"sessions": [{"mediaType": "email"}]}])
    batches, skipped = plan(knowing(mail, *OTHERS))
    assert (numbers_in(batches), skipped) == ([[1, 0, 2, 3]], {})


@pytest.mark.parametrize(
    "times",
    [
        {"conversationEnd": None},
        {"conversationEnd": "some day"},
        {"conversationEnd": zulu(FIRST + 9.1 * DAY), "conversationStart": zulu(FIRST + 12 * DAY)},
    ],
)
def test_conversation_without_a_known_end_closes_all_days_after_it(times: dict[str, Any]) -> None:
    others = [row(1, 8.5), row(2, 9.9), row(3, 50)]
    batches, skipped = plan(knowing(row(0, 9.5) | times, *others))
    assert (numbers_in(batches), skipped) == ([[1]], {"too_young": 1, "day_closed": 2})


def test_conversation_under_a_longer_retention_closes_its_day() -> None:
    days = (NOON - FIRST).days - 10
    matrix = RetentionMatrix.parse(
        {"rules": [{"name": "long", "minimumDays": days, "basis": "a law"}]}
    )
    kept = [row(0, 10.9), row(1, 11.5)]
    batches, skipped = plan(knowing(row(2, 9.1), row(3, 10.1), *kept), matrix=matrix)
    assert (numbers_in(batches), skipped) == ([[2]], {"too_young": 2, "day_closed": 1})


def test_conversation_from_before_the_window_closes_its_days_in_it() -> None:
    rows = [row(0, -20, lasts=22.5 * DAY), row(1, 2.9), row(2, 3.1), row(3, -5)]
    batches, skipped = plan(knowing(*rows))
    assert (numbers_in(batches), skipped) == ([[2]], {"outside_range": 1, "day_closed": 1})


def test_conversation_that_ends_after_the_window_closes_its_days_in_it() -> None:
    rows = [row(0, 57.5), row(1, 58.9, lasts=3 * DAY), row(2, 59.5), row(3, 60.5)]
    batches, skipped = plan(knowing(*rows))
    assert (numbers_in(batches), skipped) == ([[0]], {"outside_range": 1, "day_closed": 1})


def test_conversation_without_recordings_is_skipped_and_closes_nothing() -> None:
    genesys = knowing(row(0, 9.1), row(1, 9.5))

    def protection(body: Mapping[str, Any]) -> Mapping[str, Any]:
        if IDS[0] in body["conversationIds"]:
            raise NotAtGenesys("recording.conversation.not.found")
        return {"entities": []}

    genesys.on(ASK, protection)
    batches, skipped = plan(genesys)
    assert (numbers_in(batches), skipped) == ([[1]], {"not_found": 1})


def test_held_date_range_closes_its_days_without_any_conversation() -> None:
    held = hold(date_range=Window(start=FIRST + 9.5 * DAY, end=FIRST + 10.1 * DAY))
    rows = [row(0, 8.5), row(1, 9.1), row(2, 10.5), row(3, 11.5)]
    batches, skipped = plan(knowing(*rows), held)
    assert (numbers_in(batches), skipped) == ([[0], [3]], {"day_closed": 2})


def test_hold_on_everything_makes_an_empty_plan() -> None:
    assert plan(knowing(row(0, 1), row(1, 2)), hold()) == ([], {"legal_hold": 2})


def test_held_conversation_that_no_query_finds_closes_its_day() -> None:
    held = hold(conversation_ids=frozenset({IDS[9]}))
    genesys = knowing(row(0, 8.5), row(1, 9.1), by_id=[row(9, 9.5)])
    batches, skipped = plan(genesys, held)
    assert (numbers_in(batches), skipped) == ([[0]], {"legal_hold": 1, "day_closed": 1})
    (asked,) = [each for each in genesys.calls if each.operation == READ]
    assert asked.path == {"ids": IDS[9]}


def test_held_conversation_of_another_time_closes_nothing() -> None:
    held = hold(conversation_ids=frozenset({IDS[9]}))
    batches, skipped = plan(knowing(row(0, 8.5), by_id=[row(9, 900)]), held)
    assert (numbers_in(batches), skipped) == ([[0]], {})


@pytest.mark.parametrize("conversation_id", [IDS[9], "conversation-9"])
def test_held_conversation_of_unknown_time_refuses_the_plan(conversation_id: str) -> None:
    held = hold(hold_id="case-17", conversation_ids=frozenset({conversation_id}))
    with pytest.raises(OnLegalHold, match="case-17 names a conversation that Genesys does not"):
        plan(knowing(row(0, 8.5)), held)


def test_batch_has_at_most_the_entries_that_fit_into_memory() -> None:
    with patch.object(recording_request, "MOST_IN_JOB", 3):
        batches, _ = plan(knowing(*(row(n, n) for n in range(7))), batch_size=1)
    assert numbers_in(batches) == [[0, 1, 2], [3, 4, 5], [6]]


def test_interval_is_smaller_if_its_conversations_are_exported_first() -> None:
    asked = METHOD.request_model.parse(request(exportIntegrationId="bucket-1"))
    with patch.object(recording_request, "MOST_EXPORTED", 2):
        found = list(METHOD.plan(asked, sources(knowing(*(row(n, n) for n in range(4))))))
    assert [each.targeted for each in found if isinstance(each, Planned)] == [2, 2]


def test_range_with_more_conversations_than_fit_is_refused() -> None:
    few = patch.object(plan_by_interval, "MOST_CONVERSATIONS", 2)
    with few, pytest.raises(LimitExceeded, match="more than 2 conversations"):
        plan(knowing(*(row(n, n) for n in range(3))))


@given(st.lists(st.floats(-40, 61), max_size=6), st.sets(st.integers(0, 20), max_size=4))
def test_plan_does_not_depend_on_its_pauses(days: list[float], refused: set[int]) -> None:
    """The plan is resumed from the JSON of each pause; a call may be refused after it."""
    rows = [row(n, day) for n, day in enumerate(days)]
    at_once = plan(knowing(*rows, protected=IDS[:1]))
    genesys, calls = knowing(*rows, protected=IDS[:1]), count()
    read = genesys.read

    def refuse(operation: Operation, body: Any = None, **path: str) -> Mapping[str, Any]:
        if next(calls) in refused:
            raise RateLimited("all calls are booked")
        return read(operation, body, **path)

    with patch.object(genesys, "read", refuse):
        found = scene.in_turns(METHOD, request(), sources(genesys))
    assert (scene.planned_in(found), scene.skipped_in(found)) == at_once


def test_window_at_the_beginning_of_the_calendar_is_planned() -> None:
    oldest = {"start": "0001-01-10T00:00:00Z", "end": "0001-02-10T00:00:00Z"}
    assert scene.plan(METHOD, request(dateRange=oldest), sources(knowing())) == ([], {})


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({"dateRange": builders.date_range(1_827.5, 1_826.9)}, 1_827.2),
        ({"conversationIds": IDS[:1]}, (NOON - FIRST).days - 2),
    ],
)
def test_only_a_bare_range_surely_over_five_years_old_is_planned(
    fields: dict[str, Any], days: float
) -> None:
    old = call(0, builders.days_ago(days))
    given_ = sources(knowing(old))
    assert scene.plan(METHOD, request(**fields), given_) == ([], {"over_five_years": 1})


FATES = ("free", "held", "protected", "open")


class Made(NamedTuple):
    """A conversation: its start in hours after the window's start, its length, and its fate."""

    begins: float
    lasts: float
    fate: str


made = st.builds(
    Made,
    st.integers(-29 * 24 * 4, 60 * 24 * 4 + 90).map(lambda quarters: quarters / 4),
    st.integers(0, 200).map(lambda quarters: quarters / 4),
    st.sampled_from(["free"] * 8 + ["held", "protected", "open"]),
)


def made_row(number: int, each: Made) -> dict[str, Any]:
    found = row(number, each.begins / 24, lasts=each.lasts * HOUR)
    return found | ({"conversationEnd": None} if each.fate == "open" else {})


@given(st.lists(made, max_size=15), st.integers(1, 5))
def test_no_interval_shares_a_day_with_a_conversation_outside_the_plan(
    conversations: list[Made], size: int
) -> None:
    rows = sorted(
        (made_row(number, each) for number, each in enumerate(conversations)),
        key=lambda each: str(each["conversationStart"]),
    )
    ids_of = {
        fate: [IDS[n] for n, c in enumerate(conversations) if c.fate == fate] for fate in FATES
    }
    holds = [hold(conversation_ids=frozenset(ids_of["held"]))] if ids_of["held"] else []
    genesys = knowing(*rows, protected=ids_of["protected"])
    batches, skipped = plan(genesys, *holds, batch_size=size)

    near = 0
    for each in conversations:
        start = FIRST + each.begins * HOUR
        end = None if each.fate == "open" else start + each.lasts * HOUR
        if start > WINDOW.end or (end is not None and end < WINDOW.start):
            continue
        near += 1
        is_inside = start >= WINDOW.start and end is not None and end < WINDOW.end
        if each.fate == "free" and is_inside:
            continue
        for batch in batches:
            assert batch.interval is not None
            last = batch.interval.end - timedelta.resolution
            assert last.date() < start.date() or (
                end is not None and batch.interval.start.date() > end.date()
            )
    planned = [each.conversation_id for batch in batches for each in batch.entries]
    assert len(set(planned)) == len(planned)
    assert set(planned) <= set(ids_of["free"])
    assert len(planned) + sum(skipped.values()) == near


HELD = frozenset({IDS[5]})


def test_days_of_a_hold_are_closed_if_only_another_organisation_knows_its_id() -> None:
    known = hold(conversation_ids=HELD, times=held_times(HELD, FIRST + 9.5 * DAY))
    batches, skipped = plan(knowing(row(0, 7.5), *OTHERS), known)
    # Midnight belongs to both of its days, so the day before is closed as well.
    assert (numbers_in(batches), skipped) == ([[0], [3]], {"day_closed": 2})


def test_id_that_no_organisation_knows_still_refuses_every_interval() -> None:
    unknown = hold(conversation_ids=HELD, times=held_times(HELD, unknown={"not_found": 1}))
    with pytest.raises(OnLegalHold, match="h1 names a conversation that Genesys does not know"):
        plan(knowing(*OTHERS), unknown)
