"""What is over five years old: taken by intervals that are clear of all that may not be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from genesys_purge.errors import JobLost, OnLegalHold
from genesys_purge.methods.contract import Noted, Planned
from genesys_purge.methods.recording_job.conversations import QUERY, READ
from genesys_purge.methods.recording_job.method import RecordingJob
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.methods.recording_job.request import RecordingJobRequest
from genesys_purge.model.dates import Window, zulu
from genesys_purge.model.holds import Hold
from genesys_purge.model.retention import RetentionMatrix
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods import scene
from tests.unit.methods.scene import hold, planned_in, skipped_in, sources

METHOD = RecordingJob()
IDS = builders.uuids(1_000)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Sixty whole days, in UTC, six years ago.
FIRST = datetime(2020, 9, 1, tzinfo=NOON.tzinfo)
WINDOW = Window(start=FIRST, end=FIRST + 60 * DAY)
NONE: dict[str, Any] = {"conversations": []}


def row(number: int, day: float, lasts: timedelta = HOUR, **fields: Any) -> dict[str, Any]:
    """A conversation that began so many days after the window."""
    start = FIRST + day * DAY
    return {
        "conversationId": IDS[number],
        "conversationStart": zulu(start),
        "conversationEnd": zulu(start + lasts),
    } | fields


def knowing(*rows: Mapping[str, Any], by_id: Any = (), protected: Any = ()) -> ScriptedGenesys:
    """A Genesys with these conversations, and others that only a question by id shows."""
    genesys = ScriptedGenesys()

    def query(body: Mapping[str, Any]) -> Mapping[str, Any]:
        start, end = body["interval"].split("/")
        first_page = body["paging"]["pageNumber"] == 1
        found = [each for each in rows if start <= each["conversationStart"] < end]
        return {"conversations": found if first_page else []}

    genesys.on(QUERY, query)
    genesys.on(READ, {"conversations": list(by_id)})
    genesys.on(
        ASK,
        lambda body: {
            "entities": [{"id": each} for each in body["conversationIds"] if each in protected]
        },
    )
    return genesys


def request(**fields: Any) -> dict[str, Any]:
    return builders.recording_job(**{"dateRange": WINDOW.to_json()} | fields)


def plan(
    genesys: ScriptedGenesys, *holds: Hold, **changes: Any
) -> tuple[list[Planned], dict[str, int]]:
    return scene.plan(METHOD, request(), sources(genesys, *holds, **changes))


def ids(batches: list[Planned]) -> list[list[int]]:
    """The numbers of the conversations in each batch."""
    return [[IDS.index(each.conversation_id) for each in batch.entries] for batch in batches]


def test_what_may_be_taken_is_planned_as_an_interval_with_its_manifest() -> None:
    (batch,), skipped = plan(knowing(row(0, 3), row(1, 40)))
    assert (ids([batch]), batch.targeted, batch.window, skipped) == ([[0, 1]], 2, None, {})
    assert batch.interval == Window(
        start=FIRST + 3 * DAY, end=FIRST + 40 * DAY + HOUR + timedelta(seconds=1)
    )


def test_everything_of_the_window_and_of_a_month_before_is_looked_at_without_a_filter() -> None:
    genesys = knowing()
    assert plan(genesys) == ([], {})
    bodies = [call.body for call in genesys.calls if call.operation == QUERY]
    asked = [body["interval"].split("/") for body in bodies]
    assert asked[0][0] == zulu(FIRST - 30 * DAY)
    assert asked[-1][1] == zulu(WINDOW.end + DAY)
    assert not any(body["conversationFilters"] or body["segmentFilters"] for body in bodies)


KEEPS = [
    (row(0, 9.5), {"holds": [hold(conversation_ids=frozenset({IDS[0]}))]}, "legal_hold"),
    (row(0, 9.5), {"protected": [IDS[0]]}, "protected"),
    (row(0, 9.5, lasts=timedelta(days=2_100)), {}, "outside_range"),
    (row(0, 9.5, participants=[{"sessions": [{"mediaType": "email"}]}]), {}, None),
]


@pytest.mark.parametrize(("kept", "why", "reason"), KEEPS)
def test_the_day_of_what_may_not_be_taken_is_closed(
    kept: Mapping[str, Any], why: dict[str, Any], reason: str | None
) -> None:
    others = [row(1, 8.5), row(2, 9.9), row(3, 10.5)]
    genesys = knowing(kept, *others, protected=why.get("protected", ()))
    batches, skipped = plan(genesys, *why.get("holds", ()))
    if reason is None:
        assert (ids(batches), skipped) == ([[1, 0, 2, 3]], {})
    elif reason == "outside_range":
        assert (ids(batches), skipped) == ([[1]], {reason: 1, "day_closed": 2})
    else:
        assert (ids(batches), skipped) == ([[1], [3]], {reason: 1, "day_closed": 1})


@pytest.mark.parametrize(
    "times",
    [
        {"conversationEnd": None},
        {"conversationEnd": "some day"},
        {"conversationEnd": zulu(FIRST + 9.1 * DAY), "conversationStart": zulu(FIRST + 12 * DAY)},
    ],
)
def test_what_is_not_known_to_have_ended_closes_everything_after_it(times: dict[str, Any]) -> None:
    others = [row(1, 8.5), row(2, 9.9), row(3, 50)]
    batches, skipped = plan(knowing(row(0, 9.5) | times, *others))
    assert (ids(batches), skipped) == ([[1]], {"too_young": 1, "day_closed": 2})


def test_a_longer_retention_closes_the_day_of_what_it_keeps() -> None:
    days = (NOON - FIRST).days - 10
    matrix = RetentionMatrix.parse(
        {"rules": [{"name": "long", "minimumDays": days, "basis": "a law"}]}
    )
    kept = [row(0, 10.9), row(1, 11.5)]
    batches, skipped = plan(knowing(row(2, 9.1), row(3, 10.1), *kept), matrix=matrix)
    assert (ids(batches), skipped) == ([[2]], {"too_young": 2, "day_closed": 1})


def test_what_began_before_the_window_and_went_on_in_it_closes_its_days() -> None:
    rows = [row(0, -20, lasts=22.5 * DAY), row(1, 2.9), row(2, 3.1), row(3, -5)]
    batches, skipped = plan(knowing(*rows))
    assert (ids(batches), skipped) == ([[2]], {"outside_range": 1, "day_closed": 1})


def test_what_goes_on_after_the_window_closes_its_days() -> None:
    rows = [row(0, 57.5), row(1, 58.9, lasts=3 * DAY), row(2, 59.5), row(3, 60.5)]
    batches, skipped = plan(knowing(*rows))
    assert (ids(batches), skipped) == ([[0]], {"outside_range": 1, "day_closed": 1})


def test_what_has_no_recording_is_skipped_and_closes_nothing() -> None:
    genesys = knowing(row(0, 9.1), row(1, 9.5))

    def protection(body: Mapping[str, Any]) -> Mapping[str, Any]:
        if IDS[0] in body["conversationIds"]:
            raise JobLost("recording.conversation.not.found")
        return {"entities": []}

    genesys.on(ASK, protection)
    batches, skipped = plan(genesys)
    assert (ids(batches), skipped) == ([[1]], {"not_found": 1})


def test_the_days_of_a_held_date_range_are_closed_whether_anything_is_seen_there_or_not() -> None:
    held = hold(date_range=Window(start=FIRST + 9.5 * DAY, end=FIRST + 10.1 * DAY))
    rows = [row(0, 8.5), row(1, 9.1), row(2, 10.5), row(3, 11.5)]
    batches, skipped = plan(knowing(*rows), held)
    assert (ids(batches), skipped) == ([[0], [3]], {"day_closed": 2})


def test_a_hold_on_everything_leaves_nothing_to_plan() -> None:
    assert plan(knowing(row(0, 1), row(1, 2)), hold()) == ([], {"legal_hold": 2})


def test_a_held_conversation_that_only_its_id_shows_closes_its_day() -> None:
    held = hold(conversation_ids=frozenset({IDS[9]}))
    genesys = knowing(row(0, 8.5), row(1, 9.1), by_id=[row(9, 9.5)])
    batches, skipped = plan(genesys, held)
    assert (ids(batches), skipped) == ([[0]], {"legal_hold": 1, "day_closed": 1})
    (asked,) = [call for call in genesys.calls if call.operation == READ]
    assert asked.path == {"ids": IDS[9]}


def test_a_held_conversation_of_another_time_closes_nothing() -> None:
    held = hold(conversation_ids=frozenset({IDS[9]}))
    genesys = knowing(row(0, 8.5), by_id=[row(9, 900)])
    batches, skipped = plan(genesys, held)
    assert (ids(batches), skipped) == ([[0]], {})


@pytest.mark.parametrize("named", [IDS[9], "conversation-9"])
def test_a_held_conversation_of_which_nobody_knows_the_time_forbids_every_interval(
    named: str,
) -> None:
    held = hold(hold_id="case-17", conversation_ids=frozenset({named}))
    with pytest.raises(OnLegalHold, match="case-17"):
        plan(knowing(row(0, 8.5)), held)


def test_a_batch_has_at_most_so_many_conversations() -> None:
    batches, _ = plan(knowing(*(row(n, n) for n in range(7))), batch_size=3)
    assert ids(batches) == [[0, 1, 2], [3, 4, 5], [6]]


def test_from_the_first_day_of_the_calendar_on_there_is_nothing_before() -> None:
    aged = {"start": "0001-01-10T00:00:00Z", "end": "0001-02-10T00:00:00Z"}
    given = request(dateRange=aged)
    assert scene.plan(METHOD, given, sources(knowing())) == ([], {})


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({"dateRange": builders.date_range(1_827.5, 1_826.9)}, 1_827.2),
        ({"conversationIds": IDS[:1]}, (NOON - FIRST).days - 2),
    ],
)
def test_what_is_not_surely_a_bare_range_over_five_years_old_is_never_an_interval(
    fields: dict[str, Any], days: float
) -> None:
    start = builders.days_ago(days)
    old = row(0, 0, conversationStart=zulu(start), conversationEnd=zulu(start + HOUR))
    given = request(**fields)
    assert scene.plan(METHOD, given, sources(knowing(old))) == ([], {"over_five_years": 1})


FATES = ("free", "held", "protected", "open")


class Made(NamedTuple):
    """A conversation in hours after the window's start, and what keeps it, if anything."""

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


@given(st.lists(made, max_size=25), st.integers(1, 5))
def test_nothing_that_has_to_stay_ever_shares_a_day_with_an_interval(
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


@pytest.mark.parametrize(("protected", "noted"), [(899, False), (900, True)])
@pytest.mark.parametrize("aged", [True, False])
def test_a_plan_says_when_genesys_has_little_protection_left(
    protected: int, *, noted: bool, aged: bool
) -> None:
    day = 1 if aged else 1_900
    genesys = knowing(*(row(n, day + n / 1_000) for n in range(950)), protected=IDS[:protected])
    window = Window(start=FIRST + (day - 1) * DAY, end=FIRST + (day + 5) * DAY)
    given = RecordingJobRequest.parse(request(dateRange=window.to_json()))
    found = list(METHOD.plan(given, sources(genesys)))
    assert skipped_in(found)["protected"] == protected
    assert bool(planned_in(found)) is not aged
    text = "Genesys protects 900 of these; it protects at most 1,000 in an organisation"
    measured = [each for each in found if isinstance(each, Noted) and each.metric]
    assert measured == ([Noted(text, "ProtectedConversations", 900)] if noted else [])


@pytest.mark.parametrize(("action", "done"), [("archive", "archived"), ("export", "exported")])
def test_a_plan_says_where_nothing_is_to_be_deleted(action: str, done: str) -> None:
    destination = {"exportIntegrationId": "bucket-1"} if action == "export" else {}
    given = RecordingJobRequest.parse(request(action=action, **destination))
    found = list(METHOD.plan(given, sources(knowing(row(0, 1)))))
    assert found[0] == Noted(f"recordings are {done}, none is deleted")
    assert len(planned_in(found)) == 1
