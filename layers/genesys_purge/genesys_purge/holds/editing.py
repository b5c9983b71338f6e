"""Changes a stored hold as it was read, and never one that another person has changed since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from genesys_purge.approvals.ports import ApprovalStore
from genesys_purge.errors import LostRace, NotFound
from genesys_purge.holds.errors import WrongState
from genesys_purge.holds.ports import HoldStore, StoredHold, UnreadableHold
from genesys_purge.model.approval import ApprovalState
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.dates import Instant
from genesys_purge.model.hold_facts import HoldFacts, audit_id
from genesys_purge.model.holds import HoldDocument, HoldState
from genesys_purge.model.submission import Submission

ATTEMPTS = 5
UNKNOWN = "no hold has such an id"
# The hold after the change; the same hold if there is nothing to change.
Changed = Callable[[HoldDocument], HoldDocument]


def hold_id_in(subject: str) -> str:
    """The hold of an audit sequence."""
    return subject.removeprefix(audit_id(""))


def read(holds: HoldStore, hold_id: str) -> StoredHold:
    """The stored hold; NotFound without one, WrongState if it cannot be read."""
    stored = holds.stored(hold_id)
    if stored is None:
        raise NotFound(UNKNOWN)
    if isinstance(stored, UnreadableHold):
        raise WrongState(
            f"the hold {hold_id} cannot be read, so it blocks what it may cover: {stored.problem}; "
            "correct its item, then repeat the request"
        )
    return stored


def require_active(hold: HoldDocument, now: Instant) -> None:
    """WrongState for a hold that is released, or in the cool-down of a release or narrowing."""
    state = hold.state(now)
    if state is HoldState.RELEASED:
        raise WrongState(f"the hold {hold.hold_id} is released; place a new one")
    if state in (HoldState.RELEASING, HoldState.NARROWING):
        raise WrongState(
            f"the hold {hold.hold_id} is in the cool-down of a change ({state}); keep it, then "
            "repeat this"
        )


def has_request(hold: HoldDocument, approvals: ApprovalStore, now: datetime) -> bool:
    """Whether a request about the hold, as it is, waits for its decision."""
    change = hold.change
    if change is None or change.is_approved or change.of_scope != hold.scope.digest:
        return False
    try:
        approval = approvals.get(change.approval_id)
    except NotFound:
        return False
    return approval.state_at(now) is ApprovalState.PENDING


def too_busy(hold_id: str) -> WrongState:
    return WrongState(f"others change the hold {hold_id} all the time; read it, then repeat")


def edit(
    holds: HoldStore, hold_id: str, changed: Changed, record: Callable[[HoldDocument], AuditRecord]
) -> tuple[HoldDocument, bool]:
    """The hold after the change, and whether the change was stored now, with its audit record.

    Another change at the same time is read first, and `changed` decides again.
    """
    for _ in range(ATTEMPTS):
        stored = read(holds, hold_id)
        hold = changed(stored.hold)
        if hold == stored.hold:
            return hold, False
        try:
            holds.replace(stored, hold, record(hold))
        except LostRace:
            continue
        return hold, True
    raise too_busy(hold_id)


def audited(
    action: Action,
    hold: HoldDocument,
    submitted: Submission,
    now: Instant,
    detail: str | None = None,
) -> AuditRecord:
    """The audit record of what a person did to a hold, with the facts of the hold afterwards."""
    return AuditRecord(
        run_id=audit_id(hold.hold_id),
        at=now,
        actor=submitted.actor,
        person_id=submitted.person_id,
        action=action,
        hold=HoldFacts.of(hold),
        detail=detail,
    )
