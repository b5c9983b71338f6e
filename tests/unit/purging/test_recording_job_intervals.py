"""Batches that are submitted by an interval, which go as a whole or not at all."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from genesys_purge.errors import OnLegalHold
from genesys_purge.methods.contract import Planned
from genesys_purge.methods.recording_job.conversations import QUERY, READ
from genesys_purge.methods.recording_job.metadata import METADATA
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.methods.recording_job.two_step import CANCEL, CREATE, EXECUTE, LIST, STATUS
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import BatchState, Entry
from genesys_purge.model.dates import Window, zulu
from genesys_purge.model.messages import BatchStep, Next, RunRef
from genesys_purge.model.reach import Reach
from genesys_purge.purging.plan_lines import line_of

from tests import builders
from tests.clock import NOON
from tests.unit.methods.scene import held_times, hold
from tests.unit.purging.recording_batch import IDS, READY, search_of
from tests.unit.workbench import Workbench

NONE: dict[str, Any] = {"entities": []}
KEPT, DELETED = {"fileState": "AVAILABLE"}, {"fileState": "DELETED"}
INTERVAL = Window(start=builders.days_ago(2_001), end=builders.days_ago(1_998.9))
REQUEST = builders.recording_job(dateRange=builders.date_range(2_030, 1_990))
ENTRIES = [
    Entry(each, builders.days_ago(2_000 - n), None, builders.days_ago(2_001 - n))
    for n, each in enumerate(IDS[:2])
]


@pytest.fixture
def planned(bench: Workbench) -> BatchStep:
    """Two conversations with three recordings, and a Genesys whose job covers exactly those."""
    bench.genesys.on(LIST, NONE)
    bench.genesys.on(ASK, NONE)
    bench.genesys.on(QUERY, search_of(ENTRIES))
    bench.genesys.on(CREATE, {"id": "job-1"})
    bench.genesys.on(EXECUTE, {})
    bench.genesys.on(CANCEL, {})
    bench.genesys.on(STATUS, READY | {"totalConversations": 2, "totalRecordings": 3})
    bench.genesys.on(METADATA, {"entities": [KEPT, KEPT]}, {"entities": [KEPT, DELETED]})
    batch = builders.batch(planned=2, interval=INTERVAL, reach=Reach.INTERVAL)
    return bench.planned(batch, request=REQUEST, entries=ENTRIES)


@pytest.fixture
def step(bench: Workbench, planned: BatchStep) -> BatchStep:
    """The same batch, once its job is ready."""
    ready = bench.poll_batch(bench.submit_batch(planned))
    assert bench.batch.state is BatchState.READY
    return ready


def calls(bench: Workbench, operation: Any) -> int:
    return sum(call.operation[:2] == operation[:2] for call in bench.genesys.calls)


def assert_stopped(bench: Workbench, after: BatchStep, why: str) -> None:
    assert (after.next, bench.batch.state) == (Next.DONE, BatchState.FAILED)
    assert why in str(bench.batch.detail)
    assert "its job job-1 is cancelled" in str(bench.batch.detail)
    assert (calls(bench, EXECUTE), calls(bench, CANCEL), calls(bench, CREATE)) == (0, 1, 1)


def test_interval_is_planned_stored_and_submitted(bench: Workbench) -> None:
    bench.genesys.on(QUERY, search_of(ENTRIES))
    bench.genesys.on(ASK, NONE)
    bench.genesys.on(LIST, NONE)
    bench.genesys.on(CREATE, {"id": "job-1"})
    bench.stored(REQUEST)
    assert bench.plan_purge(RunRef(run_id="run-1")).batches == 1
    interval = bench.batch.interval
    assert interval is not None
    assert [
        each.conversation_id for each in bench.runs.manifest(bench.runs.batch("run-1", 0))
    ] == IDS[:2]

    bench.submit_batch(BatchStep(run_id="run-1", batch=0))
    (sent,) = bench.genesys.deletions
    assert (sent["agedConversationInterval"], "conversationQuery" in sent) == (str(interval), False)
    assert bench.last_fact["window"] == interval.to_json()


def test_line_of_a_plan_has_the_interval() -> None:
    assert str(INTERVAL) == "2021-05-30T12:00:00Z/2021-06-01T14:24:00Z"
    line = orjson.loads(line_of(0, Planned(2, ENTRIES, interval=INTERVAL), b"key"))
    assert line["interval"] == INTERVAL.to_json()


def test_job_with_exactly_the_existing_recordings_is_confirmed(
    bench: Workbench, step: BatchStep
) -> None:
    assert bench.submit_batch(step).next is Next.POLL
    assert (calls(bench, METADATA), calls(bench, EXECUTE)) == (2, 1)


@pytest.mark.parametrize(
    ("totals", "why"),
    [
        ({"totalConversations": 3}, "3 conversations, but the plan has 2"),
        ({"totalRecordings": 4}, "4 records of 2 conversations, but the plan has 3 of 2"),
        ({"totalRecordings": 2}, "2 records of 2 conversations, but the plan has 3 of 2"),
        ({"totalConversations": 1}, "3 records of 1 conversations, but the plan has 3 of 2"),
    ],
)
def test_job_with_one_recording_more_or_less_is_cancelled(
    bench: Workbench, step: BatchStep, totals: dict[str, int], why: str
) -> None:
    ready = READY | {"totalConversations": 2, "totalRecordings": 3}
    bench.genesys.on(STATUS, ready | totals)
    assert_stopped(bench, bench.submit_batch(step), why)


@pytest.mark.parametrize("state", ["ERROR", "UPLOADING", "RESTORING", None])
def test_job_is_cancelled_if_it_may_or_may_not_cover_a_recording(
    bench: Workbench, step: BatchStep, state: str | None
) -> None:
    unsure = {"fileState": state} if state else {}
    bench.genesys.on(METADATA, {"entities": [KEPT, KEPT]}, {"entities": [unsure, DELETED]})
    why = "1 records that it may or may not delete"
    assert_stopped(bench, bench.submit_batch(step), why)


def test_conversation_without_recordings_does_not_count(bench: Workbench, step: BatchStep) -> None:
    bench.genesys.on(METADATA, {"entities": [KEPT, KEPT, KEPT]}, {"entities": [DELETED]})
    assert_stopped(bench, bench.submit_batch(step), "2 conversations, but the plan has 1")


def test_protected_conversation_stops_the_whole_interval(bench: Workbench, step: BatchStep) -> None:
    bench.genesys.on(ASK, {"entities": [{"id": IDS[1]}]})
    assert_stopped(bench, bench.submit_batch(step), "Genesys now protects these records")


HOLDS = [
    hold(conversation_ids=frozenset({IDS[0]})),
    hold(date_range=Window(start=builders.days_ago(2_010), end=builders.days_ago(2_000.5))),
    hold(),
]
OTHER_HOLDS = [
    hold(conversation_ids=frozenset({IDS[2]})),
    hold(date_range=Window(start=INTERVAL.end, end=NOON)),
]


@pytest.mark.parametrize("held", HOLDS)
def test_legal_hold_stops_the_whole_interval(bench: Workbench, step: BatchStep, held: Any) -> None:
    bench.holds.placed.append(held)
    assert_stopped(bench, bench.submit_batch(step), ": legal hold h1 covers")


@pytest.mark.parametrize("held", HOLDS)
def test_legal_hold_prevents_the_job_of_an_interval(
    bench: Workbench, planned: BatchStep, held: Any
) -> None:
    bench.holds.placed.append(held)
    with pytest.raises(OnLegalHold):
        bench.submit_batch(planned)
    assert (calls(bench, CREATE), bench.batch.protected) == (0, frozenset())


@pytest.mark.parametrize("held", OTHER_HOLDS)
def test_hold_on_something_else_stops_nothing(bench: Workbench, step: BatchStep, held: Any) -> None:
    bench.genesys.on(READ, {"conversations": [call(IDS[2], 1_997)]})
    bench.holds.placed.append(held)
    assert bench.submit_batch(step).next is Next.POLL


@pytest.mark.parametrize("answer", [[(IDS[2], 2_000)], [(IDS[2], 1_999)], []])
def test_held_conversation_outside_the_manifest_stops_the_interval(
    bench: Workbench, step: BatchStep, answer: list[tuple[str, float]]
) -> None:
    bench.genesys.on(READ, {"conversations": [call(*each) for each in answer]})
    bench.holds.placed.append(hold(conversation_ids=frozenset({IDS[2]})))
    assert_stopped(
        bench, bench.submit_batch(step), ": a legal hold names a conversation that may lie"
    )


def test_held_id_that_is_no_uuid_stops_the_interval(bench: Workbench, step: BatchStep) -> None:
    bench.holds.placed.append(hold(conversation_ids=frozenset({"case-17"})))
    assert_stopped(
        bench, bench.submit_batch(step), ": a legal hold names a conversation that may lie"
    )


@pytest.mark.parametrize(("days_ago", "stops"), [(1_997, False), (2_000, True)])
def test_held_id_without_a_day_in_the_interval_needs_no_answer_of_genesys(
    bench: Workbench, step: BatchStep, days_ago: float, *, stops: bool
) -> None:
    ids = frozenset({"case-17"})
    bench.holds.placed.append(hold(conversation_ids=ids))
    bench.holds.put_times(held_times(ids, builders.days_ago(days_ago)))
    after = bench.submit_batch(step)
    if stops:
        assert_stopped(bench, after, ": a legal hold names a conversation that may lie")
    else:
        assert after.next is Next.POLL


def call(conversation_id: str, ended: float) -> dict[str, str]:
    """A conversation of an hour that ended so many days ago, as Genesys answers it."""
    return {
        "conversationId": conversation_id,
        "conversationStart": zulu(builders.days_ago(ended + 1 / 24)),
        "conversationEnd": zulu(builders.days_ago(ended)),
    }


def test_hold_placed_during_the_login_is_compared_before_the_call(
    bench: Workbench, step: BatchStep
) -> None:
    """It names a conversation outside the manifest, so Genesys must be asked about it."""

    def place() -> None:
        bench.genesys.before_delete = lambda: None
        bench.holds.placed.append(hold(conversation_ids=frozenset({IDS[2]})))

    bench.genesys.before_delete = place
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state) == (Next.SUBMIT, BatchState.READY)
    assert calls(bench, EXECUTE) == 0
    bench.genesys.on(METADATA, {"entities": [KEPT, KEPT]}, {"entities": [KEPT, DELETED]})
    bench.genesys.on(READ, {"conversations": [call(IDS[2], 2_000)]})
    assert_stopped(bench, bench.submit_batch(after), "conversation that may lie in this interval")


def test_rest_of_a_batch_is_submitted_before_it_fails(bench: Workbench) -> None:
    """Of two calls on two days, the job of the first covers a call that the plan lacks."""
    apart = [
        Entry(IDS[0], builders.days_ago(2_000.9), None, builders.days_ago(2_001)),
        Entry(IDS[1], builders.days_ago(1_999.4), None, builders.days_ago(1_999.5)),
    ]
    for operation, answer in ((LIST, NONE), (ASK, NONE), (EXECUTE, {}), (CANCEL, {})):
        bench.genesys.on(operation, answer)
    bench.genesys.on(QUERY, search_of(apart))
    bench.genesys.on(METADATA, {"entities": [KEPT]})
    bench.genesys.on(CREATE, {"id": "job-1"}, {"id": "job-2"}, {"id": "job-3"})
    batch = builders.batch(planned=2, interval=INTERVAL, reach=Reach.INTERVAL)
    step = bench.planned(batch, request=REQUEST, entries=apart)
    # The whole batch, its first call alone, and its second call alone.
    for records in (3, 2, 1):
        bench.genesys.on(
            STATUS, READY | {"totalConversations": records, "totalRecordings": records}
        )
        step = bench.submit_batch(bench.poll_batch(bench.submit_batch(step)))
    assert [call.path["job_id"] for call in bench.genesys.calls if call.operation == CANCEL] == [
        "job-1",
        "job-2",
    ]
    assert bench.batch.job_id == "job-3"
    bench.genesys.on(
        STATUS,
        {"state": "FULFILLED", "recordingJobsQuery": {"action": "DELETE"}}
        | {"totalProcessedRecordings": 1},
    )
    step = bench.submit_batch(bench.poll_batch(step))
    assert (step.next, bench.batch.state, bench.batch.deleted) == (Next.DONE, BatchState.FAILED, 1)
    assert "the job covers 2 conversations, but the plan has 1" in str(bench.batch.detail)
    assert bench.facts.count(Action.BATCH_CUT) == 2
