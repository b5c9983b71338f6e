"""The interfaces of approvals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from genesys_purge.model.approval import Approval
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.listing import Listing, Position
from genesys_purge.ports import Prepared


class ApprovalPage(NamedTuple):
    """Approvals, newest first, and the position after which the next page begins, if any."""

    approvals: Sequence[Approval]
    following: Position | None


class ApprovalStore(Protocol):
    """The stored approvals; every read but the list is consistent."""

    def open(self, approval: Approval, record: AuditRecord, also: Sequence[Prepared] = ()) -> None:
        """Store a new approval with its audit record and the other writes, or none of them.

        LostRace if its id is taken, or if the condition of another write fails.
        """

    def opening(self, approval: Approval) -> Prepared:
        """The write of a new approval, for a transaction of another store."""

    def get(self, approval_id: str) -> Approval:
        """The approval; NotFound if there is none."""

    def put(self, approval: Approval, record: AuditRecord, also: Sequence[Prepared] = ()) -> None:
        """Store the next version as `open` does; LostRace unless it follows the stored one."""

    def consuming(self, approval: Approval) -> Prepared:
        """The write that marks an approved approval as consumed; it may be made twice.

        Its condition is that the stored approval is approved, or consumed already.
        """

    def page(self, listing: Listing) -> ApprovalPage:
        """A page of the approvals by the time of their request; it lags behind a little."""


class Effected(NamedTuple):
    """What an approval does: writes of other stores, and facts for its audit record."""

    writes: Sequence[Prepared]
    facts: Mapping[str, Any]


class Effect(Protocol):
    """Does what was approved, in the transaction of the last decision."""

    def __call__(self, approval: Approval, now: datetime) -> Effected:
        """The effect; HashDiffers if the subject is no longer what was approved."""
