"""What a recording job that is over, and the recordings themselves, prove."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from genesys_purge.methods.answers import count_in, text_in
from genesys_purge.methods.contract import Part, Verdict
from genesys_purge.methods.recording_job.lists import pages
from genesys_purge.methods.recording_job.metadata import count_of, undone_by
from genesys_purge.methods.recording_job.protection import protection_of
from genesys_purge.methods.recording_job.request import Action, RecordingJobRequest
from genesys_purge.model.platform import LIVE
from genesys_purge.ports import Genesys, Operation

FAILED = Operation(
    "GET",
    "/api/v2/recording/jobs/{job_id}/failedrecordings"
    "?includeTotal=true&pageSize=100&pageNumber={page}",
    permissions=("recording:job:view",),
    dialect=LIVE,
)
MOST_NAMED = 10
LEFT = {
    Action.DELETE: "left",
    Action.ARCHIVE: "not archived",
    Action.EXPORT: "not exported",
}


class Look(NamedTuple):
    """What was looked at, in numbers of conversations and recordings.

    `spared` may be left: what was there before without what the job says that it processed.
    `untold` are those of the job of which it does not say what became of them. `held` of the
    conversations have recordings left that Genesys protects by now.
    """

    conversations: int
    unseen: int
    held: int
    left: int
    spared: int
    untold: int
    failed: int
    failures: Sequence[str]

    @property
    def is_complete(self) -> bool:
        """Whether nothing failed, is unseen or untold, or is left that should not be."""
        flaws = (self.failed, self.unseen, self.untold, self.held, self.left > self.spared)
        return not any(flaws)


def verdict_of(
    part: Part, job: Mapping[str, Any], job_id: str, request: RecordingJobRequest, genesys: Genesys
) -> Verdict:
    """Verified when no recording failed and none is left but what the request leaves out.

    What is left out cannot be told from what is not deleted, so it is what was there and was not
    processed: with anything processed that is still there, more would be left than that.
    """
    failed = count_in(job, "totalFailedRecordings")
    processed = count_in(job, "totalProcessedRecordings")
    failures = list(_failures(job_id, genesys)) if failed != 0 else []
    undone = undone_by(request.action, part)
    left = {each: count_of(each, genesys, undone) for each in part.ids}
    look = Look(
        conversations=len(part.ids),
        unseen=sum(each is None for each in left.values()),
        held=_held([each for each in left if left[each]], genesys) if request.leaves_out else 0,
        left=sum(each or 0 for each in left.values()),
        spared=_spared(part, processed) if request.leaves_out else 0,
        untold=_untold(job, processed or 0, failed or 0),
        failed=failed or len(failures),
        failures=failures,
    )
    return Verdict(
        gone=sum(each == 0 for each in left.values()),
        is_complete=look.is_complete,
        deleted=processed if request.action is Action.DELETE else 0,
        note=_note(look, request.action, processed),
        is_final=bool(look.failed),
    )


def _held(ids: Sequence[str], genesys: Genesys) -> int:
    """A job skips what is protected, as it does what the request leaves out."""
    return len(protection_of(ids, genesys).protected.intersection(ids))


def _spared(part: Part, processed: int | None) -> int:
    """None where nobody counted what was there, or Genesys does not say what it processed."""
    known = part.kept is not None and processed is not None
    return max((part.kept or 0) - (processed or 0), 0) if known else 0


def _untold(job: Mapping[str, Any], processed: int, failed: int) -> int:
    """How many of the job's recordings it does not count anywhere."""
    total, skipped = count_in(job, "totalRecordings"), count_in(job, "totalSkippedRecordings")
    return max((total or 0) - processed - (skipped or 0) - failed, 0)


def _failures(job_id: str, genesys: Genesys) -> Iterator[str]:
    """The conversation of each recording that failed."""
    for row in pages(FAILED, genesys, job_id=job_id):
        conversation = row.get("conversation") if isinstance(row, dict) else None
        yield text_in(conversation if isinstance(conversation, dict) else {}, "id")


def _note(look: Look, action: Action, processed: int | None) -> str:
    done = f"{processed} recordings {action.done}, none deleted"
    words = [f"looked at {look.conversations} conversations"]
    words[0] += f": {look.left} recordings are {LEFT[action]}"
    words += ["deleted counts recordings" if action is Action.DELETE else done]
    words += [f"the request leaves out {look.spared}"] if look.spared else []
    words += [f"{look.held} conversations are protected by now"] if look.held else []
    words += [f"the job does not say what became of {look.untold}"] if look.untold else []
    words += [f"{look.unseen} conversations could not be looked at"] if look.unseen else []
    if look.failed:
        named = list(dict.fromkeys(look.failures))
        more = " and more" if len(named) > MOST_NAMED else ""
        words.append(f"{look.failed} failed, of {', '.join(named[:MOST_NAMED])}{more}")
    return "; ".join(words)
