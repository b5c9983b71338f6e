"""Plans recordings over five years old, which Genesys takes only by bare intervals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from genesys_purge.errors import OnLegalHold
from genesys_purge.methods.contract import Planned, Skipped, Sources
from genesys_purge.methods.recording_job.checks import is_aged
from genesys_purge.methods.recording_job.conversations import Conversation, by_id, started_in
from genesys_purge.methods.recording_job.eligibility import NOT_FOUND, Eligibility, skips_of
from genesys_purge.methods.recording_job.intervals import A_MOMENT, A_SECOND, Span, intervals
from genesys_purge.methods.recording_job.protection import MOST_ASKED
from genesys_purge.methods.recording_job.request import RecordingJobRequest
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import Window
from genesys_purge.model.holds import Hold
from genesys_purge.model.wording import UUID
from genesys_purge.ports import Genesys

# An interval covers every conversation that was active in it. The plan misses one that lasted
# longer than this; the job's own count reveals it before the job is confirmed.
LOOK_BACK, LOOK_AHEAD = timedelta(days=30), timedelta(days=1)
EARLIEST = datetime.min.replace(tzinfo=UTC)
OUTSIDE = "outside_range"


def aged_window(request: RecordingJobRequest, sources: Sources) -> Window | None:
    """The request's window if it is planned by intervals, otherwise None."""
    if request.date_range is None or any(each is not None for each in request.narrowing.values()):
        return None
    window = request.date_range.resolve(sources.reference)
    return window if is_aged(window, sources.now) else None


def plan(window: Window, eligibility: Eligibility, sources: Sources) -> Iterator[Planned | Skipped]:
    """Intervals with the eligible conversations of the window, and with no other conversation.

    OnLegalHold if a hold names a conversation whose time is unknown.
    """
    near = list(_near(window, sources))
    found = [each for each in near if touches(each, window)]
    inside = [each for each in found if _is_inside(each, window)]
    entries: list[Entry] = []
    skipped = [(each, OUTSIDE) for each in found if not _is_inside(each, window)]
    for chunk in _in_hundreds(inside):
        judged = eligibility.judge(chunk)
        entries += judged.entries
        skipped += judged.skipped
    yield from skips_of(skipped)
    # A conversation without recordings does not matter to an interval.
    closed = [_span_of(each) for each, reason in skipped if reason != NOT_FOUND]
    ranges = [hold.date_range for hold in sources.holds if hold.date_range]
    closed += [Span(each.start, each.end) for each in ranges]
    closed += _elsewhere(sources.holds, {each.conversation_id for each in near})
    yield from intervals(window, entries, closed, sources.batch_size)


def _near(window: Window, sources: Sources) -> Iterator[Conversation]:
    """Each conversation that started near the window or that a legal hold names, once."""
    seen = set()
    for each in started_in(near(window), [], [], sources.genesys):
        seen.add(each.conversation_id)
        yield each
    unseen = {
        conversation_id: hold
        for hold in sources.holds
        for conversation_id in sorted(hold.conversation_ids or ())
        if conversation_id not in seen
    }
    known = {
        each.conversation_id: each for each in by_id(list(filter(_is_id, unseen)), sources.genesys)
    }
    for conversation_id, hold in unseen.items():
        if conversation_id in known:
            yield known[conversation_id]
        elif hold.gap:
            raise OnLegalHold(
                f"dateRange: {hold.label} names a conversation that Genesys does not know, "
                "so every interval may contain it; release the hold or correct its ids"
            )


def near(window: Window) -> Window:
    """The time in which a conversation starts that is active in the window."""
    back = min(LOOK_BACK, window.start - EARLIEST)
    return Window(start=window.start - back, end=window.end + LOOK_AHEAD)


def _elsewhere(holds: Sequence[Hold], known: set[str]) -> Iterator[Span]:
    """The days of holds that name a conversation which only another organisation knows."""
    for hold in holds:
        if not known.issuperset(hold.conversation_ids or ()):
            yield from (Span(each.start, each.end - A_MOMENT) for each in hold.days)


def may_touch(ids: Sequence[str], interval: Window, genesys: Genesys) -> bool:
    """Whether one of the conversations was active in the interval, or has an unknown time."""
    known = list(by_id(list(filter(_is_id, ids)), genesys))
    if {each.casefold() for each in ids} - {each.conversation_id for each in known}:
        return True
    return any(touches(each, interval) for each in known)


def _is_id(conversation_id: str) -> bool:
    return re.fullmatch(UUID, conversation_id) is not None


def _span_of(conversation: Conversation) -> Span:
    """From start to end; an end that is missing or before the start leaves the span open."""
    start, end = conversation.start, conversation.end
    return Span(start, end) if end is None or end >= start else Span(end, None)


def touches(conversation: Conversation, window: Window) -> bool:
    """Whether the conversation was active in the window, or may have been."""
    start, end = _span_of(conversation)
    return start <= window.end and (end is None or end >= window.start)


def _is_inside(conversation: Conversation, window: Window) -> bool:
    """Whether all of its whole seconds are in the window; also if its end is unknown."""
    start, end = _span_of(conversation)
    if end is None:
        return True
    return window.start <= start.replace(microsecond=0) and end <= window.end - A_SECOND


def _in_hundreds(found: Iterable[Conversation]) -> Iterator[Sequence[Conversation]]:
    rest = iter(found)
    while chunk := list(islice(rest, MOST_ASKED)):
        yield chunk
