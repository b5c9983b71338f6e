"""The conversations that the simulated Genesys begins with."""

from datetime import datetime, timedelta

from simulator import Corpus, Kind, Mix
from simulator.generation import make_conversations

# Of litigated records the first look shows nothing: each costs a batch many a submit.
MIX = Mix(litigated=0.0002)

# One in so many is over five years old: they ended 1,830 to 1,890 days ago.
AGED_SHARE = 50
HELD_SHARE = 50
AGED_SINCE = timedelta(days=1464)
AGED_SPAN_DAYS = 60


def conversations(count: int, seed: int, now: datetime) -> Corpus:
    """So many, the same for the same arguments: a mix of one and two years, a few over five."""
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
