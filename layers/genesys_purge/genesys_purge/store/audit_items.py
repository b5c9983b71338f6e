"""An audit record as two items: its sealed text, and what can be erased."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import orjson

from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.erasable import divided, has_digests, joined
from genesys_purge.store.personal_data import PersonalData, disclosures_item
from genesys_purge.store.sizes import MOST_BYTES, shorter, size_of

if TYPE_CHECKING:
    from genesys_purge.store.sizes import Item

    Key = tuple[str, int]


# The answer of a function has at most 6 MB, and each letter may need several bytes there.
MOST_AT_ONCE = 1_000_000


class AuditItems(NamedTuple):
    """The item of the audit table, and that of the table of personal data, if it needs one."""

    sealed: Item
    personal: Item | None


def items_of(record: AuditRecord) -> AuditItems:
    """The items of a record; its explanations are shortened if an item would be too large."""
    for candidate in shorter(record):
        found = _items_of(candidate)
        if all(size_of(each) <= MOST_BYTES for each in found if each):
            break
    return found


def records_in(
    items: Sequence[Item], disclosures: Mapping[Key, Sequence[str]]
) -> Iterator[AuditRecord]:
    """The records in items of the audit table, with the disclosures that are not erased.

    It ends behind the record with which the texts are larger than `MOST_AT_ONCE` bytes.
    """
    size = 0
    for item in items:
        body, own = item["body"]["S"], disclosures.get(key_of(item), ())
        yield joined(AuditRecord, body, own)
        size += len(body) + sum(map(len, own))
        if size > MOST_AT_ONCE:
            return


class StoredRecords:
    """Reads records from their stored texts, with their disclosures that are not erased."""

    def __init__(self, personal: Callable[[], PersonalData]) -> None:
        self._personal = personal

    def read(self, run_id: str, sequence: int, body: str) -> AuditRecord:
        """The record; most of them have nothing in the table of personal data."""
        key = run_id, sequence
        disclosures = self._personal().disclosures([key]) if has_digests(body) else {}
        return joined(AuditRecord, body, disclosures.get(key, ()))


def key_of(item: Item) -> Key:
    """The run and the number of a record."""
    return item["runId"]["S"], int(item["sequence"]["N"])


def _items_of(record: AuditRecord) -> AuditItems:
    parts = divided(record)
    rule: Item = {"ruleId": {"S": record.rule_id}} if record.rule_id else {}
    sealed = rule | {
        "runId": {"S": record.run_id},
        "sequence": {"N": str(record.sequence)},
        "action": {"S": record.action},
        "at": {"S": record.at.isoformat()},
        "body": {"S": orjson.dumps(parts.sealed).decode()},
    }
    if not parts.disclosures:
        return AuditItems(sealed, None)
    personal = disclosures_item(record.run_id, record.sequence, record.action, parts.disclosures)
    return AuditItems(sealed, personal)
