"""NeededApprovals: the approval that a run with a plan needs, by the rules in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from genesys_purge.approvals.ports import ApprovalStore
from genesys_purge.approvals.requests import opened
from genesys_purge.errors import NotApproved
from genesys_purge.model.approval import Approval, ApprovalKind
from genesys_purge.model.approval_rules import ApprovalRule, Asked, RulesInForce
from genesys_purge.model.listing import DEFAULT_ORGANISATION
from genesys_purge.model.person import approvals_needed, humans_of
from genesys_purge.model.requester import requester_of
from genesys_purge.model.run import Plan, Run
from genesys_purge.model.submission import Submission
from genesys_purge.ports import Clock, Prepared

# What the approver is shown beside the facts of the request.
IRREVERSIBLE = "what Genesys has deleted cannot be brought back"


class NeededApprovals:
    """Implements the port `NeededApprovals` of runs; the rules are read for each plan."""

    def __init__(
        self, approvals: ApprovalStore, rules: Callable[[], RulesInForce], now: Clock
    ) -> None:
        self._approvals = approvals
        self._rules = rules
        self._now = now

    def needed(self, run: Run, plan: Plan, sample: Callable[[], Sequence[str]]) -> Approval | None:
        """The approval that a run with this plan needs; None if no rule asks for one.

        `sample` reads a few ids of the plan. NotApproved if nobody could give it, Misconfigured if
        the rules cannot be read.
        """
        rules, version = self._rules()
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
            rule_version=version,
        )

    def opening(self, approval: Approval) -> Prepared:
        """The write of the approval, for the transaction of the plan."""
        return self._approvals.opening(approval)


def require_approvers(rule: ApprovalRule, requester: str | None) -> None:
    """NotApproved if fewer persons than needed are left beside the requester."""
    others = humans_of(rule.approvers or ()) - humans_of([requester] if requester else ())
    needed = approvals_needed(rule.approvals, requester)
    if rule.approvers is not None and len(others) < needed:
        raise NotApproved(
            f"the approval rule '{rule.name}' needs {needed} persons beside the requester, "
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
