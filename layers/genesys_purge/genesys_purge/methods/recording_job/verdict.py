"""The verdict on a finished recording job, from its counters and the recordings' metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from genesys_purge.methods.answers import count_in, deciding_count_in, text_in
from genesys_purge.methods.contract import Part, Verdict
from genesys_purge.methods.recording_job.metadata import count_of, undone_by
from genesys_purge.methods.recording_job.pages import all_pages
from genesys_purge.methods.recording_job.protection import protection_of
from genesys_purge.methods.recording_job.request import Action, RecordingJobRequest
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
UNDONE = {
    Action.DELETE: "left",
    Action.ARCHIVE: "not archived",
    Action.EXPORT: "not exported",
}


class Findings(NamedTuple):
    """What verification found, in numbers of conversations and recordings.

    Of `conversations`, `held` have recordings that Genesys protects. Of the recordings, `undone`
    are left, `excluded` may be left, and `failed` failed, in the conversations `failures`. The job
    counts `unaccounted` recordings in no counter.
    """

    conversations: int
    held: int
    undone: int
    excluded: int
    unaccounted: int
    failed: int
    failures: Sequence[str]

    @property
    def is_complete(self) -> bool:
        """Whether the action was executed on every recording that the request includes."""
        flaws = (self.failed, self.unaccounted, self.held, self.undone > self.excluded)
        return not any(flaws)


def verdict_of(
    part: Part, job: Mapping[str, Any], job_id: str, request: RecordingJobRequest, genesys: Genesys
) -> Verdict:
    """Verified if no recording failed, and only recordings that the request excludes are left.

    The metadata do not show which recordings are excluded. Therefore no more may be left than
    existed before and were not processed.
    """
    failed = count_in(job, "totalFailedRecordings")
    processed = count_in(job, "totalProcessedRecordings")
    failures = list(_failures(job_id, genesys)) if failed != 0 else []
    undone = undone_by(request.action, part)
    left = {each: count_of(each, genesys, undone) for each in part.ids}
    found = Findings(
        conversations=len(part.ids),
        held=_held([each for each in left if left[each]], genesys) if request.excludes else 0,
        undone=sum(left.values()),
        excluded=_excluded(part, processed) if request.excludes else 0,
        unaccounted=_unaccounted(job, processed or 0, failed or 0),
        failed=failed or len(failures),
        failures=failures,
    )
    return Verdict(
        gone=sum(each == 0 for each in left.values()),
        is_complete=found.is_complete,
        deleted=processed if request.action is Action.DELETE else 0,
        note=_note(found, request.action, processed),
        is_final=bool(found.failed),
    )


def _held(ids: Sequence[str], genesys: Genesys) -> int:
    """A job skips protected recordings in the same way as excluded ones."""
    return len(protection_of(ids, genesys).protected.intersection(ids))


def _excluded(part: Part, processed: int | None) -> int:
    """How many recordings may be left; 0 if one of the two counts is unknown."""
    if part.kept is None or processed is None:
        return 0
    return max(part.kept - processed, 0)


def _unaccounted(job: Mapping[str, Any], processed: int, failed: int) -> int:
    """How many of the job's recordings are neither processed, skipped nor failed."""
    total = deciding_count_in(job, "totalRecordings")
    skipped = count_in(job, "totalSkippedRecordings")
    return max((total or 0) - processed - (skipped or 0) - failed, 0)


def _failures(job_id: str, genesys: Genesys) -> Iterator[str]:
    """The conversation of each failed recording."""
    for row in all_pages(FAILED, genesys, job_id=job_id):
        conversation = row.get("conversation") if isinstance(row, dict) else None
        yield text_in(conversation if isinstance(conversation, dict) else {}, "id")


def _note(found: Findings, action: Action, processed: int | None) -> str:
    done = f"{counted(processed, 'recording')} {action.done}, none deleted"
    verb = "is" if found.undone == 1 else "are"
    undone = f"{counted(found.undone, 'recording')} {verb} {UNDONE[action]}"
    words = [f"checked {counted(found.conversations, 'conversation')}: {undone}"]
    words += [] if action is Action.DELETE else [done]
    words += [f"the request excludes {found.excluded}"] if found.excluded else []
    words += [f"Genesys now protects {counted(found.held, 'conversation')}"] if found.held else []
    words += [f"the job does not account for {found.unaccounted}"] if found.unaccounted else []
    if found.failed:
        named = list(dict.fromkeys(found.failures))
        more = " and more" if len(named) > MOST_NAMED else ""
        words.append(f"{found.failed} failed, in {', '.join(named[:MOST_NAMED])}{more}")
    return "; ".join(words)
