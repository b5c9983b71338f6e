"""Where a page of a purge rule's records ends, as a key of the audit table's index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.model.audit import AuditPosition

if TYPE_CHECKING:
    from genesys_purge.store.sizes import Item


def position_in(key: Item) -> AuditPosition:
    number = int(key["sequence"]["N"])
    return AuditPosition.parse(
        {"at": key["at"]["S"], "runId": key["runId"]["S"], "sequence": number}
    )


def start_after(after: AuditPosition, rule_id: str) -> Item:
    return {
        "ruleId": {"S": rule_id},
        "at": {"S": after.at.isoformat()},
        "runId": {"S": after.run_id},
        "sequence": {"N": str(after.sequence)},
    }
