"""RemindApprovers: bring what waits for a decision to mind, before its time is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from genesys_purge.approvals.closing import close
from genesys_purge.approvals.ports import ApprovalStore
from genesys_purge.model.approval import (
    REMINDERS,
    Approval,
    ApprovalFacts,
    ApprovalKind,
    ApprovalState,
)
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.listing import Listing, Period
from genesys_purge.ports import Clock, Isolate, Meter, Runs

ACTOR = "remind_approvers"
# No approval waits longer; the rest is for sweeps that failed.
LONGEST_WAIT = timedelta(days=60)
PAGE = 100
RUN_ENDED = "its run has ended"


class RemindApprovers:
    """One sweep over the pending approvals; it decides nothing, and may be repeated.

    A reminder is an audit record, stored together with the approval that remembers it. So each is
    given once, and subscribers get it from the stream of the audit. What nobody decided in time is
    recorded as expired; an execution does that for its own run. The approval of a run that has
    ended is withdrawn.
    """

    def __init__(self, approvals: ApprovalStore, runs: Runs, meter: Meter, now: Clock) -> None:
        self._approvals = approvals
        self._runs = runs
        self._meter = meter
        self._now = now

    def __call__(self, isolate: Isolate) -> None:
        """Look at each pending approval; one that fails does not stop the others."""
        now, pending = self._now(), list(self._pending())
        for each in pending:
            isolate(each.subject, partial(self._look_at, each.approval_id, now))
        open_ = [each for each in pending if each.state_at(now) is ApprovalState.PENDING]
        late = sum(each.last_reminder(now) == REMINDERS[-1] for each in open_)
        self._meter.count("PendingApprovals", len(open_))
        self._meter.count("ExpiringApprovals", late)

    def _pending(self) -> Iterator[Approval]:
        """Those that are stored as pending, from an index that lags behind."""
        period = Period(start=self._now() - LONGEST_WAIT)
        listing = Listing(period, {"state": ApprovalState.PENDING}, limit=PAGE)
        while True:
            page = self._approvals.page(listing)
            yield from page.approvals
            if page.following is None:
                return
            listing = listing._replace(after=page.following)

    def _look_at(self, approval_id: str, now: datetime) -> None:
        approval = self._approvals.get(approval_id)
        if approval.state is not ApprovalState.PENDING:
            return
        is_run = approval.kind is ApprovalKind.RUN
        has_ended = is_run and self._runs.get(approval.subject).has_ended
        if approval.state_at(now) is ApprovalState.EXPIRED:
            if has_ended or not is_run:
                close(self._approvals, approval, ApprovalState.EXPIRED, ACTOR, now)
        elif has_ended:
            close(self._approvals, approval, ApprovalState.WITHDRAWN, ACTOR, now, RUN_ENDED)
        elif due := approval.due_reminder(now):
            self._remind(approval.followed(reminded=due), now)

    def _remind(self, approval: Approval, now: datetime) -> None:
        record = AuditRecord(
            run_id=approval.subject,
            at=now,
            actor=ACTOR,
            action=Action.APPROVAL_REMINDER,
            approval=ApprovalFacts.of(approval),
        )
        self._approvals.put(approval, record)
