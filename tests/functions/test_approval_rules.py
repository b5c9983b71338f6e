"""The setting `approval-rules`: who may weaken it, and what plans and calls make of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from genesys_purge.errors import Misconfigured
from genesys_purge.model.approval_rules import default_rules
from genesys_purge.wiring import adapters, approving

from tests import template
from tests.application import http_event
from tests.functions.conftest import Invoke
from tests.mocked_aws import client

pytestmark = pytest.mark.usefixtures("deployed")

NAME = "approval-rules"
AUDIT = f"setting:{NAME}"
LARGE = {"name": "large purges", "requesters": ["person"], "above": 100, "approvals": 1}
STRICT = {"rules": [LARGE]}
# The shipped rule is for more than 1,000 records.
WEAK = {"rules": [LARGE | {"above": 2_000}]}
NONE: Mapping[str, Any] = {"rules": []}


def call(invoke: Invoke, function: str, event: dict[str, Any], person: str) -> tuple[int, Any]:
    """The answer to an IAM user, or to a user of Identity Center with a role, as `AROA1:ann@x`."""
    role, _, name = person.partition(":")
    user = f"arn:aws:iam::123456789012:user/{person.lower()}"
    session = f"arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_{role}_1/{name}"
    iam = {"userArn": session if name else user, "callerId": person}
    event["requestContext"]["authorizer"] = {"iam": iam}
    answer = invoke(function, event)
    return answer["statusCode"], json.loads(answer["body"])


def put(
    invoke: Invoke, document: Any, version: int = 0, person: str = "ANN", **more: Any
) -> tuple[int, Any]:
    body = {"document": document, "reason": "two eyes are enough", "expectedVersion": version}
    path = {"name": NAME}
    event = http_event("PUT /settings/{name}", path=path, body=json.dumps(body | more))
    return call(invoke, "PutSetting", event, person)


def decide(
    invoke: Invoke, asked: Mapping[str, Any], person: str = "BOB", **changes: Any
) -> tuple[int, Any]:
    body = {"decision": "approve", "subjectHash": asked["subjectHash"]} | changes
    path = {"approvalId": asked["approvalId"]}
    event = http_event("POST /approvals/{approvalId}/decisions", path=path, body=json.dumps(body))
    return call(invoke, "DecideApproval", event, person)


def in_force() -> tuple[int, list[str]]:
    """The version of the rules that a plan reads, and the names of the rules."""
    rules, version = approving.approval_rules()
    return version, [each.name for each in rules.rules]


def records() -> list[Any]:
    return [*adapters.ledger().page(AUDIT, 1, 100).records]


def actions() -> list[str]:
    return [each.action for each in records()]


def test_rules_that_ask_more_are_stored_at_once(invoke: Invoke) -> None:
    assert approving.approval_rules() == (default_rules(), 0)
    status, answer = put(invoke, STRICT)
    assert (status, answer["version"], answer["weakens"]) == (200, 1, [])
    assert (in_force(), actions()) == ((1, ["large purges"]), ["setting_changed"])


def test_weaker_rules_wait_for_another_person(invoke: Invoke) -> None:
    status, asked = put(invoke, WEAK)
    assert (status, asked["version"], asked["missing"]) == (202, 0, 1)
    assert asked["weakens"] == [
        "rule 'large purges by persons' is removed, and no other rule covers all of its runs"
    ]
    assert approving.approval_rules() == (default_rules(), 0)
    assert decide(invoke, asked)[1]["state"] == "consumed"
    assert in_force() == (1, ["large purges"])
    assert actions() == ["approval_requested", "approval_given"]


def test_requester_cannot_approve_own_weaker_rules(invoke: Invoke) -> None:
    _, asked = put(invoke, NONE)
    assert decide(invoke, asked, person="ANN")[0] == 403
    assert approving.approval_rules() == (default_rules(), 0)


def test_rejected_rules_are_not_stored(invoke: Invoke) -> None:
    _, asked = put(invoke, NONE)
    assert decide(invoke, asked, decision="reject")[1]["state"] == "rejected"
    assert approving.approval_rules() == (default_rules(), 0)


def test_approver_is_shown_document_hash_base_and_weakening(invoke: Invoke) -> None:
    put(invoke, STRICT)
    _, asked = put(invoke, NONE, version=1)
    shown = adapters.approvals().get(asked["approvalId"])
    assert shown.kind == "approval_rules_change"
    summary = shown.summary
    assert (summary["document"], summary["basedOn"]) == (NONE, 1)
    assert (summary["weakens"], summary["reason"]) == (asked["weakens"], "two eyes are enough")
    assert len(summary["sha256"]) == 64
    assert (shown.rule, shown.rule_version) == ("large purges", 1)


def test_audit_has_requester_approver_and_the_stored_hash(invoke: Invoke) -> None:
    _, asked = put(invoke, NONE)
    decide(invoke, asked)
    requested, given = records()
    assert [each.person_id for each in (requested, given)] == ["user:ANN", "user:BOB"]
    assert requested.setting == given.setting
    stored = adapters.stored_settings().current(NAME)
    assert stored is not None
    assert (stored.hash, stored.approval_id) == (given.setting.hash, asked["approvalId"])
    assert (stored.person_id, stored.version) == ("user:BOB", given.setting.version)


def test_approval_is_void_if_other_rules_were_stored_meanwhile(invoke: Invoke) -> None:
    _, asked = put(invoke, NONE)
    put(invoke, STRICT, person="EVE")
    status, answer = decide(invoke, asked)
    assert (status, in_force()) == (409, (1, ["large purges"]))
    assert "version 1 of approval-rules was stored since" in answer["errors"][0]["message"]


def test_repeated_request_gets_the_same_approval(invoke: Invoke) -> None:
    first = put(invoke, NONE)
    assert put(invoke, NONE) == first
    assert actions() == ["approval_requested"]


def test_repeated_request_with_another_permission_set_gets_the_same_approval(
    invoke: Invoke,
) -> None:
    callers = ("AROA1:ann@x", "AROA2:ann@x", "AROA2:bob@x")
    first, again, other = (put(invoke, NONE, person=each)[1]["approvalId"] for each in callers)
    assert first == again != other


def test_requester_cannot_weaken_rules_with_two_permission_sets(invoke: Invoke) -> None:
    _, asked = put(invoke, NONE, person="AROA1:ann@x")
    assert decide(invoke, asked, person="AROA2:ann@x")[0] == 403
    assert approving.approval_rules() == (default_rules(), 0)


@pytest.mark.parametrize("person", ["ANN", "EVE"])
def test_request_after_a_rejection_or_of_another_person_gets_its_own(
    invoke: Invoke, person: str
) -> None:
    _, first = put(invoke, NONE)
    if person == "ANN":
        decide(invoke, first, decision="reject")
    _, second = put(invoke, NONE, person=person)
    assert second["approvalId"] != first["approvalId"]
    assert decide(invoke, second)[1]["state"] == "consumed"


def compliance_behind_own_rule(invoke: Invoke) -> dict[str, Any]:
    """The rule `compliance` behind a rule of ann, which weakens nothing; ann's rule."""
    compliance = LARGE | {"name": "compliance", "approvers": ["user:COMP1", "user:COMP2"]}
    own = {"name": "mine", "organisations": ["default"], "above": 99_999_999, "approvals": 1}
    own["approvers"] = ["user:ANN", "user:BOB"]
    mine = own | {"requesters": ["schedule"]}
    put(invoke, {"rules": [compliance, LARGE]})
    assert put(invoke, {"rules": [mine, compliance, LARGE]}, version=1)[0] == 200
    return mine


def test_own_rule_in_front_does_not_choose_who_weakens_another_one(invoke: Invoke) -> None:
    mine = compliance_behind_own_rule(invoke)
    _, asked = put(invoke, {"rules": [mine, LARGE]}, version=2)
    assert decide(invoke, asked, person="BOB")[0] == 403
    assert in_force() == (2, ["mine", "compliance", "large purges"])
    assert decide(invoke, asked, person="COMP2")[0] == 201
    assert in_force() == (3, ["mine", "large purges"])


@pytest.mark.parametrize("dry", [True, False])
def test_weaker_rules_without_common_approvers_are_refused(invoke: Invoke, *, dry: bool) -> None:
    compliance_behind_own_rule(invoke)
    status, answer = put(invoke, {"rules": [LARGE]}, version=2, dryRun=dry)
    assert (status, in_force()[0], len(records())) == (400, 2, 2)
    (error,) = answer["errors"]
    assert error["path"] == "document.rules"
    assert "weakens the rules 'mine', 'compliance', so 1 of the approvers" in error["message"]
    assert "change one rule in each request" in error["message"]


def test_requester_does_not_count_among_common_approvers(invoke: Invoke) -> None:
    rules = [
        LARGE | {"name": name, "requesters": [requester], "approvers": [f"user:{name}", "user:ANN"]}
        for name, requester in (("a", "person"), ("b", "schedule"))
    ]
    put(invoke, {"rules": [LARGE, *rules]})
    only = {"rules": [LARGE]}
    assert put(invoke, only, version=1)[0] == 400
    assert put(invoke, only, version=1, person="BOB")[0] == 202


def test_as_many_of_its_approvers_decide_as_the_weakened_rule_asks_for(invoke: Invoke) -> None:
    named = LARGE | {"approvals": 2, "approvers": ["user:ANN", "user:BOB", "user:EVE"]}
    put(invoke, {"rules": [named]})
    _, asked = put(invoke, NONE, version=1)
    assert (asked["missing"], decide(invoke, asked, person="MAX")[0]) == (2, 403)
    assert decide(invoke, asked)[1] == {
        "approvalId": asked["approvalId"],
        "state": "pending",
        "missing": 1,
    }
    assert in_force() == (1, ["large purges"])
    decide(invoke, asked, person="EVE")
    assert in_force() == (2, [])


def test_dry_run_says_how_many_must_approve(invoke: Invoke) -> None:
    status, answer = put(invoke, NONE, dryRun=True)
    assert (status, answer["needed"], records()) == (200, 1, [])


def test_rule_that_nobody_could_satisfy_is_refused_with_its_path(invoke: Invoke) -> None:
    lonely = LARGE | {"approvers": ["user:ANN"]}
    status, answer = put(invoke, {"rules": [LARGE, lonely | {"name": "lonely"}]})
    assert (status, [each["path"] for each in answer["errors"]]) == (400, ["document.rules.1"])
    assert "at least 2 persons" in answer["errors"][0]["message"]


def test_rule_for_an_unknown_organisation_is_refused_with_its_path(invoke: Invoke) -> None:
    rule = LARGE | {"organisations": ["default", "emea"]}
    status, answer = put(invoke, {"rules": [LARGE, rule | {"name": "emea"}]})
    assert (status, records()) == (400, [])
    assert [(each["path"], each["message"]) for each in answer["errors"]] == [
        ("document.rules.1.organisations.1", "must be one of default")
    ]


def test_rule_for_a_configured_organisation_is_stored(invoke: Invoke) -> None:
    name, known = template.environment()["ORGANISATIONS_PARAMETER"], {"region": "eu-central-1"}
    value = json.dumps({"organisations": {"emea": known}})
    client("ssm").put_parameter(Name=name, Value=value, Type="String")
    rule = LARGE | {"name": "emea", "organisations": ["default", "emea"]}
    assert put(invoke, {"rules": [LARGE, rule]})[0] == 200


def test_shipped_rules_cannot_be_imported(invoke: Invoke) -> None:
    status, answer = put(invoke, None, fromParameter=True)
    assert (status, "the shipped approval rules" in answer["errors"][0]["message"]) == (400, True)


def changed_by_hand(**attributes: Any) -> None:
    (item,) = client("dynamodb").scan(TableName="SettingsTable")["Items"]
    client("dynamodb").put_item(TableName="SettingsTable", Item={**item, **attributes})


@pytest.mark.parametrize(
    "attributes", [{"text": {"S": json.dumps(NONE)}}, {"hash": {"N": "1"}}, {"text": {"S": "oops"}}]
)
def test_unreadable_rules_block_plans_and_name_the_item(
    invoke: Invoke, attributes: dict[str, Any]
) -> None:
    put(invoke, STRICT)
    changed_by_hand(**attributes)
    with pytest.raises(Misconfigured, match="approval-rules, version 1"):
        approving.approval_rules()


def test_unreadable_rules_are_replaced_with_the_approval_of_one_person(invoke: Invoke) -> None:
    put(invoke, STRICT)
    changed_by_hand(text={"S": "oops"})
    status, asked = put(invoke, STRICT, version=1)
    assert (status, asked["missing"]) == (202, 1)
    decide(invoke, asked)
    assert in_force() == (2, ["large purges"])


def test_changed_document_of_an_approval_is_not_stored(invoke: Invoke) -> None:
    _, asked = put(invoke, WEAK)
    store = adapters.approvals()
    approval = store.get(asked["approvalId"])
    changed = approval.followed(summary={**approval.summary, "document": dict(NONE)})
    store.put(changed, records()[0].model_copy(update={"sequence": 0}))
    assert decide(invoke, asked)[0] >= 400
    assert approving.approval_rules() == (default_rules(), 0)
