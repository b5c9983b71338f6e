"""The summary of a run, as labels and values."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from local.reports.observation import Observation
from simulator import Simulator
from simulator.live.recording_jobs.query import Action
from simulator.serving.request_log import count_requests

UNKNOWN = "not reported"
DONE = {Action.DELETE: "deleted", Action.ARCHIVE: "archived", Action.EXPORT: "exported"}


def summary(run: Observation, wait_scale: float) -> Iterator[tuple[str, str]]:
    """The lines of a run; an unreported value is `not reported`."""
    yield "run", run.run_id or "not started"
    yield "outcome", run.outcome or "none: the execution ended before the run finished"
    if run.detail:
        yield "because", run.detail
    yield "asked", _number(_asked(run))
    yield from _skipped(run.skipped or {})
    yield "targeted", _number(run.targeted)
    yield "deleted", _number(run.deleted)
    for word, count in run.instead_of_deleted.items():
        yield word, _number(count)
    yield "verified", _number(run.verified)
    for batch in run.batches:
        if batch.detail:
            yield f"batch {batch.number}", f"{batch.status}: {batch.detail}"
    if run.seconds is not None:
        yield "duration", f"{run.seconds:.1f} s, waits scaled by {wait_scale:g}"
        if run.deleted and run.seconds:
            yield "throughput", f"{run.deleted / run.seconds:,.0f} records a second"


def simulated(simulator: Simulator) -> Iterator[tuple[str, str]]:
    """The lines of the simulator: its requests, answers and deletions."""
    counts = count_requests(simulator.requests)
    by_operation, by_status = counts["byOperation"], counts["byStatus"]
    yield "requests", f"{sum(by_operation.values()):,} to Genesys: {_listed(by_operation)}"
    yield "answers", _listed(by_status)
    yield "at Genesys", f"{len(simulator.corpus.deleted_ids()):,} records are deleted"
    done: Counter[str] = Counter()
    for job in simulator.recording_jobs:
        done[DONE[job.query.action]] += len(job.processed_ids)
    for word, count in done.items():
        yield "", f"{count:,} recordings were {word}"


def files(out: Path, result: str, audit: str) -> Iterator[tuple[str, str]]:
    """The paths of the result files."""
    yield "result", str(out / result)
    yield "audit", str(out / audit)


def _asked(run: Observation) -> int | None:
    if run.targeted is None:
        return None
    return run.targeted + sum((run.skipped or {}).values())


def _skipped(skipped: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    if skipped:
        yield "skipped", f"{sum(skipped.values()):,}: {_listed(skipped)}"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {count:,}" for name, count in sorted(counts.items())
    )


def _number(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value:,}"
