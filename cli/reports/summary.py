"""The summary of a run, as labels and values."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from genesys_purge.model.wording import counted

from cli.reports.numbers import number_of
from cli.reports.observation import Observation
from simulator import Simulator
from simulator.live.recording_jobs.query import Action
from simulator.serving.request_log import count_requests

DONE = {Action.DELETE: "deleted", Action.ARCHIVE: "archived", Action.EXPORT: "exported"}


def summary(run: Observation, wait_scale: float | None = None) -> Iterator[tuple[str, str]]:
    """The lines of a run; an unreported value is `not reported`."""
    yield "run", run.run_id or "not started"
    broken = "none: the execution ended before the run finished"
    yield "outcome", run.outcome or (broken if run.ended else "none yet")
    if run.detail:
        yield "because", run.detail
    yield "asked", number_of(_asked(run), run.unit)
    yield from _skipped(run.skipped or {}, run.unit)
    yield from (("note", each) for each in run.notes if each != run.detail)
    yield "targeted", number_of(run.targeted, run.unit)
    if not run.is_dry:
        yield from _done(run)
    yield from _batches(run)
    if run.seconds is not None:
        scaled = "" if wait_scale is None else f", waits scaled by {wait_scale:g}"
        yield "duration", f"{run.seconds:.1f} s{scaled}"
        if run.deleted and run.seconds and run.deleted >= run.seconds:
            rate = number_of(round(run.deleted / run.seconds), run.deleted_unit)
            yield "throughput", f"{rate} a second"


def _done(run: Observation) -> Iterator[tuple[str, str]]:
    yield "deleted", number_of(run.deleted, run.deleted_unit)
    for word, count in run.instead_of_deleted.items():
        yield word, number_of(count, run.deleted_unit)
    verified = number_of(run.verified, run.unit)
    if run.sampled:
        verified += f", in samples of {number_of(run.sampled, run.unit)}"
    yield "verified", "not possible" if run.is_unverifiable else verified


def _batches(run: Observation) -> Iterator[tuple[str, str]]:
    """The batches with a detail of their own; those with the same one together."""
    alike: dict[str, list[int]] = {}
    for batch in run.batches:
        if batch.detail and batch.detail != run.detail:
            alike.setdefault(f"{batch.status}: {batch.detail}", []).append(batch.number)
    for words, numbers in alike.items():
        yield f"batch {numbers[0]}", words
        if len(numbers) > 1:
            yield "", f"and so did {counted(len(numbers) - 1, 'other batch', 'other batches')}"


def simulated(simulator: Simulator) -> Iterator[tuple[str, str]]:
    """The lines of the simulator: its requests, answers and deletions."""
    counts = count_requests(simulator.requests)
    by_operation, by_status = counts["byOperation"], counts["byStatus"]
    yield "requests", f"{sum(by_operation.values()):,} to Genesys: {_listed(by_operation)}"
    yield "answers", _listed(by_status)
    done = Counter({("record", "deleted"): len(simulator.corpus.deleted_ids())})
    for job in simulator.recording_jobs:
        done["recording", DONE[job.query.action]] += len(job.processed_ids)
    label = "at Genesys"
    for (noun, word), count in done.items():
        if count:
            yield label, f"{counted(count, noun)} {'was' if count == 1 else 'were'} {word}"
            label = ""


def files(out: Path, result: str, audit: str) -> Iterator[tuple[str, str]]:
    """The paths of the result files."""
    yield "result", str(out / result)
    yield "audit", str(out / audit)


def _asked(run: Observation) -> int | None:
    if run.targeted is None:
        return None
    return run.targeted + sum((run.skipped or {}).values())


def _skipped(skipped: Mapping[str, int], unit: str | None) -> Iterator[tuple[str, str]]:
    if skipped:
        yield "skipped", f"{number_of(sum(skipped.values()), unit)}: {_listed(skipped)}"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {count:,}" for name, count in sorted(counts.items())
    )
