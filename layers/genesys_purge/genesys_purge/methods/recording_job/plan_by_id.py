"""Plans recordings of the last five years: each job names its conversations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice

from genesys_purge.methods.contract import Planned, Skipped, Sources
from genesys_purge.methods.recording_job.conversations import Conversation, by_id, started_in
from genesys_purge.methods.recording_job.eligibility import NOT_FOUND, Eligibility, skips_of
from genesys_purge.methods.recording_job.intervals import start_of
from genesys_purge.methods.recording_job.protection import MOST_ASKED
from genesys_purge.methods.recording_job.request import RecordingJobRequest
from genesys_purge.model.batch import Entry

LONGEST_SPAN = timedelta(days=30)


def plan(
    request: RecordingJobRequest, eligibility: Eligibility, sources: Sources
) -> Iterator[Planned | Skipped]:
    """Batches of eligible conversations that started within 30 days of each other."""
    selected = _selected(request, sources)
    known: set[str] = set()
    waiting: list[Entry] = []
    while chunk := list(islice(selected, MOST_ASKED)):
        known |= {each.conversation_id for each in chunk}
        judged = eligibility.judge(chunk)
        yield from skips_of(judged.skipped)
        for entry in judged.entries:
            if waiting and _is_full(waiting, entry, sources.batch_size):
                yield Planned(len(waiting), waiting)
                waiting = []
            waiting.append(entry)
    if waiting:
        yield Planned(len(waiting), waiting)
    if missing := sorted(set(request.conversation_ids or ()) - known):
        yield Skipped(NOT_FOUND, len(missing), missing)


def _selected(request: RecordingJobRequest, sources: Sources) -> Iterator[Conversation]:
    """The conversations that the request selects, in order of start."""
    ids, genesys = request.conversation_ids, sources.genesys
    if request.date_range is None:
        yield from sorted(by_id(ids or (), genesys), key=_by_start)
        return
    window = request.date_range.resolve(sources.reference)
    for hundred in _in_hundreds(ids):
        yield from started_in(
            window, request.conversation_filters, request.segment_filters, genesys, hundred
        )


def _in_hundreds(ids: Sequence[str] | None) -> Iterable[Sequence[str]]:
    """The ids in portions for one query each; a single empty portion if there are no ids."""
    if ids is None:
        return [()]
    return [ids[first : first + MOST_ASKED] for first in range(0, len(ids), MOST_ASKED)]


def _by_start(conversation: Conversation) -> tuple[object, ...]:
    return conversation.start, conversation.conversation_id


def _is_full(waiting: Sequence[Entry], following: Entry, size: int) -> bool:
    """Whether the batch has `size` entries, or `following` starts too long after its first."""
    first, start = start_of(waiting[0]), start_of(following)
    return len(waiting) >= size or not first <= start <= first + LONGEST_SPAN
