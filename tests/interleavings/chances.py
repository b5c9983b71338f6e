"""The choices of a seed: how likely each kind of fault is, how many there are, and what they cost.

Each kind of fault has a budget. Once it is used up, these faults stop, so that every run can come
to its end.
"""

from __future__ import annotations

from collections import Counter
from random import Random

MOST_FAULTS, MOST_LONG_CALLS = 4, 5
RATES = (0.0, 0.0, 0.02, 0.1, 0.3, 0.6)
# In some seeds only these happen, and often: calls and messages whose outcome is unknown.
SILENT = frozenset({"lost before", "lost after", "late", "5xx after", "lost message"})
SILENT_SHARE, SILENT_RATES = 0.35, (0.2, 0.5, 0.8)
# In others nothing fails: only the order of the calls differs.
QUIET_SHARE = 0.2
# A port call takes milliseconds, seconds or half a minute and more: a slow login, a busy table.
SHORT, MIDDLE, LONG = (0.001, 0.06), (0.3, 8.0), (8.0, 70.0)
PROFILES = ((1.0, 1.0), (1.0, 1.0), (0.98, 0.998), (0.95, 0.99), (0.9, 0.97))


class Chances:
    """Draws everything that a seed decides, and counts the faults by kind."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311  a seed must repeat its draws
        self.counts: Counter[str] = Counter()
        self._budgets: dict[str, int] = {}
        self._is_calm = False
        self._long_calls = self.random.randint(0, MOST_LONG_CALLS)
        self._rates: dict[str, float] = {}
        theme = self.random.random()
        self._is_quiet = theme < QUIET_SHARE
        self._is_silent = QUIET_SHARE <= theme < QUIET_SHARE + SILENT_SHARE
        self._short, self._middle = self.random.choice(PROFILES)

    def hits(self, kind: str, scale: float = 1.0) -> bool:
        """Whether a fault of this kind happens now; each kind has its own rate in each seed."""
        if kind not in self._rates:
            self._rates[kind] = self._rate(kind)
            self._budgets[kind] = self.random.randint(1, MOST_FAULTS)
        if self._is_calm or not self._budgets[kind]:
            return False
        if self.random.random() >= self._rates[kind] * scale:
            return False
        self._budgets[kind] -= 1
        self.counts[kind] += 1
        return True

    def _rate(self, kind: str) -> float:
        if not self._is_silent:
            return 0.0 if self._is_quiet else self.random.choice(RATES)
        return self.random.choice(SILENT_RATES) if kind in SILENT else 0.0

    def often(self, share: float) -> bool:
        """A choice that is no fault, true for this share."""
        return self.random.random() < share

    def cost(self) -> float:
        """How many seconds one half of a port call takes."""
        drawn = self.random.random()
        if self._is_calm or drawn < self._short:
            return self.random.uniform(*SHORT)
        if drawn < self._middle or not self._long_calls:
            return self.random.uniform(*MIDDLE)
        self._long_calls -= 1
        self.counts["long calls"] += 1
        return self.random.uniform(*LONG)

    def between(self, least: float, most: float) -> float:
        """A number of seconds."""
        return self.random.uniform(least, most)

    def calm(self) -> None:
        """No fault and no slow call from now on."""
        self._is_calm = True
