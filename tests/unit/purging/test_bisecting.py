"""Bisecting: a batch refused for one record is halved until that record stands alone."""

from __future__ import annotations

from collections.abc import Set
from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.errors import RefusedByGenesys
from genesys_purge.methods.documented.conversation_archive import STATUS, SUBMIT
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import BatchStep, Next
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON
from tests.unit.methods.scene import hold
from tests.unit.workbench import Workbench


class Archive:
    """A Genesys that refuses every call with a protected id, and executes the others."""

    def __init__(self, bench: Workbench, protected: Set[str]) -> None:
        self.protected = protected
        self.deleted: list[str] = []
        self.last: list[str] = []
        bench.genesys.on(SUBMIT, self.submit)
        bench.genesys.on(STATUS, lambda _: self.status())

    def submit(self, body: Any) -> dict[str, Any]:
        ids = body["conversationIds"]
        if self.protected & set(ids):
            raise RefusedByGenesys("409: protected", status=409)
        self.last = ids
        self.deleted += ids
        return {"jobId": f"job-{len(self.deleted)}"}

    def status(self) -> dict[str, Any]:
        return {"state": "completed", "recordsProcessed": len(self.last)}


def drive(bench: Workbench, step: BatchStep) -> None:
    """Take turns until the batch is ready to be verified."""
    for _ in range(1_000):
        if step.next is Next.VERIFY:
            return
        step = (bench.submit_batch if step.next is Next.SUBMIT else bench.poll_batch)(step)
    pytest.fail("the batch never ends")


def positions(ids: Set[str]) -> set[int]:
    return {int(each.rpartition("-")[2]) for each in ids}


@given(st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
def test_bisecting_purges_each_unprotected_id_exactly_once(
    case: tuple[int, set[int]],
) -> None:
    count, kept = case
    bench, ids = Workbench(), builders.conversation_ids(count)
    archive = Archive(bench, {ids[index] for index in kept})
    drive(bench, bench.planned(builders.batch(planned=count)))
    assert archive.deleted == [each for each in ids if each not in archive.protected]
    batch = bench.batch
    assert batch.state is BatchState.COMPLETED
    assert batch.protected == kept
    assert (batch.deleted or 0) == batch.targeted == count - len(kept)


def test_bisecting_isolates_one_id_of_a_thousand_in_twenty_calls() -> None:
    bench = Workbench()
    archive = Archive(bench, {"conversation-000500"})
    drive(bench, bench.planned(builders.batch(planned=1_000)))
    assert len(archive.deleted) == 999
    assert len(bench.genesys.deletions) <= 22


def test_bisected_batch_audits_each_job_and_the_protected_record() -> None:
    bench = Workbench()
    Archive(bench, {"conversation-000003"})
    drive(bench, bench.planned(builders.batch(planned=4)))
    assert bench.facts == [
        Action.BATCH_SUBMITTED,
        Action.BATCH_COMPLETED,
        Action.BATCH_SUBMITTED,
        Action.BATCH_COMPLETED,
        Action.BATCH_PROTECTED,
    ]
    records = [each.to_json() for each in bench.audit.of("run-1")][2:]
    assert [record.get("jobId") for record in records] == ["job-2", "job-2", "job-3", "job-3", None]
    assert [record.get("deleted") for record in records] == [None, 2, None, 1, None]
    assert records[-1]["skipped"] == {"protected": 1}
    assert records[-1]["detail"] == "409: protected"


def test_batch_of_protected_records_reports_no_deletion() -> None:
    bench = Workbench()
    archive = Archive(bench, set(builders.conversation_ids(3)))
    drive(bench, bench.planned(builders.batch(planned=3)))
    assert archive.deleted == []
    assert (bench.batch.targeted, bench.batch.deleted) == (0, None)
    assert positions(archive.protected) == bench.batch.protected


def test_hold_placed_after_deletion_does_not_protect_deleted_records() -> None:
    bench = Workbench()
    archive = Archive(bench, {"conversation-000003"})
    step = bench.planned(builders.batch(planned=4))
    while not archive.deleted:
        step = bench.submit_batch(step)
    held = frozenset({"conversation-000000", "conversation-000002"})
    bench.holds.placed.append(hold(conversation_ids=held))
    drive(bench, step)
    assert archive.deleted == ["conversation-000000", "conversation-000001"]
    assert bench.batch.protected == {2, 3}
    assert bench.batch.deleted == bench.batch.targeted == 2


@pytest.mark.parametrize(("seconds", "calls"), [(4, 4), (5, 3), (14, 2), (15, 1), (40, 1)])
def test_turns_without_a_wait_run_at_once_for_15_seconds(seconds: float, calls: int) -> None:
    bench = Workbench()
    archive = Archive(bench, {"conversation-000000"})

    def slowly(body: Any) -> dict[str, Any]:
        bench.clock.wait(seconds)
        return archive.submit(body)

    bench.genesys.on(SUBMIT, slowly)
    step = bench.submit_batch(bench.planned(builders.batch(planned=64)))
    assert (step.next, step.wait_seconds) == (Next.SUBMIT, 0)
    assert len(bench.genesys.deletions) == calls


def test_batch_lasts_from_its_first_job_to_its_last(bench: Workbench) -> None:
    Archive(bench, {"conversation-000003"})
    step = bench.submit_batch(bench.planned(builders.batch(planned=4)))
    bench.clock.wait(60)
    step = bench.submit_batch(bench.poll_batch(step))
    assert bench.batch.began_at == NOON
    assert bench.batch.submitted_at == NOON + timedelta(seconds=60)
    bench.clock.wait(40)
    drive(bench, step)
    assert bench.batch.duration_seconds == 100
    assert bench.batch.records_per_second == 0.03
