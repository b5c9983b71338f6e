"""DecideApproval, WithdrawApproval and ReadApprovals over the real tables."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.approvals.requests import opened
from genesys_purge.errors import InvalidRequest, LostRace
from genesys_purge.model.approval import Approval, ApprovalFacts, ApprovalKind
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.submission import Submission
from genesys_purge.store.approvals import DynamoApprovals
from genesys_purge.wiring import adapters

from tests.application import http_event
from tests.clock import NOON
from tests.functions.conftest import Invoke

pytestmark = pytest.mark.usefixtures("deployed")

RUN = "quarter-2024-2"
ID = f"run-{RUN}"
REQUESTER = Submission({}, "arn:aws:iam::123456789012:user/ann", person_id="user:ANN")


def ask(**changes: Any) -> Approval:
    """A stored approval that ann asked for."""
    summary = {"planHash": "abc", "targeted": 3_000}
    given: dict[str, Any] = {"approval_id": ID, **changes}
    approval = opened(ApprovalKind.RUN, RUN, summary, REQUESTER, adapters.now(), **given)
    record = AuditRecord(
        run_id=RUN,
        at=NOON,
        actor="plan_purge",
        action=Action.APPROVAL_REQUESTED,
        approval=ApprovalFacts.of(approval),
    )
    adapters.approvals().open(approval, record)
    return approval


def call(
    invoke: Invoke, function: str, body: Any, person: str = "BOB", **principal: str
) -> tuple[int, Any]:
    route = "withdraw" if function == "WithdrawApproval" else "decisions"
    event = http_event(
        f"POST /approvals/{{approvalId}}/{route}", body=json.dumps(body), path={"approvalId": ID}
    )
    arn = f"arn:aws:iam::123456789012:user/{person.lower()}"
    iam = {"userArn": arn, "callerId": person, **principal}
    event["requestContext"]["authorizer"] = {"iam": iam}
    answer = invoke(function, event)
    return answer["statusCode"], json.loads(answer["body"])


def decide(
    invoke: Invoke, approval: Approval, decision: str = "approve", **changes: Any
) -> tuple[int, Any]:
    body = {"decision": decision, "subjectHash": changes.pop("hash", approval.subject_hash)}
    return call(invoke, "DecideApproval", body, **changes)


def get(invoke: Invoke, route: str, **query: str) -> tuple[int, Any]:
    path = {"approvalId": ID} if "{" in route else None
    answer = invoke("ReadApprovals", http_event(route, path=path, query=query or None))
    return answer["statusCode"], json.loads(answer["body"])


def state() -> str:
    return adapters.approvals().get(ID).state


def actions() -> list[str]:
    return [each.action for each in adapters.ledger().page(RUN, 1, 100).records]


def test_another_person_approves_and_the_audit_says_who(invoke: Invoke) -> None:
    assert decide(invoke, ask()) == (201, {"approvalId": ID, "state": "approved", "missing": 0})
    record = adapters.ledger().page(RUN, 1, 10).records[-1]
    assert (record.action, record.person_id) == (Action.APPROVAL_GIVEN, "user:BOB")
    assert record.approval is not None
    assert (record.approval.state, record.approval.given) == ("approved", 1)


def test_own_request_is_403_and_stays_pending(invoke: Invoke) -> None:
    status, answer = decide(invoke, ask(), person="ANN")
    assert (status, state()) == (403, "pending")
    assert "another person must decide" in answer["errors"][0]["message"]
    assert actions() == ["approval_requested"]


def test_two_sessions_of_one_role_are_one_person(invoke: Invoke) -> None:
    role = "arn:aws:sts::123456789012:assumed-role/purgers"
    asked = Submission({}, f"{role}/one", person_id="role:AROA")
    approval = opened(ApprovalKind.RUN, RUN, {}, asked, adapters.now(), approval_id=ID)
    record = AuditRecord(run_id=RUN, at=NOON, actor="a", action=Action.APPROVAL_REQUESTED)
    adapters.approvals().open(approval, record)
    other = {"userArn": f"{role}/two", "callerId": "AROA:two"}
    assert decide(invoke, approval, **other)[0] == 403
    assert state() == "pending"


SSO = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Purge"


def session(role: str, name: str) -> dict[str, str]:
    """A call of a user of Identity Center, with one of their roles."""
    return {"userArn": f"{SSO}{role}_1/{name}", "callerId": f"{role}:{name}"}


def ask_as(person_id: str | None, **changes: Any) -> Approval:
    """A stored approval that this person asked for."""
    asked = Submission({}, "somebody", person_id=person_id)
    approval = opened(ApprovalKind.RUN, RUN, {}, asked, adapters.now(), approval_id=ID, **changes)
    record = AuditRecord(run_id=RUN, at=NOON, actor="a", action=Action.APPROVAL_REQUESTED)
    adapters.approvals().open(approval, record)
    return approval


def test_requester_cannot_approve_with_another_permission_set(invoke: Invoke) -> None:
    approval = ask_as("role:AROAREQ:ann@x")
    assert decide(invoke, approval, **session("AROAAPP", "ann@x"))[0] == 403
    assert state() == "pending"
    assert decide(invoke, approval, **session("AROAAPP", "bob@x"))[0] == 201


def test_approvals_with_two_permission_sets_count_once(invoke: Invoke) -> None:
    approval = ask(needed=2)
    first = decide(invoke, approval, **session("AROA1", "bob@x"))
    assert decide(invoke, approval, **session("AROA2", "bob@x")) == first
    assert (first[1]["missing"], state()) == (1, "pending")


def test_named_approver_may_use_another_permission_set(invoke: Invoke) -> None:
    approval = ask(approvers=("role:AROA1:bob@x", "user:EVE"))
    assert decide(invoke, approval, **session("AROA2", "max@x"))[0] == 403
    assert decide(invoke, approval, **session("AROA2", "bob@x"))[0] == 201


def test_requester_withdraws_with_another_permission_set(invoke: Invoke) -> None:
    ask_as("role:AROAREQ:ann@x")
    assert call(invoke, "WithdrawApproval", {}, **session("AROA2", "bob@x"))[0] == 403
    assert call(invoke, "WithdrawApproval", {}, **session("AROA2", "ann@x"))[0] == 200


def test_federated_user_decides_nothing(invoke: Invoke) -> None:
    name = {
        "userArn": "arn:aws:sts::123456789012:federated-user/bob",
        "callerId": "123456789012:bob",
    }
    status, answer = decide(invoke, ask(), **name)
    assert (status, state()) == (403, "pending")
    assert "with a role or as a user of IAM Identity Center" in answer["errors"][0]["message"]


@pytest.mark.parametrize("requester", [None, "federated:123456789012"])
def test_two_persons_approve_for_an_unknown_requester(
    invoke: Invoke, requester: str | None
) -> None:
    approval = ask_as(requester)
    assert decide(invoke, approval)[1] == {"approvalId": ID, "state": "pending", "missing": 1}
    assert decide(invoke, approval, person="EVE")[1]["state"] == "approved"


def test_refusal_of_a_person_names_nobody(invoke: Invoke) -> None:
    approval = ask(approvers=("user:EVE", "user:MAX"))
    _, answer = decide(invoke, approval, **session("AROA2", "bob@x"))
    assert "bob@x" not in str(answer)


def test_other_hash_is_409_and_stays_pending(invoke: Invoke) -> None:
    ask()
    assert decide(invoke, adapters.approvals().get(ID), hash="0" * 64)[0] == 409
    assert (state(), actions()) == ("pending", ["approval_requested"])


def test_one_rejection_ends_it(invoke: Invoke) -> None:
    approval = ask(needed=2)
    assert decide(invoke, approval, "reject")[1]["state"] == "rejected"
    assert decide(invoke, approval, person="EVE")[0] == 409
    assert (state(), actions()[-1]) == ("rejected", "approval_rejected")


def test_same_decision_again_counts_once(invoke: Invoke) -> None:
    approval = ask(needed=2)
    first = decide(invoke, approval)
    assert decide(invoke, approval) == first == (201, first[1] | {"missing": 1})
    assert actions() == ["approval_requested", "approval_given"]


def test_other_decision_of_the_same_person_is_409(invoke: Invoke) -> None:
    approval = ask(needed=2)
    decide(invoke, approval)
    assert decide(invoke, approval, "reject")[0] == 409
    assert state() == "pending"


def test_two_persons_are_needed_if_the_rule_says_so(invoke: Invoke) -> None:
    approval = ask(needed=2)
    assert decide(invoke, approval)[1]["state"] == "pending"
    assert decide(invoke, approval, person="EVE")[1]["state"] == "approved"


def test_person_whom_the_rule_does_not_name_is_403(invoke: Invoke) -> None:
    approval = ask(approvers=("user:EVE",))
    assert decide(invoke, approval)[0] == 403
    assert decide(invoke, approval, person="EVE")[0] == 201


def test_machine_decides_nothing(invoke: Invoke) -> None:
    approval = ask()
    body = {"decision": "approve", "subjectHash": approval.subject_hash}
    with pytest.raises(Exception, match="decide through the API"):
        invoke("DecideApproval", body)
    assert state() == "pending"


@pytest.mark.parametrize(("person", "status"), [("ANN", 200), ("BOB", 200), ("EVE", 403)])
def test_requester_and_approvers_may_withdraw(invoke: Invoke, person: str, status: int) -> None:
    decide(invoke, ask())
    assert call(invoke, "WithdrawApproval", {}, person)[0] == status
    assert state() == ("withdrawn" if status == 200 else "approved")


def test_withdrawn_approval_is_not_decided(invoke: Invoke) -> None:
    approval = ask()
    call(invoke, "WithdrawApproval", {"comment": "The wrong quarter"}, "ANN")
    assert decide(invoke, approval)[0] == 409
    record = adapters.ledger().page(RUN, 1, 10).records[-1]
    assert record.approval is not None
    assert (record.action, record.approval.comment) == ("approval_withdrawn", "The wrong quarter")


def test_withdrawing_twice_is_recorded_once(invoke: Invoke) -> None:
    ask()
    for _ in range(2):
        assert call(invoke, "WithdrawApproval", {}, "ANN")[0] == 200
    assert actions() == ["approval_requested", "approval_withdrawn"]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"decision", "subjectHash"}),
        ({"decision": "yes", "subjectHash": "0" * 64}, {"decision"}),
        ({"decision": "approve", "subjectHash": "abc"}, {"subjectHash"}),
        ({"decision": "approve", "subjectHash": "0" * 64, "person": "me"}, {"person"}),
        ([], {"request"}),
    ],
)
def test_wrong_decision_is_400_with_its_fields(invoke: Invoke, body: Any, wrong: set[str]) -> None:
    ask()
    status, answer = call(invoke, "DecideApproval", body)
    assert (status, {each["path"] for each in answer["errors"]}) == (400, wrong)


def test_list_filters_by_state_and_shows_no_summary(invoke: Invoke) -> None:
    ask()
    ask(approval_id="run-other")
    decide(invoke, adapters.approvals().get(ID))
    _, page = get(invoke, "GET /approvals", state="pending")
    assert [each["approvalId"] for each in page["approvals"]] == ["run-other"]
    assert "summary" not in page["approvals"][0]
    assert get(invoke, "GET /approvals", state="maybe")[0] == 400


def test_shown_approval_has_its_summary_and_hash(invoke: Invoke) -> None:
    approval = ask()
    _, shown = get(invoke, "GET /approvals/{approvalId}")
    assert shown["summary"] == {"planHash": "abc", "targeted": 3_000}
    assert shown["subjectHash"] == approval.subject_hash


def test_unknown_approval_is_404(invoke: Invoke) -> None:
    assert get(invoke, "GET /approvals/{approvalId}")[0] == 404


@pytest.mark.parametrize("function", ["DecideApproval", "WithdrawApproval"])
def test_direct_invocation_names_no_approval(invoke: Invoke, function: str) -> None:
    ask()
    with pytest.raises(InvalidRequest, match="through the API"):
        invoke(function, {"decision": "approve", "subjectHash": "0" * 64})
    assert state() == "pending"


def test_same_person_does_not_repeat_a_decision_about_another_hash(invoke: Invoke) -> None:
    approval = ask(needed=2)
    assert decide(invoke, approval)[0] == 201
    status, answer = decide(invoke, approval, hash="0" * 64)
    assert (status, "another subjectHash" in str(answer)) == (409, True)


def test_withdrawal_that_loses_a_race_is_tried_again(invoke: Invoke) -> None:
    ask()
    put, lost = DynamoApprovals.put, iter([True])

    def once_lost(*given: Any) -> None:
        if next(lost, False):
            raise LostRace("another person was faster")
        put(*given)

    with patch.object(DynamoApprovals, "put", once_lost):
        assert call(invoke, "WithdrawApproval", {}, person="ANN")[0] == 200
    assert state() == "withdrawn"


def test_decision_and_withdrawal_that_always_lose_store_nothing(invoke: Invoke) -> None:
    approval = ask()
    with patch.object(DynamoApprovals, "put", side_effect=LostRace("another person was faster")):
        assert decide(invoke, approval)[0] >= 500
        assert call(invoke, "WithdrawApproval", {}, person="ANN")[0] >= 500
    assert (state(), actions()) == ("pending", ["approval_requested"])
