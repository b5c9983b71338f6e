"""Planned deviations: how the recordings of a recording job differ from its query."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Deviation:
    """How new recording jobs differ from their queries.

    - A job covers the conversations in `adds` too, and none of those in `leaves_out`.
    - With `ignores_start_of_day`, `startOfDayIntervalMatching` has no effect.
    - The first `after` jobs are right, the next `times` are wrong (None: all).
    """

    adds: tuple[str, ...] = ()
    leaves_out: frozenset[str] = frozenset()
    ignores_start_of_day: bool = False
    times: int | None = None
    after: int = 0

    def affects(self, number: int) -> bool:
        """Whether it affects the job of this number, counted from 0 since the deviation."""
        return number >= self.after and (self.times is None or number < self.after + self.times)


NO_DEVIATION = Deviation()


class Deviations:
    """The planned deviations; all that are due apply together. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._planned: list[tuple[Deviation, int]] = []
        self._jobs = 0

    def add(self, *deviations: Deviation) -> None:
        """Plans deviations; each counts the jobs from now on."""
        with self._lock:
            self._planned += [(each, self._jobs) for each in deviations]

    def clear(self) -> None:
        """Removes every deviation; the recordings of existing jobs stay as they are."""
        with self._lock:
            self._planned.clear()

    def for_job(self) -> Deviation:
        """Counts the new job and returns its deviation."""
        with self._lock:
            due = [each for each, first in self._planned if each.affects(self._jobs - first)]
            self._jobs += 1
        return Deviation(
            adds=tuple(dict.fromkeys(added for each in due for added in each.adds)),
            leaves_out=frozenset().union(*(each.leaves_out for each in due)),
            ignores_start_of_day=any(each.ignores_start_of_day for each in due),
        )
