"""Reminders of what waits for a decision, for every kind of approval."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import pytest
from genesys_purge.approvals.remind_approvers import RemindApprovers
from genesys_purge.approvals.requests import opened
from genesys_purge.errors import LostRace
from genesys_purge.model.approval import Approval, ApprovalKind, ApprovalState
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.submission import Submission
from genesys_purge.ports import Runs
from hypothesis import given
from hypothesis import strategies as st

from tests.approval_fakes import MemoryApprovals
from tests.clock import NOON, Clock
from tests.fakes import MemoryAuditLog, MemoryMeter

ANN = Submission({}, "arn:ann", person_id="user:ANN")
OTHERS = [each for each in ApprovalKind if each is not ApprovalKind.RUN]


def isolate(run_id: str, work: Callable[[], None], *, batch: int | None = None) -> bool:
    assert (run_id, batch) == ("case-17", None)
    try:
        work()
    except LostRace:
        return False
    return True


class Desk:
    """One approval of 100 minutes, and the sweep; `has_ended` is about its run."""

    def __init__(self, kind: ApprovalKind = ApprovalKind.RUN, **changes: Any) -> None:
        self.clock, self.meter, self.has_ended = Clock(), MemoryMeter(), False
        self.audit = MemoryAuditLog()
        self.store = MemoryApprovals(self.audit)
        options: dict[str, Any] = {
            "approval_id": "a",
            "expires_after": timedelta(minutes=100),
        } | changes
        approval = opened(kind, "case-17", {}, ANN, NOON, **options)
        asked = AuditRecord(
            run_id="case-17", at=NOON, actor="ann", action=Action.APPROVAL_REQUESTED
        )
        self.store.open(approval, asked)
        runs = SimpleNamespace(get=lambda _: SimpleNamespace(has_ended=self.has_ended))
        self.sweep = RemindApprovers(self.store, cast("Runs", runs), self.meter, self.clock)

    def sweep_at(self, *minutes: float) -> list[str]:
        """Sweep at these minutes after the request; returns the actions of all sweeps."""
        for each in minutes:
            self.clock.wait((NOON - self.clock()).total_seconds() + each * 60)
            self.sweep(isolate)
        return [each.action for each in self.audit.of("case-17")[1:]]

    def reminders(self) -> list[int | None]:
        """The percents of the reminders in the audit."""
        found = [each for each in self.audit.of("case-17") if each.action == "approval_reminder"]
        return [each.approval.reminded for each in found if each.approval]

    @property
    def approval(self) -> Approval:
        return self.store.get("a")


@pytest.mark.parametrize("kind", ApprovalKind)
def test_each_kind_is_reminded_at_half_and_nine_tenths_once(kind: ApprovalKind) -> None:
    desk = Desk(kind)
    assert desk.sweep_at(0, 49.9) == []
    assert desk.sweep_at(50, 55, 89.9) == ["approval_reminder"]
    assert desk.sweep_at(90, 95, 99.9) == ["approval_reminder"] * 2
    assert desk.reminders() == [50, 90]


def test_late_sweep_gives_only_the_last_reminder() -> None:
    desk = Desk()
    desk.sweep_at(92, 95)
    assert desk.reminders() == [90]


@pytest.mark.parametrize(
    "state", [each for each in ApprovalState if each is not ApprovalState.PENDING]
)
def test_decided_approval_gets_no_reminder(state: ApprovalState) -> None:
    desk = Desk()
    desk.store.stored["a"] = desk.approval.followed(state=state)
    assert desk.sweep_at(95) == []


@pytest.mark.parametrize("kind", OTHERS)
def test_undecided_request_about_hold_or_stop_is_recorded_as_expired(kind: ApprovalKind) -> None:
    desk = Desk(kind)
    assert desk.sweep_at(100, 101) == ["approval_expired"]
    assert (desk.approval.state, desk.approval.closed_by) == ("expired", "remind_approvers")


def test_expiry_of_a_run_is_left_to_its_execution() -> None:
    desk = Desk()
    assert desk.sweep_at(100) == []
    desk.has_ended = True
    assert desk.sweep_at(105) == ["approval_expired"]


def test_approval_of_a_run_that_has_ended_is_withdrawn() -> None:
    desk = Desk()
    desk.has_ended = True
    assert desk.sweep_at(60) == ["approval_withdrawn"]
    assert desk.approval.state is ApprovalState.WITHDRAWN


def test_pending_and_late_approvals_are_counted() -> None:
    desk = Desk()
    for minutes, counted in ((10, (1, 0)), (91, (1, 1)), (100, (0, 0))):
        desk.meter.counts.clear()
        desk.sweep_at(minutes)
        found = desk.meter.counts["PendingApprovals"], desk.meter.counts["ExpiringApprovals"]
        assert found == counted


@contextmanager
def lost(desk: Desk) -> Iterator[None]:
    with patch.object(desk.store, "put", side_effect=LostRace("another worker")):
        yield


def test_reminder_that_is_not_stored_is_given_by_the_next_sweep() -> None:
    desk = Desk()
    with lost(desk):
        assert desk.sweep_at(50) == []
    assert desk.sweep_at(55) == ["approval_reminder"]


@given(percents=st.lists(st.integers(0, 110), max_size=12), whole=st.integers(60, 720 * 60))
def test_no_sweeps_repeat_a_reminder_or_give_it_early(percents: list[int], whole: int) -> None:
    desk = Desk(expires_after=timedelta(minutes=whole))
    desk.sweep_at(*(each * whole / 100 for each in sorted(percents)))
    given = [each for each in desk.reminders() if each is not None]
    assert given == sorted(set(given))
    assert all(any(each <= at < 100 for at in percents) for each in given)
