"""PlanPurge: decide once which records are deleted, which are skipped, and how they split."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import NamedTuple
from uuid import uuid4

from genesys_purge.calling.cancellations import Cancellations, RunCancelled
from genesys_purge.errors import LimitExceeded, RateLimited
from genesys_purge.methods.contract import Found, Pause, Planned, Sources
from genesys_purge.methods.method import AnyMethod, policy_in_force
from genesys_purge.methods.ports import IdLists
from genesys_purge.model.approval import ApprovalFacts
from genesys_purge.model.messages import PlanSummary, RunRef
from genesys_purge.model.planning import Planning
from genesys_purge.model.request import PurgeRequest
from genesys_purge.model.retention import RetentionMatrix
from genesys_purge.model.run import Plan, Run, RunStatus
from genesys_purge.ports import Clock, GenesysOf, Holds, Meter, OrganisationOf, Policies, Runs
from genesys_purge.purging.draft import Draft
from genesys_purge.purging.plan_lines import Lines, PlanLines
from genesys_purge.purging.plan_summary import summary_of
from genesys_purge.purging.planned import batch_of, plan_of, record_of, sample_of
from genesys_purge.purging.ports import NeededApprovals, StandingApprovals
from genesys_purge.purging.requests import Requests, request_of
from genesys_purge.purging.same_organisation import genesys_for
from genesys_purge.purging.skipped_chunks import SkippedChunks
from genesys_purge.settings import Settings

# The number of a batch has six digits in the order of the table.
MOST_BATCHES = 1_000_000
# Counts the runs that wait for the approval of another person.
AWAITING = "ApprovalsRequested"
# Seconds until a turn that ran out of calls is followed by the next.
RATE_LIMITED = 60.0


class PlanPurge:
    """One turn of the planning phase; it writes the plan before anything is submitted.

    A turn that dies or runs twice does not change the plan: the next turn goes on where the last
    complete turn ended, and writes the same batches under the same numbers.
    """

    def __init__(
        self,
        requests: Requests,
        runs: Runs,
        cancellations: Cancellations,
        policies: Policies,
        holds: Holds,
        id_lists: IdLists,
        organisation_of: OrganisationOf,
        genesys_of: GenesysOf,
        settings: Settings,
        now: Clock,
        meter: Meter,
        approvals: NeededApprovals,
        standing: StandingApprovals,
        lines: Lines,
    ) -> None:
        self._requests = requests
        self._runs = runs
        self._cancellations = cancellations
        self._policies = policies
        self._holds = holds
        self._id_lists = id_lists
        self._organisation_of = organisation_of
        self._genesys_of = genesys_of
        self._settings = settings
        self._now = now
        self._meter = meter
        self._approvals = approvals
        self._standing = standing
        self._lines = lines

    def __call__(self, message: RunRef) -> PlanSummary:
        """The summary of the plan, or of a turn of it; a run that has a plan keeps it.

        RunCancelled if the run was cancelled before a turn.
        """
        run = self._runs.get(message.run_id)
        wait = 0.0
        if run.plan is None:
            if cancellation := self._cancellations.of(run.run_id):
                raise RunCancelled(cancellation.why)
            run, wait = self._turn(run)
        return summary_of(run, self._organisation_of, wait)

    def _turn(self, run: Run) -> tuple[Run, float]:
        """The run after a turn, and the seconds until the next one."""
        now = self._now()
        before = run.planning or Planning(began_at=now)
        key = before.key or self._lines.new_key(run.run_id)
        # The draft of an earlier release has no lines, so its plan begins again.
        planning = before if before.key else Planning(began_at=before.began_at, key=key)
        run = run.model_copy(update={"planner": uuid4().hex, "planning": planning})
        self._runs.begin_plan(run)
        work = self._work(run, planning, self._lines.of(run.run_id, key))
        until = now + timedelta(seconds=self._settings.plan_turn_seconds)
        pause: Pause | None = None
        try:
            for found in work.found():
                if not isinstance(found, Pause):
                    pause = None
                    work.draft.add(found)
                    continue
                pause = found
                if pause.wait or self._now() >= until:
                    return self._paused(run, work.draft, pause), pause.wait
        except RateLimited as error:
            # Nothing was found since the pause, so the draft is that of the pause.
            if pause is None:
                raise
            return self._paused(run, work.draft, pause), error.retry_after or RATE_LIMITED
        return self._completed(run, work), 0

    def _work(self, run: Run, planning: Planning, lines: PlanLines) -> Work:
        request, method = request_of(run)
        planner = run.planner or ""
        chunks = SkippedChunks(partial(self._runs.put_skipped, run.run_id, planner=planner))
        jobs = method.lifecycle.jobs_for_each(request)

        def put(number: int, planned: Planned) -> None:
            if number < MOST_BATCHES:
                batch = batch_of(run, number, planned, jobs, method)
                self._runs.put_batch(batch, planned.entries, planner)

        draft = Draft(self._requests.limits(request).in_force, put, lines, chunks)
        progress = self._runs.progress(run)
        if progress:
            draft.resume(progress["draft"])
        sources = self._sources(run, planning, method)
        if progress:
            sources = sources._replace(after=progress["after"])
        return Work(request, method, sources, draft, chunks)

    def _paused(self, run: Run, draft: Draft, pause: Pause) -> Run:
        planning = run.planning or Planning(began_at=self._now())
        counts = {"batches": draft.batches, "targeted": draft.targeted}
        planning = planning.model_copy(update={"turns": planning.turns + 1, **counts})
        run = run.model_copy(update={"planning": planning})
        self._runs.pause_plan(run, {"draft": draft.to_json(), "after": pause.state()})
        return run

    def _completed(self, run: Run, work: Work) -> Run:
        draft = work.draft
        work.chunks.close()
        if draft.targeted > draft.limit:
            raise LimitExceeded(
                f"maxRecords: the plan has {draft.targeted} records, {draft.limit} are allowed; "
                "nothing was deleted"
            )
        if draft.batches > MOST_BATCHES:
            raise LimitExceeded(
                f"the plan has {draft.batches} batches, {MOST_BATCHES} are allowed; "
                "ask for less at once, or raise the batch size"
            )
        policy = policy_in_force(work.method, work.request, self._matrix(run))
        plan = plan_of(draft, work.method, policy)
        # The limit of the organisation may have changed since the submission.
        facts = run.facts.model_copy(update={"limits": self._requests.limits(work.request)})
        changes = {"plan": plan, "facts": facts, "skipped_chunks": work.chunks.count}
        changes |= {"planning": None, "status": RunStatus.RUNNING}
        run = run.model_copy(update=changes)
        run = self._planned(run, plan, draft)
        for noted in draft.notes:
            if noted.metric:
                self._meter.count(
                    noted.metric, noted.value, method=run.method, organisation=run.organisation
                )
        return run

    def _planned(self, run: Run, plan: Plan, draft: Draft) -> Run:
        """The stored run: running, or awaiting the approval that its plan needs."""
        record = record_of(run, plan, draft.notes, self._now())
        sample = partial(sample_of, run, plan.batches, self._runs)
        counting = self._standing.counting(run, plan.targeted)
        approval = self._approvals.needed(run, plan, sample)
        if approval is None:
            self._runs.plan(run, record, counting)
            return run
        waiting = {"status": RunStatus.AWAITING_APPROVAL, "approval_id": approval.approval_id}
        run = run.model_copy(update=waiting)
        record = record.model_copy(update={"approval": ApprovalFacts.of(approval)})
        self._runs.plan(run, record, [self._approvals.opening(approval), *counting])
        self._meter.count(AWAITING, method=run.method, organisation=run.organisation)
        return run

    def _sources(self, run: Run, planning: Planning, method: AnyMethod) -> Sources:
        return Sources(
            genesys=genesys_for(run, self._organisation_of, self._genesys_of),
            id_lists=self._id_lists,
            holds=self._holds.active(run.organisation),
            matrix=self._matrix(run),
            # The same in every turn, so that the plan does not depend on their number.
            now=planning.began_at,
            reference=run.reference_time,
            batch_size=min(self._settings.batch_size, method.largest_batch),
            record_types=self._organisation_of(run.organisation).record_types,
        )

    def _matrix(self, run: Run) -> RetentionMatrix:
        default = self._organisation_of(run.organisation).default_classification
        return self._policies.retention_matrix().assuming(default)


class Work(NamedTuple):
    """What a turn works on."""

    request: PurgeRequest
    method: AnyMethod
    sources: Sources
    draft: Draft
    chunks: SkippedChunks

    def found(self) -> Iterator[Found]:
        """What the method still finds."""
        return self.method.plan(self.request, self.sources)
