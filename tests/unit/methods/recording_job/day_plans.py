"""Conversations of a few weeks, and which of them a plan must take, independent of the planner."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from genesys_purge.model.dates import Window, zulu
from genesys_purge.model.holds import Hold
from genesys_purge.model.retention import RetentionMatrix
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.recording_job.details import Details
from tests.unit.methods.recording_job.recorded import DAY, HOUR, IDS, call
from tests.unit.methods.scene import hold

FIRST = datetime(2025, 9, 1, tzinfo=NOON.tzinfo)
RULE = {"name": "n", "basis": "b", "minimumDays": 365}
EMAILS = RULE | {"minimumDays": 440, "match": {"interactionType": "email"}}
MATRIX = RetentionMatrix.parse({"rules": [RULE, EMAILS]})
BY_ID, PROTECTED, UNRECORDED = "held", "protected", "unrecorded"


class Past(NamedTuple):
    """A conversation that began some hours after FIRST; without `lasts`, its end is unreadable."""

    began: float
    lasts: float | None = 1
    media: tuple[str, ...] = ()
    mark: str = ""

    @property
    def start(self) -> datetime:
        return FIRST + self.began * HOUR

    @property
    def end(self) -> datetime | None:
        return None if self.lasts is None else self.start + self.lasts * HOUR

    def row(self, number: int) -> dict[str, Any]:
        participants = [{"sessions": [{"mediaType": each}]} for each in self.media]
        end = "later" if self.end is None else zulu(self.end)
        return call(number, self.start, conversationEnd=end, participants=participants)


class Scenario(NamedTuple):
    """What a request meets; the window and the dates of holds are in hours after FIRST."""

    past: list[Past]
    window: tuple[float, float] = (0, 30 * 24)
    held: tuple[tuple[float, float], ...] = ()

    @property
    def window_(self) -> Window:
        return window_of(*self.window)

    @property
    def request(self) -> dict[str, Any]:
        return builders.recording_job(dateRange=self.window_.to_json(), mediaTypes=["voice"])

    @property
    def holds(self) -> list[Hold]:
        """The holds by date, and one by id."""
        placed = [
            hold(hold_id=f"d{at}", date_range=window_of(*each)) for at, each in enumerate(self.held)
        ]
        named = frozenset(self.ids(BY_ID))
        return [*placed, hold(hold_id="ids", conversation_ids=named)] if named else placed

    def ids(self, mark: str) -> set[str]:
        return {IDS[at] for at, each in enumerate(self.past) if each.mark == mark}

    def details(self, size: int = 3, genesys: ScriptedGenesys | None = None) -> Details:
        details = Details((each.row(at) for at, each in enumerate(self.past)), size, genesys)
        details.protected, details.unrecorded = self.ids(PROTECTED), self.ids(UNRECORDED)
        return details

    @property
    def asked(self) -> dict[str, Past]:
        """The conversations that started in the window, by id."""
        begin, end = self.window_.start, self.window_.end
        return {IDS[at]: each for at, each in enumerate(self.past) if begin <= each.start < end}

    def reason(self, past: Past) -> str | None:
        """Why the conversation must be skipped; None if it must be taken."""
        end = past.end
        if end is None or end < past.start:
            return "too_young"
        by_date = any(
            FIRST + first * HOUR <= end < FIRST + last * HOUR for first, last in self.held
        )
        if past.mark == BY_ID or by_date:
            return "legal_hold"
        if end > NOON - (440 if "email" in past.media else 365) * DAY:
            return "too_young"
        return {PROTECTED: "protected", UNRECORDED: "not_found"}.get(past.mark)

    def is_clean(self, day: datetime) -> bool:
        """Whether a job may take all that started on the day after this midnight."""
        after = day + DAY
        if day < self.window_.start or after > self.window_.end:
            return False
        if any(self._closes(each, day) for each in self.asked.values()):
            return False
        # A hold by date closes the days that it touches.
        return not any(
            midnight(FIRST + first * HOUR) < after and FIRST + last * HOUR > day
            for first, last in self.held
        )

    def _closes(self, past: Past, day: datetime) -> bool:
        """Whether a skipped conversation touches the day."""
        if self.reason(past) in (None, "not_found"):
            return False
        last = max(past.end or past.start, past.start)
        return past.start < day + DAY and last >= day


def window_of(first: float, last: float) -> Window:
    return Window(start=FIRST + first * HOUR, end=FIRST + last * HOUR)


def midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def days_in(window: Window) -> list[datetime]:
    """The midnights at which its days begin."""
    first = midnight(window.start)
    days = range((window.end - first) // DAY + 1)
    return [first + each * DAY for each in days if first + each * DAY < window.end]


HOURS = st.one_of(
    st.sampled_from([0, 23.99, 24, 47.5, 48, 72, 73, 96, 720]), st.integers(-40, 50 * 24)
)
LASTS = st.sampled_from([0, 0.5, 1, 1, 1, 24, 60, 1_600, -2, None])
MEDIA = st.sampled_from([(), (), ("voice",), ("voice", "message"), ("email",)])
MARKS = st.sampled_from(["", "", "", "", "", UNRECORDED, PROTECTED, BY_ID])
ORDINARY = st.integers(0, 40 * 24).map(Past)
ANY = st.builds(Past, HOURS, LASTS, MEDIA, MARKS)
SPANS = st.tuples(st.integers(-30, 40 * 24), st.integers(1, 100)).map(
    lambda span: (span[0], sum(span))
)
SCENARIOS = st.builds(
    Scenario,
    st.lists(st.one_of(ORDINARY, ORDINARY, ANY), max_size=25),
    st.tuples(st.sampled_from([0, 0, 24, 5.5]), st.sampled_from([720, 1_080, 1_085.25, 40])),
    st.lists(SPANS, max_size=2).map(tuple),
)
