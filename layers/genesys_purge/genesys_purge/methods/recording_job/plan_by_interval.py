"""Plans recordings over five years old, which Genesys takes only by bare intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from genesys_purge.errors import LimitExceeded, OnLegalHold
from genesys_purge.methods.contract import Found, Pause, Sources
from genesys_purge.methods.recording_job.activity import is_id, is_inside, near, span_of, touches
from genesys_purge.methods.recording_job.checks import is_aged
from genesys_purge.methods.recording_job.conversations import (
    Conversation,
    by_id,
    conversation_of,
    row_of_conversation,
)
from genesys_purge.methods.recording_job.eligibility import NOT_FOUND, Eligibility, skips_of
from genesys_purge.methods.recording_job.intervals import A_MOMENT, Span, intervals
from genesys_purge.methods.recording_job.protection import MOST_ASKED
from genesys_purge.methods.recording_job.request import RecordingJobRequest
from genesys_purge.methods.recording_job.started import StartedIn, Wait
from genesys_purge.model.dates import Window
from genesys_purge.model.entry_rows import entry_of, row_of
from genesys_purge.model.holds import Hold

OUTSIDE = "outside_range"
# They are in memory together, because each one may keep others out of an interval.
MOST_CONVERSATIONS = 200_000


def aged_window(request: RecordingJobRequest, sources: Sources) -> Window | None:
    """The request's window if it is planned by intervals, otherwise None."""
    if request.date_range is None or any(each is not None for each in request.narrowing.values()):
        return None
    window = request.date_range.resolve(sources.reference)
    return window if is_aged(window, sources.now) else None


class PlanByInterval:
    """Intervals with the eligible conversations of the window, and with no other conversation."""

    def __init__(
        self, window: Window, eligibility: Eligibility, sources: Sources, most_in_job: int
    ) -> None:
        after: Mapping[str, Any] = sources.after or {}
        self._window = window
        self._eligibility = eligibility
        self._sources = sources
        self._most = most_in_job
        self._started = StartedIn(near(window), [], [], sources.genesys, after.get("started"))
        self._is_complete: bool = after.get("complete", False)
        self._touching = [conversation_of(*row) for row in after.get("touching", ())]
        # The held conversations that Genesys knows.
        self._held_here: set[str] = set(after.get("heldHere", ()))
        self._judged: int = after.get("judged", 0)
        self._entries = [entry_of(*row) for row in after.get("entries", ())]
        self._skipped: list[tuple[int, str]] = [tuple(each) for each in after.get("skipped", ())]

    def found(self) -> Iterator[Found]:
        """The plan; OnLegalHold if a hold names a conversation whose time is unknown."""
        if not self._is_complete:
            yield from self._collect()
        inside = [n for n, each in enumerate(self._touching) if is_inside(each, self._window)]
        while self._judged < len(inside):
            self._judge(inside[self._judged : self._judged + MOST_ASKED])
            yield Pause(self._state)
        outside = set(range(len(self._touching))).difference(inside)
        reasons = [*((number, OUTSIDE) for number in sorted(outside)), *self._skipped]
        skipped = [(self._touching[number], reason) for number, reason in reasons]
        yield from skips_of(skipped)
        closed = self._closed(skipped)
        yield from intervals(self._window, self._entries, closed, self._most)

    def _collect(self) -> Iterator[Pause]:
        held = {each for hold in self._sources.holds for each in hold.conversation_ids or ()}
        for page in self._started:
            if isinstance(page, Wait):
                yield Pause(self._state, page.seconds)
                continue
            self._held_here |= held.intersection(each.conversation_id for each in page)
            self._add(page)
            self._started.passed(page)
            # A page whose conversations were all passed brings the plan no further.
            if page:
                yield Pause(self._state)
        known = list(by_id(sorted(filter(is_id, held - self._held_here)), self._sources.genesys))
        self._held_here |= {each.conversation_id for each in known}
        self._require_times()
        self._add(known)
        self._is_complete = True

    def _add(self, conversations: Sequence[Conversation]) -> None:
        self._touching += [each for each in conversations if touches(each, self._window)]
        if len(self._touching) > MOST_CONVERSATIONS:
            raise LimitExceeded(
                f"dateRange: has more than {MOST_CONVERSATIONS:,} conversations over five years "
                "old; narrow the request"
            )

    def _require_times(self) -> None:
        for hold in self._sources.holds:
            if hold.gap and not self._held_here.issuperset(hold.conversation_ids or ()):
                raise OnLegalHold(
                    f"dateRange: {hold.label} names a conversation that Genesys does not know, "
                    "so every interval may contain it; release the hold or correct its ids"
                )

    def _judge(self, numbers: Sequence[int]) -> None:
        judged = self._eligibility.judge([self._touching[number] for number in numbers])
        reasons = {each.conversation_id: reason for each, reason in judged.skipped}
        self._entries += judged.entries
        self._skipped += [
            (number, reasons[self._touching[number].conversation_id])
            for number in numbers
            if self._touching[number].conversation_id in reasons
        ]
        self._judged += len(numbers)

    def _closed(self, skipped: Sequence[tuple[Conversation, str]]) -> Iterator[Span]:
        """The times of everything that no interval may contain."""
        # A conversation without recordings does not matter to an interval.
        yield from (span_of(each) for each, reason in skipped if reason != NOT_FOUND)
        holds = self._sources.holds
        ranges = [hold.date_range for hold in holds if hold.date_range]
        yield from (Span(each.start, each.end) for each in ranges)
        yield from (span for hold in holds for span in self._elsewhere(hold))

    def _elsewhere(self, hold: Hold) -> Iterator[Span]:
        """The days of a hold that names a conversation which only another organisation knows."""
        if not self._held_here.issuperset(hold.conversation_ids or ()):
            yield from (Span(each.start, each.end - A_MOMENT) for each in hold.days)

    def _state(self) -> Mapping[str, Any]:
        return {
            "started": self._started.state(),
            "complete": self._is_complete,
            "touching": [row_of_conversation(each) for each in self._touching],
            "heldHere": sorted(self._held_here),
            "judged": self._judged,
            "entries": [row_of(each) for each in self._entries],
            "skipped": self._skipped,
            "protected": self._eligibility.protected,
        }
