"""Searches for conversations that a job may cover although they are not in the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from genesys_purge.methods.contract import Part
from genesys_purge.methods.readiness import SearchPage
from genesys_purge.methods.recording_job.activity import near, touches
from genesys_purge.methods.recording_job.metadata import count_of, is_kept
from genesys_purge.methods.recording_job.request import RecordingJobRequest
from genesys_purge.methods.recording_job.started import StartedIn, Wait
from genesys_purge.model.reach import Reach
from genesys_purge.ports import Genesys

# The metadata of a conversation take one call. Up to so many, every recording is counted.
MOST_COUNTED = 2_000


def is_counted(part: Part) -> bool:
    """Whether the recordings of the part, or of the part of which it is a block, are counted."""
    return max(part.total, len(part.ids)) <= MOST_COUNTED


def others_in(
    request: RecordingJobRequest, part: Part, genesys: Genesys, after: Mapping[str, Any] | None
) -> Iterator[SearchPage]:
    """Ask the job's own question again: which conversations does its interval contain?

    Conversations without recordings do not matter, because a job covers none of them. A count of
    recordings alone proves little: a job may leave out a conversation and cover another one.
    """
    if part.interval is None:
        raise ValueError("a part that names its conversations covers no others")
    known, is_aged = {each.casefold() for each in part.ids}, part.reach is Reach.INTERVAL
    # With a count, conversations that started earlier are not worth a month's search.
    window = near(part.interval) if is_aged and not is_counted(part) else part.interval
    filters = ([], []) if is_aged else (request.conversation_filters, request.segment_filters)
    started = StartedIn(window, *filters, genesys, after)
    for page in started:
        if isinstance(page, Wait):
            yield SearchPage(0, 0, started.state(), page.seconds)
            continue
        unknown = [each for each in page if each.conversation_id not in known]
        others = [
            each.conversation_id for each in unknown if not is_aged or touches(each, part.interval)
        ]
        started.passed(page)
        recorded = sum(count_of(each, genesys, is_kept) > 0 for each in others)
        yield SearchPage(recorded, len(page) - len(unknown), started.state())
