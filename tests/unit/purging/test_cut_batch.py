"""A batch by its time that may not be submitted or confirmed as it is: cut, down to names."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.errors import (
    GenesysUnavailable,
    OnLegalHold,
    OutcomeUnknown,
    RefusedByGenesys,
)
from genesys_purge.methods.recording_job import pieces
from genesys_purge.methods.recording_job.conversations import READ
from genesys_purge.methods.recording_job.two_step import CANCEL, STATUS
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.reach import Reach
from genesys_purge.model.slices import Slice
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.methods.recording_job.recorded import IDS, call
from tests.unit.methods.scene import hold
from tests.unit.purging.day_batch import FIRST, DayBatch, days
from tests.unit.workbench import Workbench


@pytest.fixture(autouse=True)
def few_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "MOST_NAMED", 2)


def hold_id(bench: Workbench, number: int) -> None:
    bench.holds.placed.append(hold(conversation_ids=frozenset({IDS[number]})))


def pending(bench: Workbench) -> list[tuple[int, int, bool]]:
    return [(each.start, each.stop, each.is_named) for each in bench.batch.pending]


def one_turn(bench: Workbench, step: BatchStep) -> BatchStep:
    """One turn alone, although the next one needs no wait."""
    with patch("genesys_purge.purging.submit_batch.AT_ONCE", bench.clock() - bench.clock()):
        return bench.submit_batch(step)


def test_held_record_at_the_submit_cuts_its_day_out(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 3, 3)
    hold_id(bench, 4)
    after = one_turn(bench, scene.step)
    assert (after.next, bench.batch.state) == (Next.SUBMIT, BatchState.PLANNED)
    assert pending(bench) == [(0, 3, False), (3, 5, True), (5, 6, True), (6, 9, False)]
    assert scene.bodies == []


def test_cut_at_the_submit_is_audited_with_its_reason(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 3, 3)
    hold_id(bench, 4)
    one_turn(bench, scene.step)
    assert bench.last_fact["action"] == "batch_cut"
    assert bench.last_fact["detail"] == "legal hold h1 covers these records"
    assert "skipped" not in bench.last_fact


def test_hold_without_known_records_halves_the_part(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 3, 3, 3)
    bench.holds.placed.append(hold(date_range=days(1, 1)))
    one_turn(bench, scene.step)
    assert pending(bench) == [(0, 6, False), (6, 12, False)]


def test_held_conversation_outside_the_plan_halves_the_part(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 3)
    bench.genesys.on(READ, {"conversations": [call(900, FIRST)]})
    hold_id(bench, 900)
    one_turn(bench, scene.step)
    assert (pending(bench), scene.bodies) == ([(0, 3, False), (3, 6, False)], [])
    assert bench.last_fact["detail"].startswith("a legal hold names a conversation that may lie")


def test_held_conversation_that_genesys_does_not_know_cuts_nothing(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 3)
    bench.genesys.on(READ, {"conversations": []})
    hold_id(bench, 900)
    one_turn(bench, scene.step)
    assert (pending(bench), len(scene.bodies)) == ([(0, 6, False)], 1)


def test_hold_during_the_login_cuts_the_part(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 3, 3)

    def place() -> None:
        bench.genesys.before_delete = lambda: None
        hold_id(bench, 4)

    bench.genesys.before_delete = place
    one_turn(bench, scene.step)
    assert (bench.last_fact["action"], len(bench.batch.pending)) == ("batch_cut", 4)
    assert (bench.batch.attempt.number, bench.batch.attempt.is_open) == (1, False)


def test_surprise_at_ready_halves_the_part(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 3, 3, 3)
    step = scene.ready()
    scene.totals = {"totalConversations": 13}
    after = one_turn(bench, step)
    assert (after.next, bench.batch.state) == (Next.SUBMIT, BatchState.PLANNED)
    assert pending(bench) == [(0, 6, False), (6, 12, False)]
    assert (bench.batch.job_id, bench.batch.last_job_id) == (None, "job-1")


def test_cut_at_ready_is_audited_with_the_end_of_its_job(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 3)
    step = scene.ready()
    scene.totals = {"totalConversations": 7}
    one_turn(bench, step)
    assert (bench.last_fact["action"], bench.last_fact["jobId"]) == ("batch_cut", "job-1")
    assert bench.last_fact["detail"] == (
        "the job covers 7 conversations, but the plan has 6; its job job-1 is cancelled"
    )


def test_record_that_genesys_protects_cuts_its_day_out(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 3, 3)
    step = scene.ready()
    scene.details.protected.add(IDS[8])
    one_turn(bench, step)
    assert pending(bench) == [(0, 6, False), (6, 8, True), (8, 9, True)]


def test_pieces_stand_before_the_rest_of_the_batch(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 3, 3)
    step = scene.ready()
    first, last = Slice(start=0, stop=6), Slice(start=6, stop=9)
    bench.runs.advance(bench.batch.to(BatchState.READY, pending=(first, last)))
    scene.totals = {"totalConversations": 99}
    one_turn(bench, step)
    assert pending(bench) == [(0, 3, False), (3, 6, False), (6, 9, False)]


def test_pieces_take_two_jobs_each_if_they_are_exported_first(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 3, exportIntegrationId="bucket-1")
    step = scene.ready()
    scene.totals = {"totalConversations": 7}
    one_turn(bench, step)
    assert pending(bench) == [(0, 3, False)] * 2 + [(3, 6, False)] * 2


def test_exported_pieces_are_not_exported_again(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 3, exportIntegrationId="bucket-1")
    scene.drive(until_jobs=2)
    scene.totals = {"totalConversations": 7}
    one_turn(bench, bench.poll_batch(scene.step))
    assert pending(bench) == [(0, 3, False), (3, 6, False)]
    scene.totals = {}
    scene.drive()
    assert [each["action"] for each in scene.bodies] == ["EXPORT", *["DELETE"] * 3]


def test_export_of_pieces_precedes_the_deletion_of_each(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 3, exportIntegrationId="bucket-1")
    hold_id(bench, 4)
    scene.drive()
    assert scene.deleted == {0, 1, 2, 3, 5}
    actions = [each["action"] for each in scene.bodies]
    assert actions == ["EXPORT", "DELETE"] * (len(actions) // 2)


CANCELS: list[tuple[Exception, str]] = [
    (OutcomeUnknown("timed out"), "its job job-1 may not be cancelled: timed out"),
    (GenesysUnavailable("503"), "its job job-1 may not be cancelled: 503"),
    (RefusedByGenesys("no", status=400), "its job job-1 could not be cancelled: no"),
]


@pytest.mark.parametrize(("error", "words"), CANCELS)
def test_batch_is_not_cut_while_its_job_may_wait(
    bench: Workbench, error: Exception, words: str
) -> None:
    scene = DayBatch(bench, 3, 3)
    step = scene.ready()
    scene.totals = {"totalConversations": 7}
    bench.genesys.on(CANCEL, error)
    after = bench.submit_batch(step)
    assert (after.next, bench.batch.state, scene.cuts) == (Next.DONE, BatchState.FAILED, [])
    assert words in str(bench.batch.detail)
    assert (len(scene.bodies), bench.batch.job_id) == (1, "job-1")


@pytest.mark.parametrize(("deleted", "state"), [(0, BatchState.PLANNED), (1, BatchState.FAILED)])
def test_batch_is_cut_only_if_its_job_ended_before_it_deleted_anything(
    bench: Workbench, deleted: int, state: BatchState
) -> None:
    """The answer to the cancellation is lost."""
    scene = DayBatch(bench, 3, 3)
    step = scene.ready()
    ready = {"state": "READY", "totalConversations": 7, "totalRecordings": 7}
    ended = {
        "state": "CANCELLED",
        "totalProcessedRecordings": deleted,
        "recordingJobsQuery": {"action": "DELETE"},
    }
    bench.genesys.on(STATUS, ready, ended)
    bench.genesys.on(CANCEL, OutcomeUnknown("timed out"))
    one_turn(bench, step)
    assert (bench.batch.state, len(scene.cuts)) == (state, 1 - deleted)


def aged(bench: Workbench, *sizes: int) -> DayBatch:
    """A batch by interval; the conversations of a day end when the next ones begin."""
    return DayBatch(bench, *sizes, reach=Reach.INTERVAL)


def test_aged_part_with_a_gap_is_cut_at_the_submit(bench: Workbench) -> None:
    scene = aged(bench, 2, 2)
    hold_id(bench, 0)
    one_turn(bench, scene.step)
    assert pending(bench) == [(0, 2, False), (2, 4, False)]


def test_aged_part_without_a_gap_fails_at_the_submit(bench: Workbench) -> None:
    scene = aged(bench, 2)
    hold_id(bench, 0)
    with pytest.raises(OnLegalHold):
        bench.submit_batch(scene.step)
    assert scene.bodies == []


def test_part_by_name_leaves_out_its_held_record(bench: Workbench) -> None:
    scene = DayBatch(bench, 3, 3)
    hold_id(bench, 4)
    scene.drive()
    assert scene.deleted == {0, 1, 2, 3, 5}
    assert bench.batch.protected == {4}
    assert bench.batch.state is BatchState.COMPLETED


def test_surprise_that_stays_is_cut_down_to_names(bench: Workbench) -> None:
    """The late conversation is never deleted."""
    scene = DayBatch(bench, 3, 3, 3, 3)
    step = scene.ready()
    scene.late(2)
    scene.step = step
    scene.drive()
    assert scene.deleted == set(range(12))
    assert scene.interval_of(1) == days(0, 3)
    named = [at for at in range(1, len(scene.bodies) + 1) if scene.interval_of(at) is None]
    assert [len(scene.covered_at_creation[at]) for at in named] == [2, 1]


@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=5),
    held=st.sets(st.integers(0, 19), max_size=3),
    protected=st.sets(st.integers(0, 19), max_size=3),
    late=st.sets(st.integers(0, 4), max_size=2),
    export=st.booleans(),
)
def test_batch_deletes_all_that_it_may_and_nothing_else(
    *, sizes: list[int], held: set[int], protected: set[int], late: set[int], export: bool
) -> None:
    with patch.object(pieces, "MOST_NAMED", 2):
        bench = Workbench()
        fields: dict[str, Any] = {"exportIntegrationId": "bucket-1"} if export else {}
        scene = DayBatch(bench, *sizes, **fields)
        planned = set(range(sum(sizes)))
        for each in held & planned:
            bench.holds.placed.append(
                hold(hold_id=f"h{each}", conversation_ids=frozenset({IDS[each]}))
            )
        scene.details.protected |= {IDS[each] for each in protected}
        for day in late:
            if day < len(sizes):
                scene.late(day)
        scene.drive()
    assert scene.deleted == planned - held - protected
    assert bench.batch.state is BatchState.COMPLETED
    assert bench.batch.protected == (held | protected) & planned
    assert (bench.batch.is_verified, bench.batch.unreported) == (True, 0)
    assert (bench.batch.deleted or 0) == len(scene.deleted)
    assert not scene.jobs_in("READY")
