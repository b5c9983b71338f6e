"""The standing approval of a policy: the bounds of a plan, and its end at each deleting call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from genesys_purge.errors import InvalidRequest, LimitExceeded, LostRace
from genesys_purge.methods.documented.conversation_archive import LOOK_UP, SUBMIT
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import Failure, RunRef
from genesys_purge.model.purge_policy import PolicyMonth, PolicyRef
from genesys_purge.model.run import RunStatus

from tests import builders
from tests.policy_builders import BOUNDS, stored
from tests.unit.purging.test_plan_purge import found
from tests.unit.workbench import Workbench

NAME, MONTH = "nightly-voice", "2026-11"
REF = PolicyRef(name=NAME, version=1)
# The ten conversations of the request, without the one that Genesys does not find.
RECORDS = 9
END = datetime(2027, 1, 31, tzinfo=UTC)


class Bench(Workbench):
    """A run of a policy that was just submitted."""

    def __init__(self, *, bounds: dict[str, Any] | None = None, **request: Any) -> None:
        super().__init__()
        self.genesys.on(LOOK_UP, found)
        stored(self.purge_policies, bounds=BOUNDS | (bounds or {}))
        self.stored(builders.conversation_archive(**request), purge_policy=REF)

    def plan(self) -> None:
        self.plan_purge(RunRef(run_id="run-1"))

    @property
    def month(self) -> PolicyMonth:
        return self.months.read(NAME, MONTH)


def test_records_of_a_plan_are_counted_in_the_month_of_the_policy() -> None:
    bench = Bench()
    bench.plan()
    assert (bench.run.status, bench.month.records) == (RunStatus.RUNNING, RECORDS)


def test_dry_run_and_run_of_no_policy_count_nothing() -> None:
    bench = Bench(dryRun=True)
    bench.plan()
    assert bench.month.revision == 0
    bench.stored(builders.conversation_archive(), run_id="run-2")
    bench.plan_purge(RunRef(run_id="run-2"))
    assert bench.month.revision == 0


@pytest.mark.parametrize("bound", ["maxRecordsPerRun", "maxRecordsPerMonth"])
def test_plan_exactly_at_its_bound_is_executed(bound: str) -> None:
    bench = Bench(bounds={bound: RECORDS})
    bench.plan()
    assert bench.run.status is RunStatus.RUNNING


@pytest.mark.parametrize("bound", ["maxRecordsPerRun", "maxRecordsPerMonth"])
def test_plan_beyond_its_bound_is_rejected_and_deletes_nothing(bound: str) -> None:
    bench = Bench(bounds={bound: RECORDS - 1})
    with pytest.raises(LimitExceeded) as refused:
        bench.plan()
    cause = str(refused.value)
    assert cause == (
        f"bounds.{bound}: the plan has 9 records, and version 1 of the policy nightly-voice "
        "allows 8; nothing was deleted"
    )
    assert (bench.run.plan, bench.month.records, bench.genesys.deletions) == (None, 0, [])
    bench.fail_purge(Failure(run_id="run-1", error="LimitExceeded", cause=cause))
    assert bench.run.outcome == "rejected"


def test_records_of_earlier_runs_count_in_the_same_month() -> None:
    bench = Bench(bounds={"maxRecordsPerMonth": 15})
    bench.months.stored[NAME, MONTH] = bench.month.followed(records=8)
    with pytest.raises(LimitExceeded, match="allows 7; nothing was deleted"):
        bench.plan()


def test_plan_of_another_run_meanwhile_makes_the_plan_again() -> None:
    bench = Bench(bounds={"maxRecordsPerMonth": 15})

    def other() -> None:
        bench.months.before_commit = lambda: None
        bench.months.stored[NAME, MONTH] = bench.month.followed(records=8)

    bench.months.before_commit = other
    with pytest.raises(LostRace):
        bench.plan()
    with pytest.raises(LimitExceeded):
        bench.plan()
    assert (bench.run.plan, bench.month.records) == (None, 8)


def submitting(change: Any) -> Workbench:
    """The bench after a submit whose guard comes after the change."""
    bench = Workbench()
    stored(bench.purge_policies)
    step = bench.planned(builders.batch(), purge_policy=REF)
    bench.genesys.on(SUBMIT, {"jobId": "job-1"})
    change(bench)
    bench.submit_batch(step)
    return bench


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        # A newer version that is enabled, too, stops no run.
        lambda bench: stored(bench.purge_policies, owner="new@example.com"),
        # The plan is exactly at the new bound.
        lambda bench: stored(bench.purge_policies, bounds=BOUNDS | {"maxRecordsPerRun": 10}),
    ],
)
def test_run_of_a_policy_in_force_deletes(change: Any) -> None:
    assert submitting(change).batch.state is BatchState.SUBMITTED


def disabled(bench: Workbench) -> None:
    stored(bench.purge_policies, enabled=False)


def expired(bench: Workbench) -> None:
    bench.clock.at = END


def narrowed(bench: Workbench) -> None:
    stored(bench.purge_policies, bounds=BOUNDS | {"maxRecordsPerRun": 9})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (disabled, "is disabled since 2026-11-21T12:00:00Z, so its runs may delete nothing"),
        (expired, "was valid until 2027-01-31T00:00:00Z, so its runs may delete nothing"),
        (narrowed, "the plan has 10 records, and version 2 of the policy nightly-voice allows 9"),
    ],
)
def test_guard_refuses_a_run_whose_policy_does_not_allow_it_now(change: Any, reason: str) -> None:
    seen: list[Workbench] = []

    def at_the_intent(bench: Workbench) -> None:
        seen.append(bench)
        bench.runs.before_write = lambda name: change(bench) if name == "intend" else None

    with pytest.raises(InvalidRequest, match=reason):
        submitting(at_the_intent)
    assert seen[0].genesys.deletions == []
