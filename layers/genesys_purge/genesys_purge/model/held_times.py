"""What Genesys answered about the times of a hold's conversations; stored beside the hold."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from weakref import WeakKeyDictionary

from genesys_purge.model.dates import Instant, Window
from genesys_purge.model.days import joined
from genesys_purge.model.wire import Wire
from genesys_purge.model.wording import counted

DEFAULT = "default"
MOST_EXAMPLES = 20
# Why the time of a conversation is unknown.
NOT_FOUND, NO_TIME = "not_found", "no_time"
WORDS = {
    NOT_FOUND: "Genesys does not know {}",
    NO_TIME: "Genesys reports no start and end of {}",
}


# Every permit asks for those of all holds, whose sets of ids are kept in memory.
_FINGERPRINTS: WeakKeyDictionary[frozenset[str], str] = WeakKeyDictionary()


class HeldTimes(Wire):
    """The UTC days of the conversations of hold `holdId`, which had the ids of `fingerprint`.

    `days` are whole days, from each conversation's start to its end. `unknown` counts the
    conversations without a known time by reason, and `examples` has some of their ids.
    `organisations` have answered; `unanswered` could not be asked. `asked` is in a look-up that is
    not complete: how many of the sorted ids were asked for. Such times say nothing about the hold.
    """

    hold_id: str
    fingerprint: str
    looked_up_at: Instant
    organisations: tuple[str, ...]
    unanswered: tuple[str, ...] = ()
    days: tuple[Window, ...] = ()
    unknown: Mapping[str, int] = {}
    examples: tuple[str, ...] = ()
    asked: int | None = None

    def with_more(self, other: HeldTimes) -> HeldTimes:
        """These times and those of further ids of the hold, as old as the older of the two."""
        return self.model_copy(
            update={
                "looked_up_at": min(self.looked_up_at, other.looked_up_at),
                "days": joined([*self.days, *other.days]),
                "unknown": dict(Counter(self.unknown) + Counter(other.unknown)),
                "examples": (*self.examples, *other.examples)[:MOST_EXAMPLES],
            }
        )

    @property
    def gap(self) -> str | None:
        """Why the time of a conversation is unknown; None if every time is known."""
        gaps = [
            WORDS.get(reason, reason).format(counted(count, "of them", "of them"))
            for reason, count in self.unknown.items()
        ]
        if self.unanswered:
            gaps.append(f"{counted(len(self.unanswered), 'organisation')} could not be asked")
        return ", ".join(gaps) or None


def fingerprint(ids: Iterable[str]) -> str:
    """Identifies a set of ids: times of other ids say nothing about it."""
    known = frozenset(ids)
    found = _FINGERPRINTS.get(known)
    if found is None:
        found = hashlib.sha256("\n".join(sorted(known)).encode()).hexdigest()
        _FINGERPRINTS[known] = found
    return found
