"""What new approval rules ask less than the ones before.

As in `weakening`, a change that may ask less is named, and none is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from genesys_purge.model.approval_rules import ApprovalRule, ApprovalRules


def of_approval_rules(before: ApprovalRules, after: ApprovalRules) -> Iterator[str]:
    """The rules that ask less, or whose runs another rule decides about."""
    for rule in before.effective:
        if not _is_overruled(rule, rule, before):
            yield from _less_asked(rule, before, after)
    if after.expires_after_hours > before.expires_after_hours:
        yield (
            f"an approval may be used for {after.expires_after_hours} hours, "
            f"not for {before.expires_after_hours}"
        )


def _less_asked(rule: ApprovalRule, before: ApprovalRules, after: ApprovalRules) -> Iterator[str]:
    """What of a rule is lost: its runs, its number of persons, or its choice of persons."""
    if not any(each.covers_all_of(rule) for each in after.effective):
        yield _not_covered(rule, after)
        return
    for new in after.effective:
        # A rule that is overruled on all runs of both never decides about them.
        decides = not _is_overruled(new, rule, after) and not _is_overruled(rule, new, before)
        if new.may_meet(rule) and not new.asks_at_least(rule) and decides:
            yield _asks_less(rule, new)


def _is_overruled(rule: ApprovalRule, runs: ApprovalRule, rules: ApprovalRules) -> bool:
    """Whether a stricter rule than `rule` applies to all the runs that `runs` covers."""
    return any(
        each.strictness > rule.strictness and each.covers_all_of(runs) for each in rules.effective
    )


def _not_covered(rule: ApprovalRule, after: ApprovalRules) -> str:
    new = next((each for each in after.rules if each.name == rule.name), None)
    if new is None:
        return f"rule '{rule.name}' is removed, and no other rule covers all of its runs"
    if not new.approvals:
        return f"rule '{rule.name}' needs 0 persons, not {rule.approvals}"
    if new.above > rule.above:
        return f"rule '{rule.name}' covers runs above {new.above} records, not above {rule.above}"
    return f"rule '{rule.name}' no longer covers all of its runs"


def _asks_less(rule: ApprovalRule, new: ApprovalRule) -> str:
    by = "" if new.name == rule.name else f", by rule '{new.name}'"
    if new.approvals < rule.approvals:
        return (
            f"rule '{rule.name}': runs may need {new.approvals} persons, not {rule.approvals}{by}"
        )
    return f"rule '{rule.name}': persons may approve whom it did not name{by}"
