"""What a recording job that is over, and the recordings themselves, prove."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from genesys_purge.methods.answers import count_in, text_in
from genesys_purge.methods.method import Part, Verdict
from genesys_purge.methods.recording_lists import pages
from genesys_purge.methods.recording_metadata import count_of, undone_by
from genesys_purge.methods.recording_request import Action, RecordingJobRequest
from genesys_purge.ports import Genesys, Operation

FAILED = Operation(
    "GET",
    "/api/v2/recording/jobs/{job_id}/failedrecordings"
    "?includeTotal=true&pageSize=100&pageNumber={page}",
    permissions=("recording:job:view",),
)
MOST_NAMED = 10
LEFT = {
    Action.DELETE: "left",
    Action.ARCHIVE: "not archived",
    Action.EXPORT: "not exported",
}


class Look(NamedTuple):
    """What was looked at, in numbers of conversations and recordings."""

    conversations: int
    unseen: int
    left: int
    spared: int
    failed: int
    failures: Sequence[str]


def verdict_of(
    part: Part, job: Mapping[str, Any], job_id: str, request: RecordingJobRequest, genesys: Genesys
) -> Verdict:
    """Verified when no recording failed and none is left but what the request leaves out."""
    failed = count_in(job, "totalFailedRecordings")
    processed = count_in(job, "totalProcessedRecordings")
    failures = list(_failures(job_id, genesys)) if failed != 0 else []
    undone = undone_by(request.action, part.at)
    left = {each: count_of(each, genesys, undone) for each in part.ids}
    leaves_out = not all(request.flags.values())
    look = Look(
        conversations=len(part.ids),
        unseen=sum(each is None for each in left.values()),
        left=sum(each or 0 for each in left.values()),
        spared=count_in(job, "totalSkippedRecordings") or 0 if leaves_out else 0,
        failed=failed or len(failures),
        failures=failures,
    )
    return Verdict(
        gone=sum(each == 0 for each in left.values()),
        is_complete=not look.failed and not look.unseen and look.left <= look.spared,
        deleted=processed if request.action is Action.DELETE else 0,
        note=_note(look, request.action, processed),
        is_final=bool(look.failed),
    )


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
    words += [f"{look.unseen} conversations could not be looked at"] if look.unseen else []
    if look.failed:
        named = list(dict.fromkeys(look.failures))
        more = " and more" if len(named) > MOST_NAMED else ""
        words.append(f"{look.failed} failed, of {', '.join(named[:MOST_NAMED])}{more}")
    return "; ".join(words)
