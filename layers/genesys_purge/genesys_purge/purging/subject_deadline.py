"""SubjectDeadline: polls for as long as a data subject's request may take, its deadline in view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from genesys_purge.methods.gdpr_request import GdprRequest
from genesys_purge.model.messages import BatchStep
from genesys_purge.ports import Clock, Meter, Runs
from genesys_purge.settings import Settings

# Article 12(3) lets the month be extended by two; a look costs nothing, giving up loses the job.
LONGEST_JOB = timedelta(days=92)

Poll = Callable[[BatchStep], BatchStep]


def patient(settings: Settings) -> Settings:
    """The settings under which a data subject's request is polled."""
    return replace(settings, job_time_limit_seconds=int(LONGEST_JOB.total_seconds()))


class SubjectDeadline:
    """PollBatch, `patient` with a data subject's request, whose time it measures at each look.

    Article 12(3) of the GDPR gives it a month from its receipt; `days` leave time to act.
    """

    def __init__(
        self, runs: Runs, usual: Poll, patient: Poll, meter: Meter, days: int, now: Clock
    ) -> None:
        self._runs = runs
        self._usual = usual
        self._patient = patient
        self._meter = meter
        self._time = timedelta(days=days)
        self._now = now

    def __call__(self, step: BatchStep) -> BatchStep:
        run = self._runs.get(step.run_id)
        if run.method != GdprRequest.name:
            return self._usual(step)
        left = run.submitted_at + self._time - self._now()
        self._meter.seconds("SubjectRequestSecondsLeft", left.total_seconds())
        return self._patient(step)
