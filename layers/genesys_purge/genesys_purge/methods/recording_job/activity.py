"""When a conversation was active, compared with a window."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from genesys_purge.methods.recording_job.conversations import Conversation, by_id
from genesys_purge.methods.recording_job.intervals import A_SECOND, Span
from genesys_purge.model.dates import Window
from genesys_purge.model.wording import UUID
from genesys_purge.ports import Genesys

# An interval covers every conversation that was active in it. The plan misses one that lasted
# longer than this; the job's own count reveals it before the job is confirmed.
LOOK_BACK, LOOK_AHEAD = timedelta(days=30), timedelta(days=1)
EARLIEST = datetime.min.replace(tzinfo=UTC)


def near(window: Window) -> Window:
    """The time in which a conversation starts that is active in the window."""
    back = min(LOOK_BACK, window.start - EARLIEST)
    return Window(start=window.start - back, end=window.end + LOOK_AHEAD)


def span_of(conversation: Conversation) -> Span:
    """From start to end; an end that is missing or before the start leaves the span open."""
    start, end = conversation.start, conversation.end
    return Span(start, end) if end is None or end >= start else Span(end, None)


def touches(conversation: Conversation, window: Window) -> bool:
    """Whether the conversation was active in the window, or may have been."""
    start, end = span_of(conversation)
    return start <= window.end and (end is None or end >= window.start)


def is_inside(conversation: Conversation, window: Window) -> bool:
    """Whether all of its whole seconds are in the window; also if its end is unknown."""
    start, end = span_of(conversation)
    if end is None:
        return True
    return window.start <= start.replace(microsecond=0) and end <= window.end - A_SECOND


def may_touch(ids: Sequence[str], interval: Window, genesys: Genesys) -> bool:
    """Whether one of the conversations was active in the interval, or has an unknown time."""
    known = list(by_id(list(filter(is_id, ids)), genesys))
    if {each.casefold() for each in ids} - {each.conversation_id for each in known}:
        return True
    return any(touches(each, interval) for each in known)


def may_start(ids: Sequence[str], days: Window, genesys: Genesys) -> bool:
    """Whether one of the conversations started on these days, as far as Genesys knows them.

    A job by days covers only what a search of the same store finds.
    """
    return any(days.contains(each.start) for each in by_id(list(filter(is_id, ids)), genesys))


def is_id(conversation_id: str) -> bool:
    """Whether the platform can know a conversation by this id."""
    return re.fullmatch(UUID, conversation_id) is not None
