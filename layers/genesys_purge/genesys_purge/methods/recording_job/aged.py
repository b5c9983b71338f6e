"""Planning recording jobs over what is more than five years old, which take intervals alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from genesys_purge.errors import OnLegalHold
from genesys_purge.methods.contract import Planned, Skipped, Sources
from genesys_purge.methods.recording_job import conversations as conversation_details
from genesys_purge.methods.recording_job import intervals as aged_intervals
from genesys_purge.methods.recording_job.checks import is_aged
from genesys_purge.methods.recording_job.conversations import Conversation
from genesys_purge.methods.recording_job.eligibility import NOT_FOUND, Eligibility
from genesys_purge.methods.recording_job.intervals import A_SECOND, Span
from genesys_purge.methods.recording_job.protection import MOST_ASKED
from genesys_purge.methods.recording_job.request import RecordingJobRequest
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import Window
from genesys_purge.model.wording import UUID
from genesys_purge.ports import Genesys

# An interval takes what was active in it, whenever that began. What lasted longer is not seen
# here, but counted by Genesys before the job is carried out.
LOOK_BACK, LOOK_AHEAD = timedelta(days=30), timedelta(days=1)
EARLIEST = datetime.min.replace(tzinfo=UTC)
OUTSIDE = "outside_range"


def window_of(request: RecordingJobRequest, sources: Sources) -> Window | None:
    """The request's window where it is one that is purged by intervals."""
    if request.date_range is None or any(each is not None for each in request.narrowing.values()):
        return None
    window = request.date_range.resolve(sources.reference)
    return window if is_aged(window, sources.now) else None


def plan(window: Window, eligibility: Eligibility, sources: Sources) -> Iterator[Planned | Skipped]:
    """Intervals of what lies in the window and may be taken, clear of all that may not.

    OnLegalHold where a hold names a conversation of which nobody tells when it was.
    """
    found = [each for each in _seen(window, sources) if _touches(each, window)]
    inside = [each for each in found if _lies_in(each, window)]
    beyond = [each for each in found if not _lies_in(each, window)]
    entries: list[Entry] = []
    skipped = [(each, OUTSIDE) for each in beyond]
    for chunk in _in_hundreds(inside):
        judged = eligibility.judge(chunk)
        entries += judged.entries
        skipped += judged.skipped
    reasons = Counter(reason for _, reason in skipped)
    yield from (Skipped(reason, records) for reason, records in reasons.items())
    # Of what has no recording an interval can delete none.
    closed = [_span_of(each) for each, reason in skipped if reason != NOT_FOUND]
    ranges = [hold.date_range for hold in sources.holds if hold.date_range]
    closed += [Span(each.start, each.end) for each in ranges]
    yield from aged_intervals.intervals(window, entries, closed, sources.batch_size)


def _seen(window: Window, sources: Sources) -> Iterator[Conversation]:
    """Whatever started near the window, and whatever our holds name, each once."""
    back = min(LOOK_BACK, window.start - EARLIEST)
    around = Window(start=window.start - back, end=window.end + LOOK_AHEAD)
    shown = set()
    for each in conversation_details.started_in(around, [], [], sources.genesys):
        shown.add(each.conversation_id)
        yield each
    unseen = {
        named: hold.hold_id
        for hold in sources.holds
        for named in sorted(hold.conversation_ids or ())
        if named not in shown
    }
    known = {
        each.conversation_id: each
        for each in conversation_details.by_id(list(filter(_is_id, unseen)), sources.genesys)
    }
    for named, hold_id in unseen.items():
        if named not in known:
            raise OnLegalHold(
                f"dateRange: legal hold {hold_id} names a conversation that Genesys does not "
                "know, so that any interval might hold it; release it, or mend its ids"
            )
        yield known[named]


def may_touch(ids: Sequence[str], interval: Window, genesys: Genesys) -> bool:
    """Whether one of the conversations has a time in the interval, or one that nobody tells."""
    known = list(conversation_details.by_id(list(filter(_is_id, ids)), genesys))
    if {each.casefold() for each in ids} - {each.conversation_id for each in known}:
        return True
    return any(_touches(each, interval) for each in known)


def _is_id(named: str) -> bool:
    return re.fullmatch(UUID, named) is not None


def _span_of(conversation: Conversation) -> Span:
    """From start to end; without a readable end it may have gone on for ever."""
    start, end = conversation.start, conversation.end
    return Span(start, end) if end is None or end >= start else Span(end, None)


def _touches(conversation: Conversation, window: Window) -> bool:
    start, end = _span_of(conversation)
    return start <= window.end and (end is None or end >= window.start)


def _lies_in(conversation: Conversation, window: Window) -> bool:
    """Whether it is all of the window, in whole seconds, as far as its times can be read."""
    start, end = _span_of(conversation)
    if end is None:
        return True
    return window.start <= start.replace(microsecond=0) and end <= window.end - A_SECOND


def _in_hundreds(found: Iterable[Conversation]) -> Iterator[Sequence[Conversation]]:
    rest = iter(found)
    while chunk := list(islice(rest, MOST_ASKED)):
        yield chunk
