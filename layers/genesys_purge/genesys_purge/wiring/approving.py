"""Approvals: decisions about them, and what reads them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters, holding, stopping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from genesys_purge.approvals.decide_approval import DecideApproval
    from genesys_purge.approvals.ports import Effect
    from genesys_purge.approvals.read_approvals import ReadApprovals
    from genesys_purge.approvals.run_approvals import RunApprovals
    from genesys_purge.approvals.withdraw_approval import WithdrawApproval
    from genesys_purge.model.approval import ApprovalKind


def effects() -> Mapping[ApprovalKind, Effect]:
    """What an approval does at once; a run consumes its approval itself."""
    from genesys_purge.model.approval import ApprovalKind

    change = holding.apply_change()
    return {
        ApprovalKind.RESUME: stopping.resumption(),
        ApprovalKind.HOLD_RELEASE: change,
        ApprovalKind.HOLD_NARROWING: change,
    }


@cache
def run_approvals() -> RunApprovals:
    from genesys_purge.approvals.rules import default_rules
    from genesys_purge.approvals.run_approvals import RunApprovals

    return RunApprovals(adapters.approvals(), default_rules, adapters.now)


@cache
def decide_approval() -> DecideApproval:
    from genesys_purge.approvals.decide_approval import DecideApproval

    return DecideApproval(adapters.approvals(), effects(), adapters.now)


@cache
def withdraw_approval() -> WithdrawApproval:
    from genesys_purge.approvals.withdraw_approval import WithdrawApproval

    return WithdrawApproval(adapters.approvals(), adapters.now)


@cache
def read_approvals() -> ReadApprovals:
    from genesys_purge.approvals.read_approvals import ReadApprovals

    return ReadApprovals(adapters.approvals(), adapters.now)
