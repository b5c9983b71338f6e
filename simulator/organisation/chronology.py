"""Finds conversations by one of their times."""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from datetime import datetime

from simulator.organisation.conversation import Conversation


class Chronology:
    """Ids of conversations, by a time and then by id; sorted when it is first searched."""

    def __init__(self, time_of: Callable[[Conversation], datetime]) -> None:
        self._time_of = time_of
        self._times: list[datetime] = []
        self._ids: list[str] = []
        self._unsorted: list[Conversation] = []

    def add(self, conversations: Iterable[Conversation]) -> None:
        """Adds conversations; the next search finds them."""
        self._unsorted.extend(conversations)

    def between(self, start: datetime | None, stop: datetime) -> list[str]:
        """The ids with `start <= time < stop`, or `time < stop` without a start."""
        self._sort()
        first = 0 if start is None else bisect_left(self._times, start)
        return self._ids[first : bisect_left(self._times, stop)]

    def _sort(self) -> None:
        if not self._unsorted:
            return
        rows = list(zip(self._times, self._ids, strict=True))
        rows += [(self._time_of(each), each.conversation_id) for each in self._unsorted]
        rows.sort()
        self._times = [time for time, _ in rows]
        self._ids = [conversation_id for _, conversation_id in rows]
        self._unsorted = []
