"""Generates small organisations whose conversations lie in and around the window of a run."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st

from simulator import Conversation
from simulator.organisation.deviations import Deviation
from simulator.organisation.words import MediaType
from tests.builders import days_ago, recording_job, uuids

# A window has so many days. Conversations start up to so many days before and after it.
DAYS, BEFORE, AFTER = 8, 4, 2
LEAST_AGE = timedelta(days=365)
# The first midnight of the window: a year old at its end, or over five years.
YOUNG, AGED = days_ago(375.5), days_ago(1_900.5)
A_DAY, A_SECOND, A_MILLISECOND = timedelta(days=1), timedelta(seconds=1), timedelta(milliseconds=1)
TIMES = (
    timedelta(0),
    A_MILLISECOND,
    timedelta(hours=3),
    timedelta(hours=12),
    A_DAY - A_SECOND,
    A_DAY - A_MILLISECOND,
)
SHORT = (timedelta(0), A_MILLISECOND, A_SECOND, timedelta(minutes=10))
# Most conversations are short, so that some days are clean. None is an unreadable end.
LENGTHS = (*(SHORT * 4), timedelta(hours=12), A_DAY, 2 * A_DAY, 40 * A_DAY, None)
# Not every conversation by mail or chat has a recording.
MEDIA = (MediaType.VOICE, MediaType.EMAIL, MediaType.CHAT)
FIRST_NEW_SERIES = 1_000


def examples(share: float) -> settings:
    """A share of the profile's number of examples, because each one runs a whole application."""
    return settings(max_examples=max(2, int(share * settings().max_examples)))


class Organisation(NamedTuple):
    """Conversations, and the first midnight of the window of `DAYS` days that a run purges."""

    first: datetime
    conversations: tuple[Conversation, ...]

    @property
    def last(self) -> datetime:
        return self.first + DAYS * A_DAY

    @property
    def ids(self) -> list[str]:
        return [each.conversation_id for each in self.conversations]

    def request(self, **fields: Any) -> dict[str, Any]:
        window = {"start": self.first.isoformat(), "end": self.last.isoformat()}
        return recording_job(**{"dateRange": window} | fields)

    def eligible(self, now: datetime) -> set[str]:
        """The conversations that started in the window and are old enough."""
        return {
            each.conversation_id
            for each in self.conversations
            if self.first <= each.start < self.last and each.aged(LEAST_AGE, now)
        }


class ChangeKind(StrEnum):
    """What can happen around a run: our holds, Genesys's protection, retention, new data."""

    HOLD_IDS = "hold_ids"
    HOLD_DATES = "hold_dates"
    PROTECT = "protect"
    KEEP_LONGER = "keep_longer"
    APPEAR = "appear"


class Change(NamedTuple):
    """A change after so many answers of Genesys, 0 before the run, about some conversations."""

    kind: ChangeKind
    after: int
    about: tuple[Conversation, ...]

    @property
    def ids(self) -> set[str]:
        return {each.conversation_id for each in self.about}

    @property
    def ends(self) -> list[datetime]:
        return sorted(each.last_activity for each in self.about)


class Limits(NamedTuple):
    """Limits of the application that are so small that a few conversations exceed them."""

    batch_size: int = 2
    most_named: int = 1
    most_counted: int = 2_000
    large: int = 2_000
    chunk: int = 100


@st.composite
def conversations(draw: st.DrawFn, first: datetime, series: int, most: int) -> Any:
    """Up to `most` conversations in and around the window that begins at `first`."""
    drawn = st.tuples(
        st.integers(-BEFORE, DAYS + AFTER - 1).map(lambda day: first + day * A_DAY),
        st.sampled_from(TIMES),
        st.sampled_from(LENGTHS),
        st.sampled_from(MEDIA),
    )
    found = draw(st.lists(drawn, min_size=1, max_size=most))
    return tuple(
        Conversation(each, day + time, None if length is None else day + time + length, media)
        for each, (day, time, length, media) in zip(uuids(most, series), found, strict=False)
    )


@st.composite
def organisations(draw: st.DrawFn, *firsts: datetime) -> Organisation:
    """Any conversations, and up to 30 short calls that are spread evenly over the window."""
    first = draw(st.sampled_from(firsts))
    of_any_kind = draw(conversations(first, 1, 30))
    calls = draw(st.integers(5, 30))
    starts = [first + number * DAYS * A_DAY / calls for number in range(calls)]
    spread = (
        Conversation(each, start, start + A_SECOND)
        for each, start in zip(uuids(calls, 2), starts, strict=True)
    )
    return Organisation(first, (*of_any_kind, *spread))


@st.composite
def changes(draw: st.DrawFn, organisation: Organisation, *kinds: ChangeKind) -> list[Change]:
    """Up to three changes, each about one to three conversations."""
    found = []
    for number in range(draw(st.integers(0, 3))):
        kind, after = draw(st.sampled_from(kinds)), draw(st.just(0) | st.integers(1, 60))
        # A request that is too young is refused before its run.
        after = max(after, 4) if kind is ChangeKind.KEEP_LONGER else after
        new = conversations(organisation.first, FIRST_NEW_SERIES + number, 3)
        known = st.lists(
            st.sampled_from(organisation.conversations),
            min_size=1,
            max_size=3,
            unique_by=lambda each: each.conversation_id,
        )
        about = draw(new if kind is ChangeKind.APPEAR else known)
        found.append(Change(kind, after, tuple(about)))
    return found


def deviations(organisation: Organisation) -> st.SearchStrategy[list[Deviation]]:
    """One or two deviations of any kind, of some or of all jobs."""
    ids = st.sampled_from(organisation.ids)
    deviation = st.builds(
        Deviation,
        adds=st.lists(ids, max_size=2, unique=True).map(tuple),
        leaves_out=st.frozensets(ids, max_size=2),
        ignores_start_of_day=st.booleans(),
        times=st.sampled_from([1, 2, None]),
        after=st.integers(0, 3),
    )
    return st.lists(deviation, min_size=1, max_size=2)


def limits() -> st.SearchStrategy[Limits]:
    """Small limits in any combination."""
    return st.builds(
        Limits,
        batch_size=st.sampled_from([1, 2, 5]),
        most_named=st.sampled_from([1, 3, 100]),
        most_counted=st.sampled_from([1, 2_000]),
        large=st.sampled_from([3, 2_000]),
        chunk=st.sampled_from([2, 100]),
    )
