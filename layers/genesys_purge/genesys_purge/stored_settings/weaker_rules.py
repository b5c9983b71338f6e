"""What new approval rules ask less than the ones before.

As in `weakening`, a change that may ask less is named, and none is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from genesys_purge.model.approval_rules import ApprovalRule, ApprovalRules


class Weakening(NamedTuple):
    """What is asked less, and the rules of before that it is taken from."""

    text: str
    rules: tuple[ApprovalRule, ...]


def of_approval_rules(before: ApprovalRules, after: ApprovalRules) -> Iterator[str]:
    """What the new rules ask less."""
    return (each.text for each in weakenings(before, after))


def weakenings(before: ApprovalRules, after: ApprovalRules) -> Iterator[Weakening]:
    """The rules that ask less, or whose runs another rule decides about.

    A longer time to use an approval weakens every rule.
    """
    less: dict[str, list[str]] = {}
    # What a rule loses depends on what the stricter rules lose.
    for rule in sorted(before.effective, key=lambda each: each.strictness, reverse=True):
        is_overruled = _is_kept(_overruling(rule, rule, before), less)
        less[rule.name] = [] if is_overruled else [*_less_asked(rule, before, after, less)]
    for rule in before.effective:
        yield from (Weakening(text, (rule,)) for text in less[rule.name])
    if after.expires_after_hours > before.expires_after_hours:
        text = (
            f"an approval may be used for {after.expires_after_hours} hours, "
            f"not for {before.expires_after_hours}"
        )
        yield Weakening(text, tuple(before.effective))


def _less_asked(
    rule: ApprovalRule,
    before: ApprovalRules,
    after: ApprovalRules,
    less: Mapping[str, Sequence[str]],
) -> Iterator[str]:
    """What of a rule is lost: its runs, its number of persons, or its choice of persons."""
    if not any(each.covers_all_of(rule) for each in after.effective):
        yield _not_covered(rule, after)
        return
    for new in after.effective:
        # A rule that is overruled on all runs of both never decides about them.
        is_overruled = _overruling(new, rule, after) or _is_kept(
            _overruling(rule, new, before), less
        )
        is_weaker = new.may_meet(rule) and not new.asks_at_least(rule)
        if is_weaker and not is_overruled and not _are_as_before(rule, new, before, after):
            yield _asks_less(rule, new)


def _is_kept(stricter: Sequence[ApprovalRule], less: Mapping[str, Sequence[str]]) -> bool:
    """Whether one of the stricter rules asks for as much as before."""
    return any(not less[each.name] for each in stricter)


def _overruling(rule: ApprovalRule, runs: ApprovalRule, rules: ApprovalRules) -> list[ApprovalRule]:
    """The stricter rules than `rule` that apply to all the runs that `runs` covers."""
    return [
        each
        for each in rules.effective
        if each.strictness > rule.strictness and each.covers_all_of(runs)
    ]


def _are_as_before(
    rule: ApprovalRule, other: ApprovalRule, before: ApprovalRules, after: ApprovalRules
) -> bool:
    """Whether both rules are unchanged, in the same order: of equal rules, the first applies."""
    then = [each for each in before.effective if each in (rule, other)]
    return len(then) > 1 and then == [each for each in after.effective if each in (rule, other)]


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
