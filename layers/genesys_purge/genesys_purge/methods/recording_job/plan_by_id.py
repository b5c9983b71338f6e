"""Plans the recordings of conversations that the request names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from genesys_purge.methods.contract import Planned, Skipped, Sources
from genesys_purge.methods.recording_job.conversations import Conversation, by_id, started_in
from genesys_purge.methods.recording_job.eligibility import NOT_FOUND, Eligibility, skips_of
from genesys_purge.methods.recording_job.named_batches import NamedBatches
from genesys_purge.methods.recording_job.protection import MOST_ASKED
from genesys_purge.methods.recording_job.request import RecordingJobRequest


def plan(
    ids: Sequence[str], request: RecordingJobRequest, eligibility: Eligibility, sources: Sources
) -> Iterator[Planned | Skipped]:
    """Batches of the eligible ones among the ids."""
    selected = _selected(ids, request, sources)
    known: set[str] = set()
    batches = NamedBatches(sources.batch_size)
    while chunk := list(islice(selected, MOST_ASKED)):
        known |= {each.conversation_id for each in chunk}
        judged = eligibility.judge(chunk)
        yield from skips_of(judged.skipped)
        yield from batches.add(judged.entries)
    yield from batches.close()
    if missing := sorted(set(ids) - known):
        yield Skipped(NOT_FOUND, len(missing), missing)


def _selected(
    ids: Sequence[str], request: RecordingJobRequest, sources: Sources
) -> Iterator[Conversation]:
    """The conversations that the request selects, in order of start."""
    if request.date_range is None:
        yield from sorted(by_id(ids, sources.genesys), key=_by_start)
        return
    window = request.date_range.resolve(sources.reference)
    filters = request.conversation_filters, request.segment_filters
    for first in range(0, len(ids), MOST_ASKED):
        hundred = ids[first : first + MOST_ASKED]
        yield from started_in(window, *filters, sources.genesys, hundred)


def _by_start(conversation: Conversation) -> tuple[object, ...]:
    return conversation.start, conversation.conversation_id
