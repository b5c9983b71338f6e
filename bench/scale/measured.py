"""Executes whole runs of the application against the simulator, and measures them."""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from genesys_purge.wiring import adapters

from bench.scale.deployment import Deployment, Invocation, deployed, memory_of
from bench.scale.figures import Figures
from bench.scale.floor import (
    Span,
    floor_hours,
    hours_of,
    least_documented,
    least_live,
    slot_use,
    total_of,
)
from bench.scale.organisations import (
    DOCUMENTED_RATE,
    DOCUMENTED_SLOTS,
    LIMITS,
    LIVE_RATE,
    LIVE_SLOTS,
    Organisation,
    archive_request,
)
from bench.scale.prices import Bill, Turn, bill_of
from bench.scale.rates import busiest
from simulator import Operation
from simulator.serving.request_log import LoggedRequest
from tests import template

HOUR = 3_600
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
BUSY = 429
# Seconds of a planning turn that shows a steady rate.
LONG_TURN = 60.0


def documented(organisation: Organisation) -> Figures:
    """A purge by ids in S3."""
    corpus = organisation.corpus()
    with deployed(corpus, LIMITS) as deployment:
        url = deployment.app.put_ids("bench.txt", corpus.ids())
        _completed(deployment, archive_request(url))
        spans = [
            Span(each.submitted_at, each.ends_at)
            for each in deployment.app.simulator.jobs
            if each.ends_at is not None
        ]
        least = least_documented(organisation.records, len(spans))
        floor = {
            "calls": total_of(least),
            "seconds": [each.seconds for each in spans],
            "slots": DOCUMENTED_SLOTS,
            "rate": DOCUMENTED_RATE,
        }
        return _figures("documented", organisation, deployment, spans, floor)


def live(organisation: Organisation) -> Figures:
    """A purge of the recordings of a range."""
    with deployed(organisation.corpus(), LIMITS) as deployment:
        run = _completed(deployment, organisation.recordings_request())
        jobs = deployment.app.simulator.recording_jobs
        spans = [
            Span(job.created_at, job.executed_at + _execution(len(job.processed_ids)))
            for job in jobs
            if job.executed_at is not None
        ]
        least = least_live(organisation.records, len(spans), run["totals"]["verified"])
        executed = [job for job in jobs if job.executed_at is not None]
        floor = {
            "calls": total_of(least),
            "seconds": [_seconds_of_job(len(job.processed_ids)) for job in executed],
            "slots": LIVE_SLOTS,
            "rate": LIVE_RATE,
        }
        recordings = sum(len(job.processed_ids) for job in jobs)
        more = {
            "recordings": recordings,
            "looked_at": run["totals"]["verified"],
            "one_a_month": _one_a_month(organisation, recordings),
            "interval_jobs": sum(map(_is_by_interval, deployment.app.simulator.requests)),
        }
        name = _name_of(organisation)
        return _figures(name, organisation, deployment, spans, floor, more)


def protected_plan(organisation: Organisation) -> Figures:
    """The plan of a range with protected conversations."""
    with deployed(organisation.corpus(), LIMITS) as deployment:
        deployment.machine.most_children = 0
        with contextlib.redirect_stdout(io.StringIO()):
            answer = deployment.run(organisation.recordings_request())
        runs = adapters.runs()
        batches = runs.batches(runs.get(answer["runId"]))
        return Figures(
            name=_name_of(organisation),
            records=organisation.records,
            jobs=len(batches),
            more={
                "interval_jobs": sum(each.interval is not None for each in batches),
                "named": sum(each.planned for each in batches if each.interval is None),
                "skipped": sum(answer["plan"]["skipped"].values()),
            },
        )


def _name_of(organisation: Organisation) -> str:
    return "live, protected" if organisation.held else "live, clean"


def _is_by_interval(request: LoggedRequest) -> bool:
    """Whether a request creates a job that does not list its conversations."""
    is_job = request.operation is Operation.CREATE_RECORDING_JOB
    return is_job and b"conversationId" not in request.body


def _one_a_month(organisation: Organisation, recordings: int) -> float:
    """The hours of one job for each month, without any wait between two jobs of a slot."""
    share = recordings / organisation.days
    return hours_of([_seconds_of_job(days * share) for days in organisation.months()], LIVE_SLOTS)


def _execution(recordings: int) -> timedelta:
    seconds = LIMITS.live.execution_base_seconds + LIMITS.job_seconds_per_record * recordings
    return LIMITS.lasting(seconds)


def _seconds_of_job(recordings: float) -> float:
    """From its creation to its end, without any wait between."""
    pending = LIMITS.job_base_seconds + LIMITS.live.pending_seconds_per_recording * recordings
    running = LIMITS.live.execution_base_seconds + LIMITS.job_seconds_per_record * recordings
    return pending + running


def _completed(deployment: Deployment, request: dict[str, Any]) -> dict[str, Any]:
    with contextlib.redirect_stdout(io.StringIO()):
        run = deployment.run(request)
    if run["outcome"] != "completed":
        raise RuntimeError(f"the measured run ended as {run['outcome']}")
    return run


def _figures(
    name: str,
    organisation: Organisation,
    deployment: Deployment,
    spans: Sequence[Span],
    least: dict[str, Any],
    special: Mapping[str, float] | None = None,
) -> Figures:
    requests = [
        each for each in deployment.app.simulator.requests if each.operation is not Operation.TOKEN
    ]
    times = [each.at for each in requests]
    asked = Counter(each.operation for each in requests)
    per_second = least["rate"]
    polls = asked[Operation.POLL] + asked[Operation.READ_RECORDING_JOB]
    more = {
        "least": least["calls"],
        "floor": floor_hours(least["seconds"], least["slots"], least["calls"], per_second),
        "polls": polls / len(spans),
        "busy": sum(each.status == BUSY for each in requests),
        "busiest_second": busiest(times, SECOND),
        "busiest_minute": busiest(times, MINUTE),
        "allowed": per_second,
        "budget": _budget(per_second),
        "steady": _steady_rate(deployment.invocations),
        "tokens": len(deployment.app.simulator.requests) - len(requests),
        **(special or {}),
    }
    machine, usage = deployment.machine, deployment.usage
    return Figures(
        name=name,
        records=organisation.records,
        hours=deployment.clock.timeline.now / HOUR,
        jobs=len(spans),
        calls=len(requests),
        transitions=machine.transitions.total() + machine.executions,
        invocations=len(deployment.invocations),
        write_units=usage.write_units,
        puts=usage.calls["s3.PutObject"],
        bill=bill(deployment),
        slot_use=slot_use(spans, least["slots"]),
        more=more,
    )


def bill(deployment: Deployment) -> Bill:
    """The bill of everything that the deployment did."""
    machine, usage = deployment.machine, deployment.usage
    turns = [
        Turn(memory_of(each.function), each.cpu, each.waited, each.calls)
        for each in deployment.invocations
    ]
    return bill_of(
        turns,
        machine.transitions.total() + machine.executions,
        usage.write_units,
        usage.read_units,
        usage.calls["s3.PutObject"],
        usage.calls["s3.GetObject"],
    )


def _steady_rate(invocations: Sequence[Invocation]) -> float:
    """The calls a second of long planning turns, in which nothing but the rate limits the calls."""
    long = [
        each
        for each in invocations
        if each.function == "PlanPurgeFunction" and each.waited >= LONG_TURN
    ]
    calls = sum(each.calls["genesys"] for each in long)
    return calls / sum(each.waited for each in long) if long else 0.0


def _budget(allowed: float) -> float:
    """The calls a second of the application where the tenant allows so many."""
    name = "REQUESTS_PER_SECOND" if allowed == DOCUMENTED_RATE else "LIVE_REQUESTS_PER_SECOND"
    return float(template.environment()[name])
