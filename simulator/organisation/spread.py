"""Generates conversations over many days, with busy and quiet hours; the same for a seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from simulator.organisation.conversation import DOCUMENTED_MINIMUM_AGE, Conversation
from simulator.organisation.generation import conversation_with

A_DAY = timedelta(days=1)
MILLISECONDS_AN_HOUR = 3_600_000
# The share of each hour of the day, in UTC.
HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 20, 18, 14, 16, 18, 18, 16, 12, 8, 6, 4, 3, 2, 1)
BY_HOUR = tuple(hour for hour, share in enumerate(HOURS) for _ in range(share))
# The shares of durations in seconds; the longest are mails and messages that wait for an answer.
DURATIONS = ((800, 5, 900), (180, 900, 3600), (18, 3600, 36_000), (2, 36_000, 300_000))
BY_SHARE = tuple((least, most) for share, least, most in DURATIONS for _ in range(share))
LONGEST = timedelta(seconds=max(most for _, _, most in DURATIONS))


@dataclass(frozen=True, slots=True)
class Spread:
    """`count` conversations that start on `days` days; `held` of them, on `held_days` days."""

    count: int
    first: date
    days: int
    held: int = 0
    held_days: int = 0

    def require_old_enough(self, now: datetime) -> None:
        """Raises ValueError if a conversation could be too young to be deleted."""
        youngest = _midnight(self.first) + self.days * A_DAY + LONGEST
        if youngest + DOCUMENTED_MINIMUM_AGE > now:
            raise ValueError(f"{self.days} days from {self.first} are too young at {now}")


def spread_conversations(spread: Spread, seed: int, now: datetime) -> Iterator[Conversation]:
    """Generates the conversations day by day; raises ValueError if the spread is impossible."""
    spread.require_old_enough(now)
    random = Random(seed)  # noqa: S311  not for secrets
    counts = [0] * spread.days
    for _ in range(spread.count):
        counts[int(random.random() * spread.days)] += 1
    holds = _holds(spread, counts, random)
    for day, count in enumerate(counts):
        midnight = _midnight(spread.first) + day * A_DAY
        held = frozenset(random.sample(range(count), holds.get(day, 0)))
        for number in range(count):
            yield _conversation(midnight, random, held=number in held)


def _holds(spread: Spread, counts: Sequence[int], random: Random) -> dict[int, int]:
    """The number of held conversations of each day that has any."""
    busy = [day for day, count in enumerate(counts) if count]
    has_days = spread.held == 0 or spread.held_days > 0
    if spread.held_days > min(spread.held, len(busy)) or not has_days:
        raise ValueError(f"{spread.held} held ones cannot start on {spread.held_days} days")
    holds = dict.fromkeys(sorted(random.sample(busy, spread.held_days)), 1)
    free = [day for day in holds for _ in range(counts[day] - 1)]
    more = spread.held - spread.held_days
    if more > len(free):
        raise ValueError(f"{spread.held} held ones do not fit into {spread.held_days} days")
    for day in random.sample(free, more):
        holds[day] += 1
    return holds


def _conversation(midnight: datetime, random: Random, *, held: bool) -> Conversation:
    hour = BY_HOUR[int(random.random() * len(BY_HOUR))]
    least, most = BY_SHARE[int(random.random() * len(BY_SHARE))]
    start = midnight + timedelta(milliseconds=int((hour + random.random()) * MILLISECONDS_AN_HOUR))
    lasted = timedelta(milliseconds=int(1000 * (least + random.random() * (most - least))))
    return conversation_with(start, start + lasted, random, legal_hold=held)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
