"""The request for an approval, and the decision about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar
from uuid import uuid4

from pydantic import StringConstraints

from genesys_purge.model.approval import Approval, ApprovalKind, Comment, Vote, hash_of
from genesys_purge.model.person import approvals_needed
from genesys_purge.model.request import as_object, read_fields, require_none
from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire

EXPIRES_AFTER = timedelta(days=7)
R = TypeVar("R", bound=Wire)
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class DecisionRequest(Wire):
    """A decision about what has this hash; `comment` explains it."""

    decision: Vote
    subject_hash: Sha256
    comment: Comment | None = None


class WithdrawalRequest(Wire):
    """Why an approval is withdrawn."""

    comment: Comment | None = None


def opened(
    kind: ApprovalKind,
    subject: str,
    summary: Mapping[str, Any],
    submission: Submission,
    now: datetime,
    *,
    approval_id: str | None = None,
    needed: int = 1,
    expires_after: timedelta = EXPIRES_AFTER,
    approvers: tuple[str, ...] | None = None,
    rule: str | None = None,
    rule_version: int | None = None,
) -> Approval:
    """A pending approval that the sender of the submission asks for.

    `needed` persons must approve beside a known sender, and one more beside an unknown one.
    """
    return Approval(
        approval_id=approval_id or uuid4().hex,
        kind=kind,
        subject=subject,
        subject_hash=hash_of(kind, subject, summary),
        summary=summary,
        requested_by=submission.actor,
        requested_by_person=submission.person_id,
        requested_at=now,
        expires_at=now + expires_after,
        needed=approvals_needed(needed, submission.person_id),
        approvers=approvers,
        rule=rule,
        rule_version=rule_version,
    )


def decision_in(payload: Any) -> DecisionRequest:
    """The checked decision; InvalidRequest names every wrong field."""
    return _read(DecisionRequest, payload)


def withdrawal_in(payload: Any) -> WithdrawalRequest:
    """The checked withdrawal; InvalidRequest names every wrong field."""
    return _read(WithdrawalRequest, payload)


def _read(model: type[R], payload: Any) -> R:
    found, errors = read_fields(model, as_object(payload))
    require_none(errors)
    return found
