"""The verdict on a finished recording job, from its counters and the recordings' metadata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from genesys_purge.methods.answers import text_in
from genesys_purge.methods.contract import Look, Part, Verdict
from genesys_purge.methods.recording_job.metadata import count_of, undone_by
from genesys_purge.methods.recording_job.pages import all_pages
from genesys_purge.methods.recording_job.protection import protection_of
from genesys_purge.methods.recording_job.request import Action, RecordingJobRequest
from genesys_purge.model.certainty import CheckMode
from genesys_purge.model.check import Check
from genesys_purge.model.finished_jobs import FinishedJobs
from genesys_purge.model.platform import LIVE
from genesys_purge.model.wording import counted
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

FAILED = Operation(
    "GET",
    "/api/v2/recording/jobs/{job_id}/failedrecordings"
    "?includeTotal=true&pageSize=100&pageNumber={page}",
    permissions=("recording:job:view",),
    dialect=LIVE,
    missing=Missing.JOB,
)
MOST_NAMED = 10
# So many jobs with failures, and rows of them; a conversation may have many.
MOST_READ = 100
UNDONE = {
    Action.DELETE: "left",
    Action.ARCHIVE: "not archived",
    Action.EXPORT: "not exported",
}


class Findings(NamedTuple):
    """What verification found, in numbers of conversations and recordings.

    Of the conversations of the `check`, `held` have recordings that Genesys protects. Of the
    recordings, `undone` are left, `excluded` may be left, and `failed` failed, in the conversations
    `failures`. The job counts `unaccounted` recordings in no counter.
    """

    check: Check
    excluded: int
    unaccounted: int
    failed: int
    failures: Sequence[str]

    @property
    def is_complete(self) -> bool:
        """Whether the action was executed on every recording that the request includes."""
        is_left = self.check.undone > self.excluded
        flaws = (self.failed, self.unaccounted, self.check.held, is_left)
        return not any(flaws)


def look_at(part: Part, request: RecordingJobRequest, genesys: Genesys) -> Look:
    """How many recordings of each conversation are left, and which of these are protected."""
    undone = undone_by(request.action, part)
    left = {each: count_of(each, genesys, undone) for each in part.ids}
    survivors = [each for each in left if left[each]]
    return Look(list(left.values()), _held(survivors, genesys) if request.excludes else 0)


def verdict_of(
    kept: int | None,
    jobs: FinishedJobs,
    check: Check,
    request: RecordingJobRequest,
    genesys: Genesys,
) -> Verdict:
    """Verified if no recording failed, and only recordings that the request excludes are left.

    `jobs` are all jobs of the batch. The metadata do not show which recordings are excluded.
    Therefore no more may be left than existed before (`kept`) and were not processed.
    """
    failed, processed = jobs.counts.failed, jobs.counts.processed
    # A known number needs no more rows than those that can be named.
    most = MOST_READ if failed else None
    read = islice(jobs.failing, most)
    rows = (each for job_id in read for each in _failures(job_id, genesys))
    failures = list(islice(rows, most))
    found = Findings(
        check=check,
        excluded=_excluded(kept, processed) if request.excludes else 0,
        unaccounted=jobs.counts.unaccounted,
        failed=failed or len(failures),
        failures=failures,
    )
    return Verdict(
        gone=check.gone,
        is_complete=found.is_complete,
        deleted=processed if request.action is Action.DELETE else 0,
        note=_note(found, request.action, processed),
        is_final=bool(found.failed),
    )


def _held(ids: Sequence[str], genesys: Genesys) -> int:
    """A job skips protected recordings in the same way as excluded ones."""
    return len(protection_of(ids, genesys).protected.intersection(ids))


def _excluded(kept: int | None, processed: int | None) -> int:
    """How many recordings may be left; 0 if one of the two counts is unknown."""
    if kept is None or processed is None:
        return 0
    return max(kept - processed, 0)


def _failures(job_id: str, genesys: Genesys) -> Iterator[str]:
    """The conversation of each failed recording."""
    for row in all_pages(FAILED, genesys, job_id=job_id):
        conversation = row.get("conversation") if isinstance(row, dict) else None
        yield text_in(conversation if isinstance(conversation, dict) else {}, "id")


def _note(found: Findings, action: Action, processed: int | None) -> str:
    done = f"{counted(processed, 'recording')} {action.done}, none deleted"
    left, held = found.check.undone, found.check.held
    verb = "is" if left == 1 else "are"
    undone = f"{counted(left, 'recording')} {verb} {UNDONE[action]}"
    words = [f"checked {_scope(found.check)}: {undone}"]
    words += [] if action is Action.DELETE else [done]
    words += [f"the request excludes {found.excluded}"] if found.excluded else []
    words += [f"Genesys now protects {counted(held, 'conversation')}"] if held else []
    words += [f"the job does not account for {found.unaccounted}"] if found.unaccounted else []
    if found.failed:
        named = list(dict.fromkeys(found.failures))
        more = " and more" if len(named) > MOST_NAMED else ""
        words.append(f"{found.failed} failed, in {', '.join(named[:MOST_NAMED])}{more}")
    return "; ".join(words)


def _scope(check: Check) -> str:
    """What was looked at, and for which certainty or after which failed sample."""
    size, sample = counted(check.size, "conversation"), check.sample
    if check.mode is CheckMode.SAMPLE:
        return (
            f"a sample of {check.size:,} of {counted(check.records, 'conversation')} "
            f"(confidence {check.confidence}, tolerance {check.tolerance})"
        )
    if sample is None:
        return size
    return (
        f"every one of {size}, because {sample.survivors:,} of the first {sample.looked_at:,} "
        f"in a sample of {sample.size:,} had recordings left"
    )
