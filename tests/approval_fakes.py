"""The in-memory twin of the store of approvals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from genesys_purge.approvals.ports import ApprovalPage, ApprovalStore
from genesys_purge.errors import LostRace, NotFound
from genesys_purge.model.approval import Approval, ApprovalState
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.listing import Listing
from genesys_purge.ports import AuditLog, Prepared

OPEN = (ApprovalState.APPROVED, ApprovalState.CONSUMED)


class MemoryApprovals(ApprovalStore):
    """Approvals by id; a prepared write is a function that checks, and returns what writes."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit
        self.stored: dict[str, Approval] = {}

    def open(self, approval: Approval, record: AuditRecord, also: Sequence[Prepared] = ()) -> None:
        commit([self.opening(approval), *also])
        self._audit.append(record)

    def opening(self, approval: Approval) -> Prepared:
        return self._prepared(approval, lambda: approval.approval_id not in self.stored)

    def get(self, approval_id: str) -> Approval:
        if approval_id not in self.stored:
            raise NotFound("no approval has such an id")
        return self.stored[approval_id]

    def put(self, approval: Approval, record: AuditRecord, also: Sequence[Prepared] = ()) -> None:
        before = approval.version - 1
        follows = self._prepared(approval, lambda: self._of(approval).version == before)
        commit([follows, *also])
        self._audit.append(record)

    def consuming(self, approval: Approval) -> Prepared:
        consumed = approval.followed(state=ApprovalState.CONSUMED)
        return self._prepared(consumed, lambda: self._of(approval).state in OPEN)

    def page(self, listing: Listing) -> ApprovalPage:
        found = [each for each in self.stored.values() if _matches(each, listing)]
        newest = sorted(found, key=lambda each: each.requested_at, reverse=True)
        return ApprovalPage(newest[: listing.limit], None)

    def _of(self, approval: Approval) -> Approval:
        return self.stored[approval.approval_id]

    def _prepared(self, approval: Approval, allowed: Callable[[], bool]) -> Prepared:
        def write() -> None:
            self.stored[approval.approval_id] = Approval.model_validate_json(
                approval.model_dump_json(by_alias=True, exclude_none=True)
            )

        return Prepared((allowed, write))


def _matches(approval: Approval, listing: Listing) -> bool:
    is_of_state = listing.values.get("state") in (None, approval.state)
    return is_of_state and listing.period.contains(approval.requested_at)


def commit(prepared: Sequence[Prepared]) -> None:
    """Do all prepared writes, or none; LostRace if a condition does not hold."""
    pairs = [cast("tuple[Callable[[], bool], Callable[[], None]]", each) for each in prepared]
    if not all(allowed() for allowed, _ in pairs):
        raise LostRace("another worker changed the record")
    for _, write in pairs:
        write()
