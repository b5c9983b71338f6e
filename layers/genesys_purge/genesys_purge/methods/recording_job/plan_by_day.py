"""Plans recordings of the last five years: clean days as a whole, other conversations by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from genesys_purge.methods.contract import Found, Pause, Planned, Sources
from genesys_purge.methods.recording_job.conversations import Conversation
from genesys_purge.methods.recording_job.eligibility import NOT_FOUND, Eligibility, skips_of
from genesys_purge.methods.recording_job.named_batches import NamedBatches
from genesys_purge.methods.recording_job.pieces import days_of_entries
from genesys_purge.methods.recording_job.protection import MOST_ASKED
from genesys_purge.methods.recording_job.request import RecordingJobRequest
from genesys_purge.methods.recording_job.started import StartedIn, Wait
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import Window
from genesys_purge.model.days import days_between, days_of
from genesys_purge.model.entry_rows import entry_of, row_of
from genesys_purge.model.reach import Reach

# The longest query of the platform, and a calendar month.
LONGEST_DAYS = 31


class PlanByDay:
    """Groups the conversations of a window by the UTC day on which they started.

    A day is clean if it lies in the window and every conversation that started on it is to be
    taken, or has no recordings. Consecutive clean days form one batch. A conversation that is
    skipped also closes the other days that it touches.
    """

    def __init__(
        self, request: RecordingJobRequest, eligibility: Eligibility, sources: Sources
    ) -> None:
        after: Mapping[str, Any] = sources.after or {}
        self._eligibility = eligibility
        self._window = _window_of(request, sources)
        self._held = [days_of(each.date_range) for each in sources.holds if each.date_range]
        # An excluded kind of recording stays, and would hide a job that takes too much.
        self._may_take_days = not request.excludes
        self._request = request
        self._started = StartedIn(
            self._window,
            request.conversation_filters,
            request.segment_filters,
            sources.genesys,
            after.get("started"),
        )
        self._named = NamedBatches(sources.batch_size, after.get("named", ()))
        self._days = [entry_of(*row) for row in after.get("days", ())]
        self._day: int | None = after.get("day")
        self._today = [entry_of(*row) for row in after.get("today", ())]
        self._is_clean: bool = after.get("clean", False)
        self._closed_until: int = after.get("closed", 0)

    def found(self) -> Iterator[Found]:
        """The plan, with a pause after each hundred conversations."""
        for page in self._started:
            if isinstance(page, Wait):
                yield Pause(self._state, page.seconds)
                continue
            for first in range(0, len(page), MOST_ASKED):
                chunk = page[first : first + MOST_ASKED]
                judged = self._eligibility.judge(chunk)
                yield from skips_of(judged.skipped)
                entries = {each.conversation_id: each for each in judged.entries}
                reasons = {each.conversation_id: reason for each, reason in judged.skipped}
                for each in chunk:
                    key = each.conversation_id
                    yield from self._placed(each, entries.get(key), reasons.get(key))
                self._started.passed(chunk)
                yield Pause(self._state)
        yield from self._end_day()
        yield from self._end_days()
        yield from self._named.close()

    def _placed(
        self, conversation: Conversation, entry: Entry | None, reason: str | None
    ) -> Iterator[Planned]:
        day = conversation.start.toordinal()
        if day != self._day:
            yield from self._end_day()
            self._day = day
            self._is_clean = self._may_be_clean(conversation.start)
        if entry is not None:
            self._today.append(entry)
        elif reason != NOT_FOUND:
            self._is_clean = False
            last = max(conversation.end or conversation.start, conversation.start)
            self._closed_until = max(self._closed_until, last.toordinal())

    def _may_be_clean(self, start: datetime) -> bool:
        """Whether nothing but its own conversations closes the day of `start`."""
        day, window = days_between(start, start), self._window
        return (
            self._may_take_days
            and window.start <= day.start
            and day.end <= window.end
            and start.toordinal() > self._closed_until
            and not any(map(day.overlaps, self._held))
        )

    def _end_day(self) -> Iterator[Planned]:
        """Add the day to the clean days, or plan its conversations by name."""
        today, self._today = self._today, []
        if not self._is_clean or self._is_too_large(today):
            yield from self._end_days()
            yield from self._named.add(today)
            return
        if self._days and not self._goes_on(today):
            yield from self._end_days()
        self._days += today

    def _is_too_large(self, today: Sequence[Entry]) -> bool:
        """Whether one job cannot take the day; without an export, it can take any day."""
        return self._request.exports_first and len(today) > self._request.most_in_job

    def _goes_on(self, today: Sequence[Entry]) -> bool:
        """Whether the day can join the clean days before it."""
        if not today:
            return True
        span = days_between(_start(self._days[0]), _start(today[0]))
        return (
            span.end - span.start <= timedelta(days=LONGEST_DAYS)
            and len(self._days) + len(today) <= self._request.most_in_job
            and not self._is_closed_between(_start(self._days[-1]), _start(today[0]))
        )

    def _is_closed_between(self, first: datetime, last: datetime) -> bool:
        """Whether a day without conversations between the two is closed."""
        between = days_between(first, last)
        is_held = any(map(between.overlaps, self._held))
        return is_held or first.toordinal() < self._closed_until

    def _end_days(self) -> Iterator[Planned]:
        """Plan the clean days as one batch; few conversations need no more jobs by name."""
        entries, self._days = self._days, []
        if len(entries) <= self._named.size:
            yield from self._named.add(entries)
            return
        span = days_of_entries(entries)
        yield Planned(len(entries), tuple(entries), interval=span, reach=Reach.DAYS)

    def _state(self) -> Mapping[str, Any]:
        return {
            "started": self._started.state(),
            "named": self._named.rows(),
            "days": [row_of(each) for each in self._days],
            "day": self._day,
            "today": [row_of(each) for each in self._today],
            "clean": self._is_clean,
            "closed": self._closed_until,
            "protected": self._eligibility.protected,
        }


def _window_of(request: RecordingJobRequest, sources: Sources) -> Window:
    if request.date_range is None:
        raise ValueError("a plan by day needs a date range")
    return request.date_range.resolve(sources.reference)


def _start(entry: Entry) -> datetime:
    if entry.start is None:
        raise ValueError("an entry of a recording job has a start")
    return entry.start
