"""RemindApprovers over the real tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from genesys_purge.approvals.requests import opened
from genesys_purge.errors import TryLater
from genesys_purge.model.approval import Approval, ApprovalFacts, ApprovalKind
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.submission import Submission
from genesys_purge.wiring import adapters, approving

from tests.clock import NOON
from tests.functions.conftest import Invoke

pytestmark = pytest.mark.usefixtures("deployed")

ANN = Submission({}, "arn:aws:iam::123456789012:user/ann", person_id="user:ANN")
HOLDS = [f"hold:case-{number}" for number in range(3)]


def ask(subject: str, hours: int = 100) -> None:
    """Store a request for the release of a hold."""
    approval = opened(
        ApprovalKind.HOLD_RELEASE,
        subject,
        {},
        ANN,
        adapters.now(),
        approval_id=subject.replace(":", "-"),
        expires_after=timedelta(hours=hours),
    )
    facts = ApprovalFacts.of(approval)
    action = Action.HOLD_RELEASE_REQUESTED
    record = AuditRecord(run_id=subject, at=NOON, actor="ann", action=action, approval=facts)
    adapters.approvals().open(approval, record)


def sweep(invoke: Invoke, *hours_later: float) -> None:
    """Sweep so many hours from now."""
    now: datetime = adapters.now()
    for hours in hours_later:
        at = now + timedelta(hours=hours)
        with patch.object(adapters, "now", lambda at=at: at):
            approving.remind_approvers.cache_clear()
            invoke("RemindApprovers", {"scheduledTime": ""})


def records(subject: str) -> list[AuditRecord]:
    """The audit records of the subject after the request."""
    return list(adapters.ledger().page(subject, 1, 100).records)[1:]


def reminders(subject: str) -> list[int | None]:
    found = [each for each in records(subject) if each.action is Action.APPROVAL_REMINDER]
    return [each.approval.reminded for each in found if each.approval]


def test_each_reminder_is_given_once_over_repeated_sweeps(invoke: Invoke) -> None:
    ask(HOLDS[0])
    sweep(invoke, 1, 50, 51, 89, 91, 92, 99)
    assert reminders(HOLDS[0]) == [50, 90]


def test_every_page_of_the_pending_approvals_is_swept(invoke: Invoke) -> None:
    for each in HOLDS:
        ask(each)
    with patch("genesys_purge.approvals.remind_approvers.PAGE", 1):
        sweep(invoke, 60)
    assert [reminders(each) for each in HOLDS] == [[50]] * 3


def test_request_that_nobody_decided_is_recorded_as_expired(invoke: Invoke) -> None:
    ask(HOLDS[0])
    sweep(invoke, 101, 102)
    assert [each.action for each in records(HOLDS[0])] == [Action.APPROVAL_EXPIRED]
    assert adapters.approvals().get("hold-case-0").state == "expired"


def test_failure_of_one_approval_does_not_stop_the_others(invoke: Invoke) -> None:
    for each in HOLDS[:2]:
        ask(each)
    store = adapters.approvals()
    get = store.get

    def failing(approval_id: str) -> Approval:
        if approval_id == "hold-case-1":
            raise TryLater("the table is busy")
        return get(approval_id)

    with patch.object(store, "get", failing):
        sweep(invoke, 60)
    assert [reminders(each) for each in HOLDS[:2]] == [[50], []]


def test_waiting_approvals_are_counted(invoke: Invoke, capsys: pytest.CaptureFixture[str]) -> None:
    ask(HOLDS[0], hours=100)
    ask(HOLDS[1], hours=200)
    sweep(invoke, 95)
    printed = capsys.readouterr().out.replace(" ", "")
    assert '"PendingApprovals":[2.0]' in printed
    assert '"ExpiringApprovals":[1.0]' in printed
