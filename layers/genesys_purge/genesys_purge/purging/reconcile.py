"""Reconcile: find out what became of a submit without an answer."""

from __future__ import annotations

from genesys_purge.calling.reconcile import (
    Adopt,
    Found,
    Hidden,
    Missing,
    Partial,
    Patience,
    Repeat,
    Wait,
    decide,
)
from genesys_purge.methods.contract import Evidence
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.purging.batches import PHASES, Batches
from genesys_purge.purging.cases import Case
from genesys_purge.purging.waiting import RECONCILE_FIRST, reconcile_wait
from genesys_purge.settings import Settings

MOST_UNANSWERED = 5

# A job's id, or None where the records are gone and no job is known.
Effect = str | None
Seen = Found[Effect] | Missing | Partial | Hidden


class Reconcile:
    """Looks for the job or its effect patiently, and only then submits again."""

    def __init__(self, batches: Batches, settings: Settings) -> None:
        self._batches = batches
        self._lease_seconds = settings.intent_lease_seconds
        self._patience = settings.reconcile_seconds

    def __call__(self, case: Case, step: BatchStep) -> BatchStep:
        attempt = case.batch.attempt
        if lease := attempt.lease_left(self._batches.now(), self._lease_seconds):
            return step.again(lease)
        if not attempt.is_uncertain:
            self._batches.advance(case.batch.unsure("the worker that submitted it died"))
            return step.then(Next.SUBMIT, RECONCILE_FIRST)
        patience = self._patience_of(case, step)
        decision = decide(
            lambda: self._look(case, patience),
            patience,
            unanswered=attempt.unanswered,
            most_unanswered=MOST_UNANSWERED,
        )
        match decision:
            case Wait(seconds):
                return step.again(seconds)
            case Adopt(None):
                return self._adopt_effect(case, step)
            case Adopt(job_id):
                return self._adopt_job(case, job_id, step)
            case Repeat(evidence):
                return self._submit_again(case, evidence, patience.waited, step)

    def _patience_of(self, case: Case, step: BatchStep) -> Patience:
        lifecycle, limit = case.method.lifecycle, float(self._patience)
        if Evidence.LISTED_JOB in lifecycle.evidence(case.request):
            limit = lifecycle.listed_within(limit)
        waited = case.batch.attempt.seconds_since(self._batches.now())
        return Patience(waited, reconcile_wait(step), limit)

    def _look(self, case: Case, patience: Patience) -> Seen:
        """Look at each kind of evidence in turn; the next one counts once the list is complete."""
        if case.batch.unverifiable:
            sentence = case.batch.unverifiable.sentence
            return Hidden(f"no check can show whether the submit was executed; {sentence}")
        seen: Seen = Missing("there is nothing to look at")
        for evidence in case.method.lifecycle.evidence(case.request):
            match evidence:
                case Evidence.LISTED_JOB:
                    seen = _listed_job(case)
                case Evidence.REMAINING_RECORDS:
                    seen = _remaining_records(case)
            if isinstance(seen, Found) or patience.is_left:
                return seen
        return seen

    def _adopt_job(self, case: Case, job_id: str, step: BatchStep) -> BatchStep:
        batch = case.batch
        detail = f"the job of the submit was found; {batch.attempt.reason}"
        self._batches.accepted(batch, job_id, Action.BATCH_RECONCILED, detail=detail)
        return step.then(Next.POLL)

    def _adopt_effect(self, case: Case, step: BatchStep) -> BatchStep:
        """The submit counts as executed; Genesys did not report how many records it deleted."""
        batch = case.batch
        detail = f"nothing is left of {case.before} records; {batch.attempt.reason}"
        after = self._batches.finish_part(batch, Action.BATCH_RECONCILED, detail)
        return step.then(PHASES[after.state])

    def _submit_again(self, case: Case, evidence: str, waited: float, step: BatchStep) -> BatchStep:
        self._batches.advance(
            case.batch.to(BatchState.PLANNED, attempt=case.batch.attempt.settled()),
            Action.BATCH_RECONCILED,
            detail=f"no effect seen in {waited:.0f} seconds: {evidence}; submitting again",
        )
        return step.then(Next.SUBMIT)


def _listed_job(case: Case) -> Seen:
    job_id = case.method.lifecycle.find(case.request, case.ref, case.part, case.genesys)
    return Found(job_id) if job_id else Missing("Genesys lists no job for it")


def _remaining_records(case: Case) -> Seen:
    """If no record is left, another submit has nothing to delete, executed or not."""
    remaining = case.method.remaining(case.request, case.part, case.genesys)
    if not remaining:
        return Found(None)
    if remaining < case.before:
        return Partial(
            f"{case.before - remaining} of {case.before} records are gone since a submit without "
            "an answer"
        )
    return Missing(f"{case.before} records are still there")
