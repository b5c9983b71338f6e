"""What new approval rules ask less than the ones before, and who must agree."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.approval_rules import ApprovalRule, ApprovalRules, Asked, default_rules
from genesys_purge.model.requester import Requester
from genesys_purge.model.stored_setting import SettingName
from genesys_purge.stored_settings.deciders import Deciders
from genesys_purge.stored_settings.deciders import of_approval_rules as deciders_of
from genesys_purge.stored_settings.documents import KINDS, UNKNOWN_BEFORE
from genesys_purge.stored_settings.weaker_rules import of_approval_rules, weakenings
from hypothesis import given
from hypothesis import strategies as st

PERSONS = ("user:A", "user:B", "user:C")
KIND = KINDS[SettingName.APPROVAL_RULES]
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "methods": st.sampled_from((["gdpr_request"], ["gdpr_request", "recording_job"])),
    "organisations": st.sampled_from((["default"], ["default", "emea"])),
    "classifications": st.sampled_from((["pii"], ["pii", "public"])),
    "requesters": st.sampled_from((["person"], ["person", "service"])),
    "retentionOverride": st.booleans(),
    "above": st.sampled_from((0, 10, 100)),
    "approvers": st.sampled_from((PERSONS, ("user:C", "user:D"), ("user:A", "user:B", "user:D"))),
}
EVERY_RUN = [
    Asked(*each)
    for each in product(
        ("gdpr_request", "recording_job", "data_deletion"),
        ("default", "emea"),
        (None, "pii", "public"),
        (Requester.PERSON, Requester.SERVICE),
        (10, 11, 101),
        (True, False),
    )
]


def rules() -> st.SearchStrategy[ApprovalRules]:
    each = st.builds(
        lambda approvals, fields: fields | {"approvals": approvals},
        st.integers(0, 2),
        st.fixed_dictionaries({}, optional=FIELDS),
    ).filter(lambda rule: len(rule.get("approvers", PERSONS)) > rule["approvals"])
    return st.lists(each, max_size=3).map(
        lambda found: parsed(*(rule | {"name": f"r{n}"} for n, rule in enumerate(found)))
    )


def parsed(*given_rules: dict[str, Any], **more: Any) -> ApprovalRules:
    return ApprovalRules.parse({"rules": given_rules} | more)


def rule(**changes: Any) -> dict[str, Any]:
    return {"name": "a", "approvals": 1, "above": 10} | changes


def is_as_strict(new: ApprovalRule | None, old: ApprovalRule | None) -> bool:
    """Whether nobody can approve under the new rule who could not under the old one."""
    if old is None:
        return True
    if new is None or new.approvals < old.approvals:
        return False
    if old.approvers is None or new.approvers is None:
        return old.approvers is None
    return set(new.approvers) <= set(old.approvers)


@given(rules(), rules())
def test_rules_without_a_named_weakening_ask_as_much_for_every_run(
    before: ApprovalRules, after: ApprovalRules
) -> None:
    if list(of_approval_rules(before, after)):
        return
    for asked in EVERY_RUN:
        assert is_as_strict(after.rule_for(asked), before.rule_for(asked)), asked


@given(rules(), rules())
def test_added_rules_that_need_more_persons_of_anyone_weaken_no_rule(
    before: ApprovalRules, added: ApprovalRules
) -> None:
    open_rules = for_anyone(before)
    more = [each.model_copy(update={"name": f"new {each.name}"}) for each in added.rules]
    then = ApprovalRules(rules=tuple(open_rules))
    now = ApprovalRules(rules=(*open_rules, *more))
    assert list(of_approval_rules(then, now)) == []


@given(rules())
def test_same_rules_under_other_names_weaken_nothing_if_anyone_may_approve(
    before: ApprovalRules,
) -> None:
    open_rules = for_anyone(before)
    renamed = [each.model_copy(update={"name": f"new {each.name}"}) for each in open_rules]
    then, now = (ApprovalRules(rules=tuple(each)) for each in (open_rules, renamed))
    assert list(of_approval_rules(then, now)) == []


def for_anyone(found: ApprovalRules) -> list[ApprovalRule]:
    return [each.model_copy(update={"approvers": None}) for each in found.rules]


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ((), "rule 'a' is removed, and no other rule covers all of its runs"),
        ((rule(approvals=0),), "rule 'a' needs 0 persons, not 2"),
        ((rule(),), "rule 'a': runs may need 1 persons, not 2"),
        ((rule(approvals=2, above=11),), "rule 'a' covers runs above 11 records, not above 10"),
        ((rule(approvals=2, methods=["gdpr_request"]),), "rule 'a' no longer covers all"),
        ((rule(approvals=2, requesters=["person"]),), "rule 'a' no longer covers all"),
        ((rule(approvals=2, retentionOverride=True),), "rule 'a' no longer covers all"),
        ((rule(name="b"),), "rule 'a': runs may need 1 persons, not 2, by rule 'b'"),
    ],
)
def test_rule_that_asks_less_is_named(after: tuple[dict[str, Any], ...], words: str) -> None:
    (found,) = of_approval_rules(parsed(rule(approvals=2)), parsed(*after))
    assert found.startswith(words)


def test_rule_that_lets_other_persons_approve_is_named() -> None:
    before, words = parsed(rule(approvers=PERSONS)), "persons may approve whom it did not name"
    wider = parsed(rule(approvers=[*PERSONS, "user:D"]))
    anyone = parsed(rule(approvers=PERSONS), rule(name="b", approvals=2))
    assert list(of_approval_rules(before, wider)) == [f"rule 'a': {words}"]
    assert list(of_approval_rules(before, anyone)) == [f"rule 'a': {words}, by rule 'b'"]
    assert list(of_approval_rules(before, parsed(rule(approvers=PERSONS[:2])))) == []


def test_approval_that_lasts_longer_is_named() -> None:
    words = "an approval may be used for 200 hours, not for 168"
    assert list(of_approval_rules(parsed(), parsed(expiresAfterHours=200))) == [words]
    assert list(of_approval_rules(parsed(), parsed(expiresAfterHours=24))) == []


def test_rule_that_never_applied_may_be_removed() -> None:
    strict = rule(name="b", approvals=2, above=0)
    assert list(of_approval_rules(parsed(rule(), strict), parsed(strict))) == []


def test_overruled_rule_weakens_with_the_rule_that_overruled_it() -> None:
    dormant, strict = rule(approvers=PERSONS), rule(name="b", approvals=2, above=0)
    before = parsed(dormant, strict)
    assert list(of_approval_rules(before, parsed(strict))) == []
    assert weakened(before, parsed()) == ["a", "b"]


def test_rule_that_replaces_the_one_that_overruled_it_weakens_both() -> None:
    named, strict = rule(approvers=PERSONS), rule(name="b", approvals=2, methods=["gdpr_request"])
    mine = rule(name="c", methods=["gdpr_request"], approvers=("user:X", "user:Y"))
    assert weakened(parsed(named, strict), parsed(named, mine)) == ["a", "b"]


def test_another_id_of_the_same_human_weakens_nothing() -> None:
    before, after = (
        parsed(rule(approvers=(f"role:{role}:ann@x", "user:B"))) for role in ("AROA1", "AROA2")
    )
    assert list(of_approval_rules(before, after)) == []


def test_humans_are_common_to_rules_under_any_of_their_ids() -> None:
    first, second = ("role:AROA1:ann@x", "user:B"), ("role:AROA2:ann@x", "user:C")
    before = document(rule(approvers=first), rule(name="b", approvers=second))
    found = KIND.deciders_about(before, document())
    assert found is not None
    assert found.approvers == (first[0], second[0])
    assert found.needed("user:X") == 1


@pytest.mark.parametrize("requester", [None, "federated:1"])
def test_unknown_requester_needs_one_common_approver_more(requester: str | None) -> None:
    found = Deciders(1, ("user:A",), ("a", "b"))
    assert (found.needed("user:X"), Deciders().needed(requester)) == (1, 2)
    with pytest.raises(InvalidRequest, match="2 of the approvers"):
        found.needed(requester)


def test_removed_rule_weakens_no_other_rule_that_names_other_approvers() -> None:
    others = [rule(name=name, approvers=(f"user:{name}", "user:Z")) for name in "abc"]
    for gone in others:
        kept = [each for each in others if each is not gone]
        assert weakened(parsed(*others), parsed(*kept)) == [gone["name"]]


def test_changed_order_of_rules_with_other_approvers_is_named() -> None:
    one, other = (rule(name=name, approvers=(f"user:{name}", "user:Z")) for name in "ab")
    assert weakened(parsed(one, other), parsed(other, one)) == ["a", "b"]


def weakened(before: ApprovalRules, after: ApprovalRules) -> list[str]:
    """The names of the weakened rules."""
    return sorted({each.rules[0].name for each in weakenings(before, after)})


def test_weakened_rule_says_who_must_agree_whatever_other_rules_ask() -> None:
    compliance = rule(approvers=PERSONS[:2])
    mine = rule(name="mine", organisations=["default"], above=10**8, approvers=("user:X", "user:Y"))
    for order in ((mine, compliance), (compliance, mine)):
        found = KIND.deciders_about(document(*order), document(mine))
        assert found == Deciders(1, PERSONS[:2], ("a",))


def test_common_approvers_and_most_persons_of_weakened_rules_decide() -> None:
    before = document(
        rule(approvals=2, approvers=(*PERSONS, "user:D"), above=0),
        rule(name="b", approvers=("user:D", *PERSONS[1:]), organisations=["emea"]),
        rule(name="c", methods=["gdpr_request"]),
    )
    found = KIND.deciders_about(before, document())
    assert found is not None
    assert (found.approvals, found.approvers) == (2, ("user:B", "user:C", "user:D"))


def test_longer_time_weakens_every_rule() -> None:
    before = document(rule(approvals=2, approvers=PERSONS), rule(name="b", approvals=3))
    found = KIND.deciders_about(before, before | {"expiresAfterHours": 200})
    assert found == Deciders(3, PERSONS, ("a", "b"))


@given(rules(), st.randoms(use_true_random=False))
def test_order_of_rules_does_not_change_who_may_remove_them(
    before: ApprovalRules, random: Any
) -> None:
    shuffled = random.sample(before.rules, len(before.rules))
    one, other = (deciders_of(each, parsed()) for each in (before, parsed_of(shuffled)))
    assert one.approvals == other.approvals
    assert rule_of(one).asks_at_least(rule_of(other))
    assert rule_of(other).asks_at_least(rule_of(one))


def parsed_of(found: list[ApprovalRule]) -> ApprovalRules:
    return ApprovalRules(rules=tuple(found))


@given(rules(), rules())
def test_as_many_must_agree_as_each_weakened_rule_asks_for(
    before: ApprovalRules, after: ApprovalRules
) -> None:
    found = deciders_of(before, after)
    for each in weakenings(before, after):
        assert all(is_as_strict(rule_of(found), old) for old in each.rules)


@given(rules(), rules())
def test_who_lets_a_run_be_approved_by_less_could_have_approved_it(
    before: ApprovalRules, after: ApprovalRules
) -> None:
    must_agree = rule_of(deciders_of(before, after))
    for asked in EVERY_RUN:
        old = before.rule_for(asked)
        if not is_as_strict(after.rule_for(asked), old):
            assert is_as_strict(must_agree, old), asked


def rule_of(found: Deciders) -> ApprovalRule:
    """A rule that asks for the deciders, who may be too few."""
    asked: dict[str, Any] = {"approvals": found.approvals, "approvers": found.approvers}
    return ApprovalRule.model_construct(**asked)


@pytest.mark.parametrize("before", [{"rules": []}, {"rules": [rule(approvals=0)]}, "oops"])
def test_one_other_person_must_agree_without_a_rule(before: Any) -> None:
    assert KIND.deciders_about(before, document()) == Deciders(1, None, ())


def test_unknown_rules_before_may_be_weakened() -> None:
    assert KIND.weakens("oops", document(rule())) == [UNKNOWN_BEFORE]


def test_other_settings_need_nobody_to_agree() -> None:
    others = set(SettingName) - {SettingName.APPROVAL_RULES}
    assert {KINDS[name].deciders_about({}, {}) for name in others} == {None}


def test_shipped_rules_weaken_nothing_of_themselves() -> None:
    assert list(of_approval_rules(default_rules(), default_rules())) == []


def document(*given_rules: dict[str, Any]) -> dict[str, Any]:
    return {"rules": list(given_rules)}
