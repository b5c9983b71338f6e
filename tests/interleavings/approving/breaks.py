"""Twins of the product with one guard of approvals removed; each one must be found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from unittest.mock import patch

from genesys_purge.approvals import decide_approval
from genesys_purge.approvals.requests import DecisionRequest
from genesys_purge.approvals.run_approvals import RunApprovals
from genesys_purge.model.approval import Approval, ApprovalState, Decision
from genesys_purge.model.run import Run

from tests import approval_fakes
from tests.approval_fakes import MemoryApprovals


class ApprovalBreak(NamedTuple):
    """A guard to remove, the invariant that must fail, and how many seeds show it."""

    name: str
    invariant: str
    apply: Callable[[], Any]
    seeds: int = 2_000


def _only_read(self: RunApprovals, run: Run) -> None:
    self.of(run)


def _begins_at_once(self: RunApprovals, run: Run) -> bool:
    self.of(run)
    return True


_obstacle = RunApprovals.obstacle


def _remembered(self: RunApprovals, run: Run) -> str | None:
    """The first answer about a run, which a process keeps."""
    known: dict[str, str | None] = vars(self).setdefault("known", {})
    if run.run_id not in known:
        known[run.run_id] = _obstacle(self, run)
    return known[run.run_id]


_is_open = decide_approval._require_open  # noqa: SLF001  the check to weaken


def _about_anything(approval: Approval, request: DecisionRequest, now: Any) -> None:
    same = {"subject_hash": approval.subject_hash}
    _is_open(approval, request.model_copy(update=same), now)


def _stored_state(approval: Approval, now: Any) -> ApprovalState:  # noqa: ARG001  the signature
    return approval.state


def _without_version(
    self: MemoryApprovals,
    approval: Approval,
    record: Any,  # noqa: ARG001  the signature
    also: Any = (),  # noqa: ARG001  the signature
) -> None:
    self.stored[approval.approval_id] = approval


_decided = Approval.decided


def _decided_by_one(approval: Approval, decision: Decision) -> Approval:
    decided = _decided(approval, decision)
    is_no = decided.state is ApprovalState.REJECTED
    return decided if is_no else decided.model_copy(update={"state": ApprovalState.APPROVED})


def _of_the_first_run(self: RunApprovals, run: Run) -> Approval | None:
    return None if run.approval_id is None else self._approvals.get("run-run-0")


BREAKS = (
    ApprovalBreak(
        "a guard that ignores approvals",
        "approved",
        lambda: patch.object(RunApprovals, "obstacle", _only_read),
    ),
    ApprovalBreak(
        "a guard that reads an approval once",
        "stale",
        lambda: patch.object(RunApprovals, "obstacle", _remembered),
    ),
    ApprovalBreak(
        "a check that lets every run begin",
        "begun",
        lambda: patch.object(RunApprovals, "is_given", _begins_at_once),
    ),
    ApprovalBreak(
        "a requester and others who may decide",
        "approved",
        lambda: patch.object(decide_approval, "require_entitled", lambda *_: None),
    ),
    ApprovalBreak(
        "a decision about another hash",
        "approved",
        lambda: patch.object(decide_approval, "_require_open", _about_anything),
    ),
    ApprovalBreak(
        "one person where the rule needs two",
        "approved",
        lambda: patch.object(Approval, "decided", _decided_by_one),
    ),
    ApprovalBreak(
        "an approval without an expiry",
        "consumed",
        lambda: patch.object(Approval, "state_at", _stored_state),
    ),
    ApprovalBreak(
        "a use without the condition on the state",
        "consumed",
        lambda: patch.object(approval_fakes, "OPEN", tuple(ApprovalState)),
    ),
    ApprovalBreak(
        "a decision without the condition on the version",
        "approved",
        lambda: patch.object(MemoryApprovals, "put", _without_version),
    ),
    ApprovalBreak(
        "an approval of another run",
        "approved",
        lambda: patch.object(RunApprovals, "of", _of_the_first_run),
    ),
)
