"""ReadApprovals: what waits for a decision, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from genesys_purge.approvals.ports import ApprovalStore
from genesys_purge.model.approval import Approval, ApprovalKind, ApprovalState
from genesys_purge.model.listing import Position
from genesys_purge.model.paging import PAGE, PERIOD, Query, one_of
from genesys_purge.ports import Clock

LIST = "GET /approvals"
FILTERS = {"state": one_of(list(ApprovalState)), "kind": one_of(list(ApprovalKind))}


class ReadApprovals:
    """Answers questions about approvals; changes nothing."""

    def __init__(self, approvals: ApprovalStore, now: Clock) -> None:
        self._approvals = approvals
        self._now = now

    def __call__(
        self, route: str, path: Mapping[str, str], query: Mapping[str, str]
    ) -> dict[str, Any]:
        """The answer to `GET /approvals` or `GET /approvals/{approvalId}`."""
        if route == LIST:
            return self._list(query)
        return _shown(self._approvals.get(path["approvalId"]), self._now())

    def _list(self, given: Mapping[str, str]) -> dict[str, Any]:
        """A page, newest first; it may be short, or empty, although others follow."""
        query = Query(given, (*FILTERS, *PERIOD, *PAGE), LIST)
        listing, now = query.listing(FILTERS, query.position(Position)), self._now()
        # An approval expires without a write, so its state is compared here.
        page = self._approvals.page(listing._replace(values={}))
        rows = [_listed(each, now) for each in page.approvals]
        found = [row for row in rows if listing.values.items() <= row.items()]
        return query.page("approvals", found, page.following)


def _shown(approval: Approval, now: datetime) -> dict[str, Any]:
    return approval.to_json() | {"state": approval.state_at(now)}


def _listed(approval: Approval, now: datetime) -> dict[str, Any]:
    """An approval in a list, without its summary."""
    return {name: value for name, value in _shown(approval, now).items() if name != "summary"}
