"""Approvals in DynamoDB; the audit record of each change is in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from genesys_purge.approvals.ports import ApprovalPage
from genesys_purge.errors import NotFound
from genesys_purge.model.approval import Approval, ApprovalState
from genesys_purge.model.listing import Listing
from genesys_purge.model.wire import configured
from genesys_purge.ports import Prepared
from genesys_purge.store.items import body_of
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.newest_first import Index, newest_first
from genesys_purge.store.sizes import within_limit
from genesys_purge.store.transactions import Write, prepared

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.model.audit import AuditRecord
    from genesys_purge.store.sizes import Item

LISTED = "approval"
NAMES = {"#version": "version"}


class DynamoApprovals:
    """Implements the port `ApprovalStore`."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger
        rest = {"listed": LISTED}
        self._index = Index(table, "ListIndex", "listed", "requestedAt", "approvalId", rest)

    def open(self, approval: Approval, record: AuditRecord, also: Sequence[Prepared] = ()) -> None:
        self._ledger.commit([self._new(approval), *prepared(also)], record)

    def opening(self, approval: Approval) -> Prepared:
        return Prepared(self._new(approval))

    def _new(self, approval: Approval) -> Write:
        return Write(self._table, _item(approval), "attribute_not_exists(approvalId)")

    def get(self, approval_id: str) -> Approval:
        key = {"approvalId": {"S": approval_id}}
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        if (item := answer.get("Item")) is None:
            raise NotFound("no approval has such an id")
        return _approval(item)

    def put(self, approval: Approval, record: AuditRecord, also: Sequence[Prepared] = ()) -> None:
        before: Item = {":before": {"N": str(approval.version - 1)}}
        mine = Write(self._table, _item(approval), "#version = :before", before, NAMES)
        self._ledger.commit([mine, *prepared(also)], record)

    def consuming(self, approval: Approval) -> Prepared:
        values: Item = {
            ":approved": {"S": ApprovalState.APPROVED},
            ":consumed": {"S": ApprovalState.CONSUMED},
        }
        consumed = approval.followed(state=ApprovalState.CONSUMED)
        condition = "#state IN (:approved, :consumed)"
        return Prepared(Write(self._table, _item(consumed), condition, values, {"#state": "state"}))

    def page(self, listing: Listing) -> ApprovalPage:
        page = newest_first(self._client, self._index, listing)
        return ApprovalPage([_approval(item) for item in page.items], page.following)


@within_limit
def _item(approval: Approval) -> Item:
    return {
        "approvalId": {"S": approval.approval_id},
        "listed": {"S": LISTED},
        "requestedAt": {"S": approval.requested_at.isoformat()},
        "state": {"S": approval.state},
        "version": {"N": str(approval.version)},
        "body": body_of(approval),
    }


def _approval(item: Item) -> Approval:
    """The approval in an item; Misconfigured, which allows nothing, if it cannot be read."""
    name = f"the approval {item['approvalId']['S']}"
    return configured(name, Approval, item["body"]["S"])
