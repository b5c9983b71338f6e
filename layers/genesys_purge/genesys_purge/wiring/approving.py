"""Approvals: decisions about them, and what reads them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters, holding, stopping, stored_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from genesys_purge.approvals.decide_approval import DecideApproval
    from genesys_purge.approvals.needed_approvals import NeededApprovals
    from genesys_purge.approvals.ports import Effect
    from genesys_purge.approvals.read_approvals import ReadApprovals
    from genesys_purge.approvals.remind_approvers import RemindApprovers
    from genesys_purge.approvals.run_approvals import RunApprovals
    from genesys_purge.approvals.withdraw_approval import WithdrawApproval
    from genesys_purge.model.approval import ApprovalKind
    from genesys_purge.model.approval_rules import RulesInForce


def effects() -> Mapping[ApprovalKind, Effect]:
    """What an approval does at once; a run consumes its approval itself."""
    from genesys_purge.model.approval import ApprovalKind

    change = holding.apply_change()
    return {
        ApprovalKind.RESUME: stopping.resumption(),
        ApprovalKind.HOLD_RELEASE: change,
        ApprovalKind.HOLD_NARROWING: change,
        ApprovalKind.APPROVAL_RULES_CHANGE: stored_settings.store_approved(),
    }


def approval_rules() -> RulesInForce:
    """The approval rules in force, read now; Misconfigured if they cannot be read."""
    from genesys_purge.model.approval_rules import rules_in_force
    from genesys_purge.model.stored_setting import SettingName

    return rules_in_force(adapters.stored_settings().current(SettingName.APPROVAL_RULES))


@cache
def needed_approvals() -> NeededApprovals:
    from genesys_purge.approvals.needed_approvals import NeededApprovals

    return NeededApprovals(adapters.approvals(), approval_rules, adapters.now)


@cache
def run_approvals() -> RunApprovals:
    from genesys_purge.approvals.run_approvals import RunApprovals

    return RunApprovals(adapters.approvals(), adapters.stops().last_long_end, adapters.now)


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


@cache
def remind_approvers() -> RemindApprovers:
    from genesys_purge.approvals.remind_approvers import RemindApprovers

    return RemindApprovers(adapters.approvals(), adapters.runs(), adapters.meter(), adapters.now)
