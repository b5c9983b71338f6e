"""The live platform's deletion protection: its own legal hold on conversations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from genesys_purge.errors import NotAtGenesys, UnreadableAnswer
from genesys_purge.model.platform import LIVE
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

# Genesys documents no permission for this call.
ASK = Operation(
    "POST",
    "/api/v2/recordings/deletionprotection",
    lists=True,
    dialect=LIVE,
    missing=Missing.ENTITY,
)
MOST_ASKED = 100


class Protection(NamedTuple):
    """The protected conversations, and those for which Genesys has no recording."""

    protected: frozenset[str]
    unknown: frozenset[str]


def protection_of(ids: Sequence[str], genesys: Genesys) -> Protection:
    """Ask for 100 ids at a time; halve those in which Genesys does not know every id."""
    parts = [
        _asked(ids[first : first + MOST_ASKED], genesys) for first in range(0, len(ids), MOST_ASKED)
    ]
    return _sum(parts)


def _asked(ids: Sequence[str], genesys: Genesys) -> Protection:
    try:
        answer = genesys.read(ASK, {"conversationIds": list(ids)})
    except NotAtGenesys:
        if len(ids) == 1:
            return Protection(frozenset(), frozenset(ids))
        middle = len(ids) // 2
        return _sum([_asked(ids[:middle], genesys), _asked(ids[middle:], genesys)])
    protected = frozenset(_ids_in(answer.get("entities")))
    if not protected <= {each.casefold() for each in ids}:
        raise UnreadableAnswer("Genesys answered the protection of a conversation not asked for")
    return Protection(protected, frozenset())


def _sum(parts: Sequence[Protection]) -> Protection:
    return Protection(
        frozenset().union(*(part.protected for part in parts)),
        frozenset().union(*(part.unknown for part in parts)),
    )


def _ids_in(rows: object) -> Iterator[str]:
    """The ids of the rows in lower case; UnreadableAnswer if a row has none."""
    if not isinstance(rows, list):
        raise UnreadableAnswer("Genesys answered deletion protection without a list")
    for row in rows:
        value = row.get("id") if isinstance(row, dict) else None
        if not isinstance(value, str) or not value:
            raise UnreadableAnswer("Genesys answered a protected conversation without an id")
        yield value.casefold()
