"""RequestResume and Resumption: deletion goes on after a stop when another person agrees."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from genesys_purge.approvals.errors import HashDiffers
from genesys_purge.approvals.ports import ApprovalStore, Effected
from genesys_purge.approvals.requests import opened
from genesys_purge.model.approval import Approval, ApprovalFacts, ApprovalKind, ApprovalState
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.dates import Instant
from genesys_purge.model.stops import Stop, UnreadableStop, audit_id, stop_id_of
from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Clock
from genesys_purge.stops.errors import NotStopped
from genesys_purge.stops.ports import StopStore
from genesys_purge.stops.requests import StopRequest, requested

# A stop may have another reason tomorrow.
EXPIRES_AFTER = timedelta(days=1)
UNREADABLE = "the stop could not be read"


class AskedResume(Wire):
    """The approval that waits for `missing` persons; deletion stays stopped until then."""

    stop_id: str
    approval_id: str
    state: ApprovalState
    missing: int
    expires_at: Instant


class RequestResume:
    """Two persons resume: a machine may ask, but then two others must approve."""

    def __init__(self, stops: StopStore, approvals: ApprovalStore, now: Clock) -> None:
        self._stops = stops
        self._approvals = approvals
        self._now = now

    def __call__(self, submitted: Submission) -> AskedResume:
        """Ask for approval; while an approval is pending, the answer is about that one.

        Raises NotStopped if no stop of the scope and name is in force.
        """
        request, now = requested(submitted.payload), self._now()
        stop_id = stop_id_of(request.scope, request.name)
        stored = self._stops.get(stop_id)
        if stored is None or not stored.is_in_force:
            raise NotStopped(f"{stop_id} is not stopped; `genesys-purge stops list` shows what is")
        if pending := self._pending(stored, now):
            return _answer(stop_id, pending)
        stop = stored if isinstance(stored, Stop) else _readable(stored, request, submitted, now)
        approval = _approval(stop, request, submitted, now)
        asked = stop.model_copy(update={"resume_approval": approval.approval_id})
        record = _record(approval, asked)
        self._approvals.open(approval, record, [self._stops.changing(asked, stored)])
        return _answer(stop_id, approval)

    def _pending(self, stop: Stop | UnreadableStop, now: datetime) -> Approval | None:
        """The approval that somebody asked for before and nobody has decided."""
        if isinstance(stop, UnreadableStop) or stop.resume_approval is None:
            return None
        found = self._approvals.get(stop.resume_approval)
        return found if found.state_at(now) is ApprovalState.PENDING else None


class Resumption:
    """The effect of the approval: the stop is in force no more."""

    def __init__(self, stops: StopStore) -> None:
        self._stops = stops

    def __call__(self, approval: Approval, now: datetime) -> Effected:
        """HashDiffers if this stop is over, or somebody asked again."""
        stop = self._stops.get(str(approval.summary["stopId"]))
        is_same = isinstance(stop, Stop) and stop.resume_approval == approval.approval_id
        if not isinstance(stop, Stop) or not is_same or not stop.is_in_force:
            raise HashDiffers("the stop has changed since the approval was asked for; ask again")
        last = approval.decisions[-1]
        resumed = stop.model_copy(
            update={
                "resumed_at": now,
                "resumed_by": last.actor,
                "resumed_by_person": last.person_id,
            }
        )
        return Effected([self._stops.changing(resumed, stop)], {"stop": resumed.facts()})


def _approval(stop: Stop, request: StopRequest, submitted: Submission, now: datetime) -> Approval:
    summary: dict[str, Any] = {
        "stopId": stop.stop_id,
        "stoppedAt": stop.stopped_at.isoformat(),
        "stoppedBy": stop.stopped_by,
        "stoppedBecause": list(stop.reasons),
        "resumeBecause": request.reason,
        "consequence": f"deletion goes on within ten minutes: {stop.stop_id}",
    }
    return opened(
        ApprovalKind.RESUME,
        audit_id(stop.stop_id),
        summary,
        submitted,
        now,
        expires_after=EXPIRES_AFTER,
    )


def _record(approval: Approval, stop: Stop) -> AuditRecord:
    return AuditRecord(
        run_id=approval.subject,
        at=approval.requested_at,
        actor=approval.requested_by,
        person_id=approval.requested_by_person,
        action=Action.APPROVAL_REQUESTED,
        approval=ApprovalFacts.of(approval),
        stop=stop.facts(),
        detail=str(approval.summary["resumeBecause"]),
    )


def _readable(
    stop: UnreadableStop, request: StopRequest, submitted: Submission, now: datetime
) -> Stop:
    """A stop of the same scope that can be resumed, in place of the unreadable one."""
    return Stop(
        stop_id=stop.stop_id,
        scope=request.scope,
        name=request.name,
        reason=f"{UNREADABLE}: {stop.problem}"[:500],
        stopped_at=now,
        stopped_by=submitted.actor,
        stopped_by_person=submitted.person_id,
    ).after(stop)


def _answer(stop_id: str, approval: Approval) -> AskedResume:
    given = ApprovalFacts.of(approval).given
    return AskedResume(
        stop_id=stop_id,
        approval_id=approval.approval_id,
        state=approval.state,
        missing=max(approval.needed - given, 0),
        expires_at=approval.expires_at,
    )
