"""The approvals of runs: whether a plan needs one, and whether it still has it at each call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from genesys_purge.approvals.ports import ApprovalStore
from genesys_purge.approvals.requests import opened
from genesys_purge.approvals.rules import ApprovalRule, ApprovalRules, Asked
from genesys_purge.errors import NotApproved
from genesys_purge.model.approval import (
    Approval,
    ApprovalFacts,
    ApprovalKind,
    ApprovalState,
)
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.listing import DEFAULT_ORGANISATION
from genesys_purge.model.requester import requester_of
from genesys_purge.model.run import Plan, Run
from genesys_purge.model.submission import Submission
from genesys_purge.ports import Clock, Prepared

ACTOR = "check_approval"
# What the approver is shown beside the facts of the request.
IRREVERSIBLE = "what Genesys has deleted cannot be brought back"


class RunApprovals:
    """Implements the port `RunApprovals` of runs over the stored approvals and rules."""

    def __init__(
        self, approvals: ApprovalStore, rules: Callable[[], ApprovalRules], now: Clock
    ) -> None:
        self._approvals = approvals
        self._rules = rules
        self._now = now

    def needed(self, run: Run, plan: Plan, sample: Callable[[], Sequence[str]]) -> Approval | None:
        """The approval that a run with this plan needs; None if no rule asks for one.

        `sample` reads a few ids of the plan. NotApproved if nobody could give it.
        """
        rules = self._rules()
        rule = rules.rule_for(_asked(run, plan))
        if rule is None or run.is_dry or not plan.batches:
            return None
        require_approvers(rule, run.submitted_by_person)
        return opened(
            ApprovalKind.RUN,
            run.run_id,
            summary_of(run, plan, sample()),
            Submission(None, run.submitted_by, person_id=run.submitted_by_person),
            self._now(),
            approval_id=f"run-{run.run_id}",
            needed=rule.approvals,
            expires_after=rules.expires_after,
            approvers=rule.approvers,
            rule=rule.name,
        )

    def opening(self, approval: Approval) -> Prepared:
        """The write of the approval, for the transaction of the plan."""
        return self._approvals.opening(approval)

    def of(self, run: Run) -> Approval | None:
        """The approval of the run as it is stored; None if it needs none."""
        return None if run.approval_id is None else self._approvals.get(run.approval_id)

    def consuming(self, run: Run) -> Sequence[Prepared]:
        """The write that uses the approval, for the transaction of an intent of the run.

        Empty if none is needed, or if the run has used it before. NotApproved if it is not
        given, or not given any more.
        """
        approval = self.of(run)
        if approval is None or approval.state is ApprovalState.CONSUMED:
            return ()
        state = approval.state_at(self._now())
        if state is not ApprovalState.APPROVED:
            raise NotApproved(_refusal(approval, state))
        return [self._approvals.consuming(approval)]

    def obstacle(self, run: Run) -> str | None:
        """Why the run must not delete now; None if its approval is in use, or none is needed."""
        approval = self.of(run)
        if approval is None or approval.state is ApprovalState.CONSUMED:
            return None
        return _refusal(approval, approval.state_at(self._now()))

    def is_given(self, run: Run) -> bool:
        """Whether the run may begin. NotApproved if it never may, which is recorded at expiry."""
        approval = self.of(run)
        if approval is None:
            return True
        state = approval.state_at(self._now())
        if state is ApprovalState.EXPIRED:
            self._expire(approval)
        if state not in (ApprovalState.PENDING, ApprovalState.APPROVED, ApprovalState.CONSUMED):
            raise NotApproved(_refusal(approval, state))
        return state is not ApprovalState.PENDING

    def _expire(self, approval: Approval) -> None:
        if approval.state is ApprovalState.EXPIRED:
            return
        now = self._now()
        expired = approval.followed(state=ApprovalState.EXPIRED, closed_by=ACTOR, closed_at=now)
        record = AuditRecord(
            run_id=approval.subject,
            at=now,
            actor=ACTOR,
            action=Action.APPROVAL_EXPIRED,
            approval=ApprovalFacts.of(expired),
        )
        self._approvals.put(expired, record)


def require_approvers(rule: ApprovalRule, requester: str | None) -> None:
    """NotApproved if fewer persons than needed are left beside the requester."""
    others = set(rule.approvers or ()) - {requester}
    if rule.approvers is not None and len(others) < rule.approvals:
        raise NotApproved(
            f"the approval rule '{rule.name}' needs {rule.approvals} persons beside the requester, "
            f"and names {len(others)}; change the rule"
        )


def summary_of(run: Run, plan: Plan, sample: Sequence[str]) -> Mapping[str, Any]:
    """What the approver is shown: the frozen plan, its counts, and what was asked."""
    summary = {
        "planHash": plan.hash,
        "method": run.method,
        "organisation": run.organisation or DEFAULT_ORGANISATION,
        "targeted": plan.targeted,
        "upperBound": plan.upper_bound,
        "unit": plan.unit,
        "batches": plan.batches,
        "skipped": dict(plan.skipped),
        "notes": list(plan.notes or ()) or None,
        "retention": plan.policy.to_json() if plan.policy else None,
        "request": run.facts.to_json(),
        "sample": list(sample) or None,
        "irreversible": IRREVERSIBLE,
    }
    return {name: value for name, value in summary.items() if value is not None}


def _asked(run: Run, plan: Plan) -> Asked:
    return Asked(
        method=run.method,
        organisation=run.organisation or DEFAULT_ORGANISATION,
        classification=run.facts.classification,
        requester=requester_of(run.submitted_by, run.submitted_by_person),
        targeted=plan.targeted,
        overrides_retention=bool(run.facts.retention_policy_override),
    )


def _refusal(approval: Approval, state: ApprovalState) -> str:
    who = f" by {approval.closed_by}" if approval.closed_by and state is approval.state else ""
    return f"the approval {approval.approval_id} is {state}{who}, so nothing may be deleted"
