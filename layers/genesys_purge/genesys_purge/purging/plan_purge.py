"""PlanPurge: decide once which records are deleted, which are skipped, and how they split."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from uuid import uuid4

import orjson

from genesys_purge.errors import LimitExceeded
from genesys_purge.methods.contract import Noted, Planned, Skipped, Sources
from genesys_purge.methods.method import AnyMethod, policy_in_force
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch
from genesys_purge.model.messages import PlanSummary, RunRef
from genesys_purge.model.record_facts import PlanFacts
from genesys_purge.model.retention import RetentionMatrix
from genesys_purge.model.run import Plan, Run, RunStatus, totals_of
from genesys_purge.model.slices import Slice
from genesys_purge.ports import (
    Clock,
    GenesysOf,
    Holds,
    IdLists,
    Meter,
    OrganisationOf,
    Policies,
    Runs,
)
from genesys_purge.purging.requests import Requests, request_of
from genesys_purge.purging.run_record import run_record
from genesys_purge.purging.same_organisation import genesys_for
from genesys_purge.purging.skipped_chunks import SkippedChunks
from genesys_purge.settings import Settings

# The map over them must fit into the 256 KiB that a state may pass on.
MOST_BATCHES = 10_000
LONGEST_NOTE = 1_000


class PlanPurge:
    """Writes the manifests and the plan before anything is submitted."""

    def __init__(
        self,
        requests: Requests,
        runs: Runs,
        policies: Policies,
        holds: Holds,
        id_lists: IdLists,
        organisation_of: OrganisationOf,
        genesys_of: GenesysOf,
        settings: Settings,
        now: Clock,
        meter: Meter,
    ) -> None:
        self._requests = requests
        self._runs = runs
        self._policies = policies
        self._holds = holds
        self._id_lists = id_lists
        self._organisation_of = organisation_of
        self._genesys_of = genesys_of
        self._settings = settings
        self._now = now
        self._meter = meter

    def __call__(self, message: RunRef) -> PlanSummary:
        """The summary of the plan; a run that has a plan keeps it."""
        run = self._runs.get(message.run_id)
        if run.plan is None:
            run = self._planned(run)
        batches = run.plan.batches if run.plan else 0
        return PlanSummary(
            run_id=run.run_id,
            batches=batches,
            concurrency=self._concurrency(run),
            proceed=batches > 0 and not run.is_dry,
        )

    def _concurrency(self, run: Run) -> int:
        request, method = request_of(run)
        allowed = self._organisation_of(run.organisation).concurrent_jobs
        return method.lifecycle.concurrency(request, allowed)

    def _planned(self, run: Run) -> Run:
        request, method = request_of(run)
        planner = uuid4().hex
        run = run.model_copy(update={"planner": planner})
        self._runs.begin_plan(run)
        skipped = SkippedChunks(partial(self._runs.put_skipped, run.run_id, planner=planner))
        draft = Draft(self._requests.limits(request).in_force, skipped.add)
        draft.add(method.plan(request, self._sources(run, method)))
        skipped.close()
        if draft.targeted > draft.limit:
            raise LimitExceeded(
                f"maxRecords: the plan has {draft.targeted} records, {draft.limit} are allowed; "
                "nothing was deleted"
            )
        if len(draft.batches) > MOST_BATCHES:
            raise LimitExceeded(
                f"the plan has {len(draft.batches)} batches, {MOST_BATCHES} are allowed; "
                "ask for less at once, or raise the batch size"
            )
        jobs = method.lifecycle.jobs_for_each(request)
        for number, planned in enumerate(draft.batches):
            batch = _batch(run, number, len(draft.batches), planned, jobs, method)
            self._runs.put_batch(batch, planned.entries, planner)
        plan = self._plan(draft, run)
        # The limit of the organisation may have changed since the submission.
        facts = run.facts.model_copy(update={"limits": self._requests.limits(request)})
        changes = {"plan": plan, "facts": facts, "skipped_chunks": skipped.count}
        run = run.model_copy(update={**changes, "status": RunStatus.RUNNING})
        self._runs.plan(run, self._record(run, plan, draft.notes))
        for noted in draft.notes:
            if noted.metric:
                self._meter.count(
                    noted.metric, noted.value, method=run.method, organisation=run.organisation
                )
        return run

    def _sources(self, run: Run, method: AnyMethod) -> Sources:
        return Sources(
            genesys=genesys_for(run, self._organisation_of, self._genesys_of),
            id_lists=self._id_lists,
            holds=self._holds.active(),
            matrix=self._matrix(run),
            now=self._now(),
            reference=run.reference_time,
            batch_size=min(self._settings.batch_size, method.largest_batch),
            record_types=self._organisation_of(run.organisation).record_types,
        )

    def _matrix(self, run: Run) -> RetentionMatrix:
        default = self._organisation_of(run.organisation).default_classification
        return self._policies.retention_matrix().assuming(default)

    def _plan(self, draft: Draft, run: Run) -> Plan:
        request, method = request_of(run)
        policy = policy_in_force(method, request, self._matrix(run))
        unverifiable = next(filter(None, (each.unverifiable for each in draft.batches)), None)
        return Plan(
            batches=len(draft.batches),
            targeted=draft.targeted,
            skipped=dict(draft.skipped),
            hash=plan_hash(draft.batches),
            policy=policy,
            upper_bound=method.plans_upper_bound or unverifiable is not None,
            unverifiable=unverifiable,
            unit=method.unit,
            deleted_unit=method.deleted_unit,
            notes=tuple(noted.text for noted in draft.notes) or None,
        )

    def _record(self, run: Run, plan: Plan, notes: Iterable[Noted]) -> AuditRecord:
        words = [noted.text for noted in notes]
        if plan.policy and plan.policy.assumed:
            words.insert(0, f"retention {plan.policy.grounds}{plan.policy.advice}")
        return run_record(
            run,
            totals_of(plan, ()),
            Action.RUN_PLANNED,
            self._now(),
            "plan_purge",
            plan=PlanFacts(batches=plan.batches, hash=plan.hash, upper_bound=plan.upper_bound),
            detail="; ".join(words)[:LONGEST_NOTE] or None,
        )


class Draft:
    """A plan under construction; beyond its limit it only counts, so that it stays small."""

    def __init__(self, limit: int, skip: Callable[[Skipped], None]) -> None:
        self.limit = limit
        self._skip = skip
        self.targeted = 0
        self.skipped: Counter[str] = Counter()
        self.batches: list[Planned] = []
        self.notes: list[Noted] = []

    def add(self, found: Iterable[Planned | Skipped | Noted]) -> None:
        for one in found:
            if isinstance(one, Skipped):
                self.skipped[one.reason] += one.records
                self._skip(one)
                continue
            if isinstance(one, Noted):
                self.notes.append(one)
                continue
            self.targeted += one.targeted
            if self.targeted <= self.limit:
                self.batches.append(one)


def plan_hash(batches: Iterable[Planned]) -> str:
    """SHA-256 over the manifests in order, in hex."""
    digest = hashlib.sha256()
    for batch in batches:
        window = batch.window or batch.interval
        ids = [entry.id for entry in batch.entries]
        digest.update(orjson.dumps([window and window.to_json(), ids, batch.targeted]))
    return digest.hexdigest()


def _batch(
    run: Run, number: int, total: int, planned: Planned, jobs: int, method: AnyMethod
) -> Batch:
    return Batch(
        run_id=run.run_id,
        organisation=run.organisation,
        number=number,
        total=total,
        window=planned.window,
        interval=planned.interval,
        unit=method.unit,
        deleted_unit=method.deleted_unit,
        compliance=run.facts.compliance,
        planned=planned.targeted,
        unverifiable=planned.unverifiable,
        pending=(Slice(start=0, stop=planned.targeted),) * jobs,
    )
