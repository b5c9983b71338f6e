"""Which runs need the approval of how many persons."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from genesys_purge.errors import FieldError, Misconfigured
from genesys_purge.methods import METHODS
from genesys_purge.model.approval_rules import (
    ApprovalRules,
    Asked,
    MethodName,
    default_rules,
    rules_in_force,
)
from genesys_purge.model.requester import Requester, requester_of
from genesys_purge.model.stored_setting import SettingName, StoredSetting, hash_of, text_of
from genesys_purge.model.wire import read_document
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import NOON

ASKED = Asked("recording_job", "default", "internal", Requester.PERSON, 1_001, False)


def needed(asked: Asked, *rules: dict[str, Any]) -> int:
    """How many persons must approve."""
    given = [{"name": f"r{n}", "approvals": 1} | each for n, each in enumerate(rules)]
    found = ApprovalRules.parse({"rules": given})
    rule = found.rule_for(asked)
    return rule.approvals if rule else 0


@pytest.mark.parametrize(("targeted", "approvals"), [(1_000, 0), (1_001, 1)])
def test_shipped_rule_is_for_more_than_a_thousand(targeted: int, approvals: int) -> None:
    rule = default_rules().rule_for(ASKED._replace(targeted=targeted))
    assert (rule.approvals if rule else 0) == approvals


@pytest.mark.parametrize("requester", [each for each in Requester if each != "person"])
def test_shipped_rule_is_for_persons_only(requester: Requester) -> None:
    assert default_rules().rule_for(ASKED._replace(requester=requester)) is None


@pytest.mark.parametrize(
    "field",
    [
        {"methods": ["gdpr_request"]},
        {"organisations": ["emea"]},
        {"classifications": ["hipaa"]},
        {"requesters": ["service"]},
        {"retentionOverride": True},
        {"above": 1_001},
    ],
)
def test_rule_with_one_other_field_does_not_cover_the_run(field: dict[str, Any]) -> None:
    assert needed(ASKED, {}) == 1
    assert needed(ASKED, field) == 0


def test_request_without_a_classification_may_have_any() -> None:
    assert needed(ASKED._replace(classification=None), {"classifications": ["hipaa"]}) == 1


def test_rule_that_needs_the_most_persons_applies() -> None:
    assert needed(ASKED, {"approvals": 1}, {"approvals": 3}, {"approvals": 2}) == 3


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({"approvals": 2, "approvers": ["user:A", "user:B"]}, "rules.0"),
        ({"approvals": 1, "approvers": ["user:A", "user:A"]}, "rules.0"),
        ({"approvals": 1, "approvers": ["role:A1:ann@x", "role:A2:Ann@x"]}, "rules.0"),
        ({"approvals": 6}, "rules.0.approvals"),
        ({"approvals": 1, "above": -1}, "rules.0.above"),
        ({"approvals": 1, "requesters": ["robot"]}, "rules.0.requesters.0"),
        ({"approvals": 1, "method": "x"}, "rules.0.method"),
        ({"approvals": 1, "methods": ["recording-job"]}, "rules.0.methods.0"),
        ({"approvals": 1, "classifications": ["PII"]}, "rules.0.classifications.0"),
        ({"approvals": 0, "approvers": ["ann"]}, "rules.0.approvers.0"),
        ({"approvals": 0, "approvers": ["federated:123456789012"]}, "rules.0.approvers.0"),
        (
            {"approvals": 0, "approvers": ["principal:arn:aws:sts::1:federated-user/ann"]},
            "rules.0.approvers.0",
        ),
    ],
)
def test_rule_that_nobody_can_satisfy_or_read_is_refused(rule: dict[str, Any], path: str) -> None:
    found = read_document(ApprovalRules, {"rules": [{"name": "r"} | rule]})
    assert isinstance(found, list)
    assert [each.path for each in found] == [path]


def test_two_rules_with_one_name_are_refused() -> None:
    rule = {"name": "r", "approvals": 1}
    found = read_document(ApprovalRules, {"rules": [rule, rule]})
    assert found == [FieldError("", "rules must have different names; repeated: r")]


def test_rules_know_every_method() -> None:
    assert set(get_args(MethodName)) == set(METHODS)


def test_shipped_rules_are_version_0_until_others_are_stored() -> None:
    assert rules_in_force(None) == (default_rules(), 0)
    assert rules_in_force(stored({"rules": []})) == (ApprovalRules.parse({"rules": []}), 3)


@pytest.mark.parametrize(
    "changes", [{"text": '{"rules": []} '}, {"hash": "0"}, {"text": "{}", "hash": hash_of("{}")}]
)
def test_unreadable_rules_are_never_no_rules(changes: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="approval-rules, version 3"):
        rules_in_force(stored({"rules": []}).model_copy(update=changes))


def stored(document: Any) -> StoredSetting:
    text = text_of(document)
    return StoredSetting(
        name=SettingName.APPROVAL_RULES,
        version=3,
        text=text,
        hash=hash_of(text),
        source="api",
        reason="two eyes",
        changed_at=NOON,
        changed_by="arn:ann",
    )


@pytest.mark.parametrize(
    ("actor", "person", "expected"),
    [
        ("arn:aws:iam::1:user/a", "user:A", Requester.PERSON),
        ("schedule:nightly", None, Requester.SCHEDULE),
        ("policy:year", None, Requester.POLICY),
        ("policy:year", "user:A", Requester.POLICY),
        ("event:com.example", None, Requester.SERVICE),
        ("invoke", None, Requester.SERVICE),
        ("schedule", None, Requester.SERVICE),
    ],
)
def test_requester_is_known_by_what_was_authenticated(
    actor: str, person: str | None, expected: Requester
) -> None:
    assert requester_of(actor, person) is expected


@given(st.lists(st.integers(0, 5), max_size=5), st.integers(0, 5))
def test_another_rule_never_needs_fewer_persons(given_before: list[int], more: int) -> None:
    before = [{"approvals": each} for each in given_before]
    assert needed(ASKED, *before, {"approvals": more}) >= needed(ASKED, *before)
