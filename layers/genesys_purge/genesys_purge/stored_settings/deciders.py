"""Who must approve that a setting protects less."""

from __future__ import annotations

from typing import NamedTuple

from genesys_purge.model.approval_rules import ApprovalRules


class Deciders(NamedTuple):
    """So many persons beside the requester; with `approvers`, only these. `rule` asks for them."""

    needed: int = 1
    approvers: tuple[str, ...] | None = None
    rule: str | None = None


def of_approval_rules(before: ApprovalRules) -> Deciders:
    """Those whom the strictest rule in force asks for; without a rule, one other person."""
    rule = before.strictest
    return Deciders(rule.approvals, rule.approvers, rule.name) if rule else Deciders()
