"""The standing approval of a policy: the bounds of a plan, and its end at each deleting call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from genesys_purge.errors import InvalidRequest, LimitExceeded, LostRace, NotApproved
from genesys_purge.methods.documented.conversation_archive import LOOK_UP, SUBMIT
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import Failure, RunRef
from genesys_purge.model.purge_policy import PolicyMonth, PolicyRef
from genesys_purge.model.run import RunStatus

from tests import builders
from tests.policy_builders import BOUNDS, REQUEST, stored
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


def test_run_whose_policy_was_disabled_before_the_plan_is_rejected() -> None:
    bench = Bench()
    stored(bench.purge_policies, enabled=False)
    with pytest.raises(NotApproved, match="is disabled since") as refused:
        bench.plan()
    failure = Failure(run_id="run-1", error="NotApproved", cause=str(refused.value))
    bench.fail_purge(failure)
    assert (bench.run.outcome, bench.month.records) == ("rejected", 0)


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


# Each bound a little stricter, and a little wider.
STRICTER: dict[str, Any] = {name: value - 1 for name, value in BOUNDS.items()}
STRICTER["minimumAgeDays"] = BOUNDS["minimumAgeDays"] + 1
WIDER: dict[str, Any] = {name: value + 1 for name, value in BOUNDS.items()}
WIDER["minimumAgeDays"] = BOUNDS["minimumAgeDays"] - 1


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"owner": "new@example.com"},
        {"schedule": "cron(0 4 * * ? *)"},
        {"blackout": {"dates": ["2026-11-21"]}},
        {"validUntil": "2027-03-31T00:00:00Z"},
        {"bounds": WIDER},
    ],
    ids=str,
)
def test_run_goes_on_under_a_version_that_allows_as_much(changes: dict[str, Any]) -> None:
    def change(bench: Workbench) -> None:
        stored(bench.purge_policies, **changes)

    assert submitting(change).batch.state is BatchState.SUBMITTED


def disabled(bench: Workbench) -> None:
    stored(bench.purge_policies, enabled=False)


def expired(bench: Workbench) -> None:
    bench.clock.at = END


def enabled_again(bench: Workbench) -> None:
    disabled(bench)
    stored(bench.purge_policies)
    stored(bench.purge_policies, owner="new@example.com")


def another_request_for_a_while(bench: Workbench) -> None:
    stored(bench.purge_policies, request=REQUEST | {"interactionType": "chat"})
    stored(bench.purge_policies)


def stricter(bound: str) -> Any:
    bounds = BOUNDS | {bound: STRICTER[bound]}
    return lambda bench: stored(bench.purge_policies, bounds=bounds)


ENDED = "runs of version 1 of the policy nightly-voice may delete nothing: by version {}, "


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (disabled, "is disabled since 2026-11-21T12:00:00Z, so its runs may delete nothing"),
        (expired, "was valid until 2027-01-31T00:00:00Z, so its runs may delete nothing"),
        (enabled_again, ENDED.format(3)),
        (another_request_for_a_while, ENDED.format(3)),
        *((stricter(bound), ENDED.format(2)) for bound in BOUNDS),
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
