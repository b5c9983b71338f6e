"""The conversations that started in a window, page by page; a later turn can go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from genesys_purge.errors import GenesysUnavailable, JobLost, UnreadableAnswer
from genesys_purge.methods.recording_job import details_job
from genesys_purge.methods.recording_job.conversations import (
    LONGEST_DAYS,
    Conversation,
    Filter,
    LargeAnswerError,
    query_of,
    started_in,
    whole_days,
)
from genesys_purge.methods.recording_job.details_job import JobState, ResultPage
from genesys_purge.model.dates import Window
from genesys_purge.model.days import days_in
from genesys_purge.model.entry_rows import microseconds, moment
from genesys_purge.ports import Genesys

# Up to so many conversations, the synchronous query takes fewer calls than a job and its pages.
LARGE = 2_000
FIRST_WAIT, GROWTH, LONGEST_WAIT = 5.0, 1.5, 60.0
# The default of the platform. A row has all segments of its conversation, so a page may be too long
# for our client or take too long; then it asks for less.
LARGEST_PAGE, SMALLEST_PAGE = 1_000, 125
# A job that needs longer, or that failed so often, does not answer any more.
MOST_POLLS, MOST_JOBS = 400, 4


class Wait(NamedTuple):
    """There is no page before so many seconds."""

    seconds: float


class Position:
    """Where the search stands: in which part of the window, in which job, after what.

    `last` is the start of the last conversation that was passed, and `ids` are those that were
    passed with that start.
    """

    def __init__(self, stored: Mapping[str, Any] | None) -> None:
        given = stored or {}
        self.part: int = given.get("part", 0)
        self.job_id: str | None = given.get("job")
        self.jobs: int = given.get("jobs", 0)
        self.polls: int = given.get("polls", 0)
        self.cursor: str | None = given.get("cursor")
        self.size: int = given.get("size", LARGEST_PAGE)
        last = given.get("last")
        self.last = None if last is None else moment(last)
        self.ids = set(given.get("ids", ()))

    def to_json(self) -> dict[str, Any]:
        return {
            "part": self.part,
            "job": self.job_id,
            "jobs": self.jobs,
            "polls": self.polls,
            "cursor": self.cursor,
            "size": self.size,
            "last": None if self.last is None else microseconds(self.last),
            "ids": sorted(self.ids),
        }

    def next_part(self) -> None:
        self.part += 1
        self.job_id, self.cursor, self.jobs, self.polls = None, None, 0, 0

    def require_job_left(self) -> None:
        """GenesysUnavailable if the part has used all its jobs."""
        if self.jobs >= MOST_JOBS:
            raise GenesysUnavailable(f"{MOST_JOBS} searches for conversations ended without result")

    def new_job(self, job_id: str) -> None:
        self.job_id, self.cursor, self.polls = job_id, None, 0
        self.jobs += 1

    def pass_over(self, conversation: Conversation) -> None:
        if conversation.start != self.last:
            self.last, self.ids = conversation.start, set()
        self.ids.add(conversation.conversation_id)

    def is_after(self, conversation: Conversation) -> bool:
        """Whether the conversation was passed already."""
        if self.last is None or conversation.start > self.last:
            return False
        return conversation.start < self.last or conversation.conversation_id in self.ids


class StartedIn:
    """Iterates over pages of conversations in order of start, each conversation once.

    A large part of the window is searched by a job, as far as jobs know the conversations.
    """

    def __init__(
        self,
        window: Window,
        conversation_filters: Sequence[Filter],
        segment_filters: Sequence[Filter],
        genesys: Genesys,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        self._parts = list(window.split(LONGEST_DAYS))
        self._filters = conversation_filters, segment_filters
        self._query = query_of(conversation_filters, segment_filters)
        self._genesys = genesys
        self._at = Position(after)
        # The start of the last conversation that this search has read; the next page begins there.
        self._reached: datetime | None = None

    def __iter__(self) -> Iterator[Sequence[Conversation] | Wait]:
        while self._at.part < len(self._parts):
            part = self._parts[self._at.part]
            if self._at.job_id:
                yield from self._by_job(part)
            else:
                yield from self._by_query(part)
            self._at.next_part()

    def passed(self, conversations: Sequence[Conversation]) -> None:
        """Note that the caller is done with these."""
        for each in conversations:
            self._at.pass_over(each)

    def state(self) -> dict[str, Any]:
        """Where to go on, as JSON values."""
        return self._at.to_json()

    def _by_query(self, part: Window) -> Iterator[Sequence[Conversation] | Wait]:
        try:
            yield self._queried(part, LARGE)
        except LargeAnswerError:
            if self._is_available(part):
                yield from self._by_job(part)
                return
            # A turn can end between two days.
            for day in days_in(part):
                if self._at.last is None or day.end > self._at.last:
                    yield self._queried(day)

    def _queried(self, part: Window, most: int | None = None) -> Sequence[Conversation]:
        found = list(started_in(part, *self._filters, self._genesys, most=most))
        return sorted((each for each in found if not self._at.is_after(each)), key=_by_start)

    def _is_available(self, part: Window) -> bool:
        return self._available_until is not None and part.end <= self._available_until

    @cached_property
    def _available_until(self) -> datetime | None:
        return details_job.available_until(self._genesys)

    def _by_job(self, part: Window) -> Iterator[Sequence[Conversation] | Wait]:
        while True:
            if self._at.job_id is None:
                self._at.require_job_left()
                query = whole_days(part, self._query)
                self._at.new_job(details_job.create_job(query, self._genesys))
                self._reached = None
                yield Wait(FIRST_WAIT)
            try:
                yield from self._results(part)
            except JobLost:
                self._at.job_id = None
            else:
                return

    def _results(self, part: Window) -> Iterator[Sequence[Conversation] | Wait]:
        """The waits and pages of the job; JobLost if it ended without results."""
        while (state := self._state()) is not JobState.FULFILLED:
            if state is JobState.ENDED:
                raise JobLost("the search for conversations ended without result")
            self._at.polls += 1
            if self._at.polls > MOST_POLLS:
                raise GenesysUnavailable("a search for conversations does not end")
            yield Wait(min(FIRST_WAIT * GROWTH**self._at.polls, LONGEST_WAIT))
        while True:
            page = self._page()
            found = _once(each for each in page.conversations if part.contains(each.start))
            yield [each for each in found if not self._at.is_after(each)]
            if page.cursor is None:
                return
            self._at.cursor = page.cursor

    def _page(self) -> ResultPage:
        """The next page; after a failure, the first one of smaller pages."""
        at = self._at
        while True:
            try:
                page = details_job.page_of(self._job_id, at.size, at.cursor, self._genesys)
            except (GenesysUnavailable, UnreadableAnswer):
                if at.size == SMALLEST_PAGE:
                    raise
                # The cursor may belong to the size of its page.
                at.size, at.cursor, self._reached = max(at.size // 2, SMALLEST_PAGE), None, None
            else:
                self._require_order(page)
                return page

    def _require_order(self, page: ResultPage) -> None:
        """UnreadableAnswer unless the conversations of all pages are in order of start."""
        before = [self._reached] if self._reached else []
        starts = [*before, *(each.start for each in page.conversations)]
        if starts != sorted(starts):
            raise UnreadableAnswer("Genesys answered conversations in another order")
        self._reached = starts[-1] if starts else None

    def _state(self) -> JobState:
        return details_job.state_of(self._job_id, self._genesys)

    @property
    def _job_id(self) -> str:
        if self._at.job_id is None:
            raise ValueError("the search has no job")
        return self._at.job_id


def _once(found: Iterable[Conversation]) -> Iterable[Conversation]:
    """Each conversation once, with all its answers combined."""
    known: dict[str, Conversation] = {}
    for each in found:
        known[each.conversation_id] = each.joined(known.get(each.conversation_id, each))
    return known.values()


def _by_start(conversation: Conversation) -> tuple[datetime, str]:
    return conversation.start, conversation.conversation_id
