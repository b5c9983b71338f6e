"""The live platform's legal hold: which conversations it protects from deletion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from genesys_purge.errors import JobLost, UnreadableAnswer
from genesys_purge.model.platform import LIVE
from genesys_purge.ports import Genesys, Operation

# The platform names no permission for asking.
ASK = Operation("POST", "/api/v2/recordings/deletionprotection", lists=True, dialect=LIVE)
MOST_ASKED = 100


class Protection(NamedTuple):
    """Of the ids asked about: those protected, and those of which Genesys knows no recording."""

    protected: frozenset[str]
    unknown: frozenset[str]


def protection_of(ids: Sequence[str], genesys: Genesys) -> Protection:
    """Asked in hundreds; where Genesys does not know one, the others are asked about again."""
    parts = [
        _asked(ids[first : first + MOST_ASKED], genesys) for first in range(0, len(ids), MOST_ASKED)
    ]
    return _sum(parts)


def _asked(ids: Sequence[str], genesys: Genesys) -> Protection:
    try:
        answer = genesys.read(ASK, {"conversationIds": list(ids)})
    except JobLost:
        if len(ids) == 1:
            return Protection(frozenset(), frozenset(ids))
        middle = len(ids) // 2
        return _sum([_asked(ids[:middle], genesys), _asked(ids[middle:], genesys)])
    protected = frozenset(_ids_in(answer.get("entities")))
    if not protected <= {each.casefold() for each in ids}:
        raise UnreadableAnswer("Genesys answered a protected conversation that was not asked for")
    return Protection(protected, frozenset())


def _sum(parts: Sequence[Protection]) -> Protection:
    return Protection(
        frozenset().union(*(part.protected for part in parts)),
        frozenset().union(*(part.unknown for part in parts)),
    )


def _ids_in(rows: object) -> Iterator[str]:
    """The ids of the rows in lower case; a row without one may stand for any of those asked for."""
    if not isinstance(rows, list):
        raise UnreadableAnswer("Genesys answered the question for protection without a list")
    for row in rows:
        value = row.get("id") if isinstance(row, dict) else None
        if not isinstance(value, str) or not value:
            raise UnreadableAnswer("Genesys answered a protected conversation without an id")
        yield value.casefold()
