"""RequestRelease and RequestNarrowing: let a legal hold cover less, by two persons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from genesys_purge.approvals.ports import ApprovalStore
from genesys_purge.approvals.requests import opened
from genesys_purge.errors import LostRace
from genesys_purge.holds.changing.requests import NarrowRequest, ReleaseRequest
from genesys_purge.holds.editing import (
    ATTEMPTS,
    audited,
    has_request,
    read,
    require_active,
    too_busy,
)
from genesys_purge.holds.errors import WrongState
from genesys_purge.holds.ports import HoldStore
from genesys_purge.holds.requests import Names, parsed
from genesys_purge.model.approval import Approval, ApprovalFacts, ApprovalKind
from genesys_purge.model.audit import Action
from genesys_purge.model.dates import Instant
from genesys_purge.model.hold_change import ChangeKind, HoldChange
from genesys_purge.model.hold_facts import HoldFacts, audit_id
from genesys_purge.model.hold_scope import HoldScope
from genesys_purge.model.holds import HoldDocument
from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Clock

KINDS = {
    ChangeKind.RELEASE: (ApprovalKind.HOLD_RELEASE, Action.HOLD_RELEASE_REQUESTED),
    ChangeKind.NARROWING: (ApprovalKind.HOLD_NARROWING, Action.HOLD_NARROWING_REQUESTED),
}


class RequestedChange(Wire):
    """A change that another person decides about, by the approval and the hash of what it shows."""

    hold_id: str
    approval_id: str
    subject_hash: str
    expires_at: Instant


class RequestChange:
    """Opens the approval of a release, or of a narrowing; nothing of the hold ends by that.

    The approval, the hold that names it and the audit record are stored together. `names` are those
    of the additional organisations.
    """

    def __init__(
        self,
        holds: HoldStore,
        approvals: ApprovalStore,
        names: Names,
        now: Clock,
        *,
        is_release: bool = True,
    ) -> None:
        self._holds = holds
        self._approvals = approvals
        self._names = names
        self._now = now
        self._kind = ChangeKind.RELEASE if is_release else ChangeKind.NARROWING

    def __call__(self, hold_id: str, submitted: Submission) -> RequestedChange:
        """Ask for the change; WrongState if the hold is released, or a change is under way."""
        is_release = self._kind is ChangeKind.RELEASE
        request = parsed(ReleaseRequest if is_release else NarrowRequest, submitted.payload)
        for _ in range(ATTEMPTS):
            try:
                return self._request(hold_id, request, submitted, self._now())
            except LostRace:
                continue
        raise too_busy(hold_id)

    def _request(
        self, hold_id: str, request: ReleaseRequest, submitted: Submission, now: datetime
    ) -> RequestedChange:
        stored = read(self._holds, hold_id)
        hold = stored.hold.at(now)
        require_active(hold, now)
        if hold.change and has_request(hold, self._approvals, now):
            raise WrongState(
                f"approval {hold.change.approval_id} about the hold waits for a decision; decide "
                "about it, or keep the hold, then repeat this"
            )
        scope, (kind, action) = request.scope_in(hold.scope, self._names), KINDS[self._kind]
        summary = _summary(hold, request, scope)
        approval = opened(kind, audit_id(hold_id), summary, submitted, now)
        asked = hold.model_copy(update={"change": self._change(approval, hold, request, scope)})
        record = audited(action, asked, submitted, now, request.reason)
        facts = {"approval": ApprovalFacts.of(approval)}
        self._approvals.open(
            approval, record.model_copy(update=facts), [self._holds.replacing(stored, asked)]
        )
        return RequestedChange(
            hold_id=hold_id,
            approval_id=approval.approval_id,
            subject_hash=approval.subject_hash,
            expires_at=approval.expires_at,
        )

    def _change(
        self, approval: Approval, hold: HoldDocument, request: ReleaseRequest, scope: HoldScope
    ) -> HoldChange:
        return HoldChange(
            kind=self._kind,
            approval_id=approval.approval_id,
            of_scope=hold.scope.digest,
            cool_down_days=request.cool_down_days,
            **({} if self._kind is ChangeKind.RELEASE else scope._asdict()),
        )


def _summary(hold: HoldDocument, request: ReleaseRequest, scope: HoldScope) -> Mapping[str, Any]:
    """What the approver is shown: of the held conversations all that are let go, and no other."""
    let_go = sorted(hold.scope.ids_beyond(scope))
    is_narrower = scope != hold.scope
    narrower = {"becomes": _shown(scope), "letGo": len(let_go), "letGoConversationIds": let_go}
    return {
        "hold": HoldFacts.of(hold).to_json() | {"scope": _shown(hold.scope)},
        "reason": request.reason,
        "coolDownDays": request.cool_down_days,
        **(narrower if is_narrower else {}),
    }


def is_shown(approval: Approval, hold: HoldDocument, change: HoldChange) -> bool:
    """Whether the approval shows exactly this change of exactly this hold.

    People may write the items of holds by hand, so the item alone does not say what is approved.
    """
    kind, _ = KINDS[change.kind]
    shown = approval.summary
    becomes = change.scope.digest if change.kind is ChangeKind.NARROWING else None
    return (
        approval.approval_id == change.approval_id
        and approval.kind is kind
        and change.of_scope == hold.scope.digest == _sha256_in(shown.get("hold", {}).get("scope"))
        and _sha256_in(shown.get("becomes")) == becomes
        and shown.get("coolDownDays") == change.cool_down_days
    )


def _sha256_in(shown: Mapping[str, Any] | None) -> str | None:
    return shown.get("sha256") if shown else None


def _shown(scope: HoldScope) -> Mapping[str, Any]:
    """A scope with the hash of its ids and dates."""
    return {
        "conversations": len(scope.conversation_ids or ()),
        "dateRange": str(scope.date_range or "") or None,
        "organisations": scope.organisations and list(scope.organisations),
        "everything": scope.is_everything,
        "sha256": scope.digest,
    }
