"""The conversations of the simulator at the start."""

from datetime import datetime, timedelta

from simulator import Corpus, Kind, Mix
from simulator.organisation.generation import make_conversations

# Queries do not show litigation, so that each litigated record costs many submits.
MIX = Mix(litigated=0.0002)

# One in 50 conversations is over five years old: it ended 1,830 to 1,890 days ago.
AGED_SHARE = 50
HELD_SHARE = 50
AGED_SINCE = timedelta(days=1464)
AGED_SPAN_DAYS = 60
YOUNGEST_DAYS, DAYS_FOR_EACH_HELD = 400, 10


def conversations(count: int, seed: int, now: datetime) -> Corpus:
    """Makes `count` conversations, deterministic: most up to two years old, some over five."""
    aged = count // AGED_SHARE
    held = aged // HELD_SHARE
    counts = {Kind.ELIGIBLE: aged - held, Kind.HELD: held}
    return Corpus.of(
        [
            *make_conversations(MIX.counts(count - aged), seed, now),
            *make_conversations(counts, seed + 1, now - AGED_SINCE, AGED_SPAN_DAYS),
        ],
        now=now,
    )


def spread(count: int, seed: int, now: datetime, days: int) -> Corpus:
    """Makes `count` conversations on so many whole days until 400 days ago.

    One conversation is protected on a tenth of the days.
    """
    first = (now - timedelta(days=YOUNGEST_DAYS + days)).date()
    held = days // DAYS_FOR_EACH_HELD
    return Corpus.spread(
        count=count, first=first, days=days, now=now, seed=seed, held=held, held_days=held
    )
