"""Shows each poll of a batch's job: its number, and how far the job is."""

from __future__ import annotations

from genesys_purge.errors import LostRace
from genesys_purge.methods.contract import JobReport
from genesys_purge.model.messages import BatchStep
from genesys_purge.model.poll import Poll
from genesys_purge.ports import Clock
from genesys_purge.purging.cases import Case
from genesys_purge.purging.ports import Polled, PollStore

UNANSWERED = "unanswered"


class Polls:
    """Stores each poll beside its batch; no step reads it, so it never decides anything."""

    def __init__(self, store: PollStore, now: Clock, polled: Polled) -> None:
        self._store = store
        self._now = now
        self._polled = polled

    def record(self, case: Case, step: BatchStep, report: JobReport | None) -> None:
        """Store and report the poll of this step; `report` is None if Genesys reported nothing."""
        last = self._store.last(case.ref)
        poll = self._next(case, step, report, last)
        try:
            self._store.put(poll, after=last.number if last else 0)
        except LostRace:
            # Another worker polls the same job, and its poll is as good.
            return
        self._polled(
            poll.batch,
            case.batch.total,
            poll.number,
            report.status if report else UNANSWERED,
            purged=poll.purged,
            percent=poll.percent,
        )

    def _next(
        self, case: Case, step: BatchStep, report: JobReport | None, last: Poll | None
    ) -> Poll:
        turn, now = self._turn(case, step), self._now()
        is_repeated = last is not None and last.turn == turn
        number = (last.number if last else 0) + (0 if is_repeated else 1)
        ref, job_id = case.ref, case.job_id
        if report is None and last is not None and last.job_id == job_id:
            return last.model_copy(update={"number": number, "turn": turn, "at": now})
        return Poll(
            run_id=ref.run_id,
            batch=ref.number,
            number=number,
            turn=turn,
            at=now,
            job_id=job_id,
            purged=report.processed if report else None,
            percent=percent_of(report, case.method.lifecycle.asked_for(case.batch)),
        )

    def _turn(self, case: Case, step: BatchStep) -> str:
        """The identity of the step; each sweep over an ended run is a turn of its own."""
        if case.run.has_ended:
            return self._now().isoformat()
        return f"{case.batch.submitted_at}/{step.attempt}/{step.waited_seconds}"


def percent_of(report: JobReport | None, asked: int | None) -> int | None:
    """How much of the job is done, from Genesys's counts alone; None if they do not say it."""
    if report is None:
        return None
    if report.progress is not None:
        return round(100 * report.progress)
    if report.processed is None or not asked or report.processed > asked:
        return None
    return 100 * report.processed // asked
