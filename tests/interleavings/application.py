"""The product of one worker: its use cases over the watched ports of the stage.

Every signature of the product that this room depends on is used here, in `execution.py` or in
`breaks.py`.
"""

from __future__ import annotations

import math
from typing import Any

from genesys_purge.approvals.needed_approvals import NeededApprovals
from genesys_purge.approvals.run_approvals import RunApprovals
from genesys_purge.calling.backoff import Backoff
from genesys_purge.calling.guard import Guard
from genesys_purge.calling.pace import SOON, Pace
from genesys_purge.calling.slots import Slots
from genesys_purge.genesys.bounded_http import BoundedHttp
from genesys_purge.genesys.client import GenesysClient
from genesys_purge.genesys.oauth import Credentials, Tokens
from genesys_purge.genesys.retry import RetryPolicy
from genesys_purge.holds.look_up_held_conversations import LookUpHeldConversations
from genesys_purge.holds.organisations import DeployedOrganisations
from genesys_purge.model.approval_rules import rules_in_force
from genesys_purge.model.platform import DOCUMENTED, LIVE
from genesys_purge.policies.standing_approval import StandingApproval
from genesys_purge.purging.batches import Batches
from genesys_purge.purging.cases import Cases
from genesys_purge.purging.check_approval import CheckApproval
from genesys_purge.purging.complete_purge import CompletePurge
from genesys_purge.purging.confirm_job import ConfirmJob
from genesys_purge.purging.correct_run import CorrectRun
from genesys_purge.purging.fail_batch import FailBatch
from genesys_purge.purging.fail_purge import FailPurge
from genesys_purge.purging.job_slots import JobSlots
from genesys_purge.purging.late_batches import LateBatches
from genesys_purge.purging.left_jobs import LeftJobs
from genesys_purge.purging.plan_purge import PlanPurge
from genesys_purge.purging.poll_batch import PollBatch
from genesys_purge.purging.polls import Polls
from genesys_purge.purging.reconcile import Reconcile
from genesys_purge.purging.requests import Requests
from genesys_purge.purging.settle_run import SettleRun
from genesys_purge.purging.submit_batch import SubmitBatch
from genesys_purge.purging.verify_batch import VerifyBatch
from genesys_purge.purging.without_permits import WithoutPermits
from genesys_purge.settings import Settings
from genesys_purge.time_left import STORING_SECONDS

from tests.approval_fakes import MemoryApprovals
from tests.fakes import (
    MemoryAuditLog,
    MemoryBudget,
    MemoryCancellations,
    MemoryHolds,
    MemoryIdLists,
    MemoryMeter,
    MemoryPolicies,
    MemoryPolls,
    MemoryRuns,
    MemorySeals,
    MemorySlots,
    MemoryStops,
)
from tests.interleavings.genesys import Genesys
from tests.interleavings.stage import (
    Stage,
    Watched,
    WatchedApprovals,
    WatchedCancellations,
    WatchedHolds,
    WatchedPolicies,
    WatchedSeals,
    WatchedStops,
)
from tests.interleavings.wire import Wire
from tests.plan_fakes import MemoryPlanObjects, known_lines
from tests.policy_fakes import MemoryPolicyMonths, MemoryPurgePolicies

URL = "https://genesys.test"
# The time limits of the template's functions, in seconds.
TIME_LIMIT = 60.0
LONGER_LIMITS = {"submit": 300.0, "verify": 300.0, "plan": 900.0, "create": 120.0}


class Stores:
    """The stores that all workers share; the tables of a run can be replaced."""

    def __init__(self, stage: Stage) -> None:
        self.audit: Any = MemoryAuditLog()
        self.runs: Any = MemoryRuns(self.audit)
        self.cancellations: Any = MemoryCancellations(self.runs, self.audit)
        self.holds = MemoryHolds(lambda: stage.moment)
        self.policies = MemoryPolicies()
        self.stops = MemoryStops()
        self.seals = MemorySeals()
        self.slots: Any = MemorySlots()
        self.budgets = {DOCUMENTED: MemoryBudget(), LIVE: MemoryBudget()}
        self.polls: Any = MemoryPolls()
        self.approvals: Any = MemoryApprovals(self.audit)
        self.meter = MemoryMeter()


class WatchedRuns:
    """The runs table; the notebook records when a run ended."""

    def __init__(self, stage: Stage, runs: Any) -> None:
        self._stage, self._runs = stage, runs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runs, name)

    def finish(self, run: Any, record: Any) -> None:
        self._runs.finish(run, record)
        self._stage.notebook.run_ended[run.run_id] = self._stage.now


def client_of(stage: Stage, stores: Stores, genesys: Genesys) -> GenesysClient:
    """A client as a new process has it: without a token, and with no slice of the budget."""
    http = BoundedHttp(Wire(stage, genesys), lambda: time_left(stage))

    def credentials(*, fresh: bool) -> Credentials:  # noqa: ARG001  the port's signature
        return stage.call("secret", lambda: Credentials("client", "secret"))

    def circuit(send: Any) -> Any:
        stage.call("circuit", lambda: None)
        return send()

    def pace_of(dialect: str, per_second: float) -> Pace:
        budget = Watched(stage, "budget", stores.budgets[dialect])
        chance = stage.chances.random.uniform
        return Pace(budget, per_second, SOON, stage.clock, stage.sleep, http.has_time_after, chance)

    return GenesysClient(
        http,
        URL,
        Tokens(http, URL, credentials, stage.clock),
        circuit,
        stage.clock,
        pace_of(DOCUMENTED, 8.0).wait,
        pace_of(LIVE, 4.0).wait,
        retry=RetryPolicy(backoff=Backoff(1.0, 8.0, stage.chances.random.uniform)),
        sleep=stage.sleep,
    )


def time_left(stage: Stage) -> float:
    """The seconds that the running function may still spend on calls."""
    deadline = stage.worker.deadline if stage.worker else None
    return math.inf if deadline is None else deadline - stage.now - STORING_SECONDS


class Purging:
    """The use cases of a run, as one process has them."""

    def __init__(self, stage: Stage, stores: Stores, client: Any, settings: Settings) -> None:
        runs = Watched(stage, "runs", WatchedRuns(stage, stores.runs))
        policies = WatchedPolicies(stage, stores.policies)
        holds = WatchedHolds(stage, stores.holds)
        slots = Slots(Watched(stage, "slots", stores.slots), stage.clock)
        now, meter = stage.clock, stores.meter

        def organisation_of(_: str | None) -> Any:
            return settings.organisation

        def genesys_of(_: str | None) -> Any:
            return client

        batches = Batches(runs, now, "interleavings")
        cancellations = WatchedCancellations(stage, stores.cancellations)
        approvals = WatchedApprovals(stage, stores.approvals)
        approved = RunApprovals(approvals, stores.stops.last_long_end, now)
        cases = Cases(runs, cancellations, organisation_of, genesys_of, now, approved)
        self.check = CheckApproval(runs, cancellations, approved, organisation_of, now)
        stops, seals = WatchedStops(stage, stores.stops), WatchedSeals(stage, stores.seals)
        self.guard = Guard(policies, holds, stops, seals, now)

        def submit_with(guard: Guard) -> SubmitBatch:
            return SubmitBatch(
                cases,
                batches,
                guard,
                Reconcile(batches, settings),
                JobSlots(slots, runs, stores.stops, organisation_of),
                ConfirmJob(batches, guard, settings),
                settings,
            )

        self.submit = submit_with(self.guard)
        polls = Polls(Watched(stage, "polls", stores.polls), now, lambda *_, **__: None)
        self.poll = PollBatch(cases, batches, polls, settings, meter)
        self.verify = VerifyBatch(cases, batches, meter)
        self.fail_batch = FailBatch(batches)
        self.complete = CompletePurge(runs, cancellations, meter, now)
        self.fail = FailPurge(runs, cancellations, meter, now)
        self.look_up = LookUpHeldConversations(
            holds,
            DeployedOrganisations(lambda: (), lambda _: False, genesys_of),
            meter,
            now,
            lambda: math.inf,
        )
        nothing = WithoutPermits()
        never = Guard(nothing, nothing, nothing, nothing, now)
        self.settle_run = SettleRun(
            runs,
            LateBatches(submit_with(never), self.poll, self.verify, self.fail_batch),
            LeftJobs(cases, batches),
            CorrectRun(runs, meter, now),
            now,
            lambda: math.inf,
        )
        self.plan = PlanPurge(
            Requests(policies, organisation_of, now),
            runs,
            cancellations,
            policies,
            holds,
            MemoryIdLists(),
            organisation_of,
            genesys_of,
            settings,
            now,
            meter,
            NeededApprovals(approvals, lambda: rules_in_force(None), now),
            StandingApproval(
                MemoryPurgePolicies(stores.audit), MemoryPolicyMonths(stores.audit), now
            ),
            known_lines(MemoryPlanObjects()),
        )
