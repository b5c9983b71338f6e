"""The numbers of a run's audit records: which ones are free, and which ones no record took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, count, islice
from typing import TYPE_CHECKING, NamedTuple

from genesys_purge.model.audit import Action, AuditRecord

if TYPE_CHECKING:
    from genesys_purge.store.sizes import Item

# A record whose number is taken draws from twice as many free numbers, up to this many.
SPREAD = 8
# The last records of a run, which are read to find free numbers.
TAIL = 2 * SPREAD
# A record may take a gap only if the record above it is not much older. So the numbers follow the
# times, except for records that are appended at the same time.
YOUNG = timedelta(seconds=2)
# More gaps than these are not from the application. They stay visible, and cost no more writes.
MOST_GAPS = 1_000
ACTOR = "ledger"


class Tail(NamedTuple):
    """The numbers that a new record may take: gaps that are young, and all numbers from `above`.

    `unused` has a record for each gap that is older.
    """

    young: list[int]
    unused: list[AuditRecord]
    above: int

    def free(self, most: int) -> list[int]:
        """The lowest free numbers."""
        return list(islice(chain(self.young, count(self.above)), most))


def tail_of(record: AuditRecord, newest: Iterable[Item], *, is_whole: bool) -> Tail:
    """The tail for a new record, given the newest records of its run in descending order.

    `is_whole` says that the run has no other records, so that each number from 1 may be free.
    """
    items = list(newest)[::-1]
    first = 1 if is_whole or not items else _number(items[0])
    gaps = list(islice(gaps_in(record.run_id, items, first), TAIL))
    unused = [gap for gap in gaps if record.at - gap.at > YOUNG]
    young = [gap.sequence for gap in gaps if record.at - gap.at <= YOUNG]
    return Tail(young, unused, _number(items[-1]) + 1 if items else first)


def gaps_in(run_id: str, stored: Iterable[Item], first: int = 1) -> Iterator[AuditRecord]:
    """A record for each number from `first` that is missing, with the time of the record above.

    Take a bounded number of them: a forged record may have any number.
    """
    expected = first
    for item in stored:
        at = datetime.fromisoformat(item["at"]["S"])
        for missing in range(expected, _number(item)):
            yield AuditRecord(
                run_id=run_id, sequence=missing, at=at, actor=ACTOR, action=Action.NUMBER_UNUSED
            )
        expected = _number(item) + 1


def _number(item: Item) -> int:
    return int(item["sequence"]["N"])
