"""Who must approve that a setting protects less."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.approval_rules import ApprovalRule, ApprovalRules
from genesys_purge.model.person import approvals_needed, human_of, humans_of
from genesys_purge.stored_settings.weaker_rules import weakenings


class Deciders(NamedTuple):
    """So many persons beside a known requester; with `approvers`, only these.

    `rules` are the names of the weakened rules, which ask for them.
    """

    approvals: int = 1
    approvers: tuple[str, ...] | None = None
    rules: tuple[str, ...] = ()

    @property
    def rule(self) -> str | None:
        """The rule that asks for them; None if several rules do, or none."""
        return self.rules[0] if len(self.rules) == 1 else None

    def needed(self, requester: str | None) -> int:
        """How many persons must approve; InvalidRequest if there are not so many."""
        needed = approvals_needed(self.approvals, requester)
        if self.approvers is None:
            return needed
        others = humans_of(self.approvers) - humans_of([requester] if requester else ())
        if len(others) < needed:
            names = ", ".join(f"'{each}'" for each in self.rules)
            message = (
                f"weakens the rules {names}, so {needed} of the approvers that they have in common "
                f"must agree, and they have {len(others)} beside you; change one rule in each "
                "request, or let these rules first name the same approvers"
            )
            raise InvalidRequest([FieldError("document.rules", message)])
        return needed


def of_approval_rules(before: ApprovalRules, after: ApprovalRules) -> Deciders:
    """Those whom the weakened rules ask for, whatever other rules say; at least one person."""
    weakened = {rule.name: rule for each in weakenings(before, after) for rule in each.rules}
    if not weakened:
        return Deciders()
    rules = [*weakened.values()]
    return Deciders(max(each.approvals for each in rules), _common(rules), tuple(weakened))


def _common(rules: Sequence[ApprovalRule]) -> tuple[str, ...] | None:
    """The approvers whom all rules that name any have in common; None if no rule names any."""
    named = [each.approvers for each in rules if each.approvers is not None]
    if not named:
        return None
    humans = frozenset.intersection(*map(humans_of, named))
    return tuple(dict.fromkeys(each for some in named for each in some if human_of(each) in humans))
