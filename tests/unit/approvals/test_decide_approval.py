"""Decisions of several persons, in every order and at every moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import Mock, patch

import pytest
from genesys_purge.approvals.decide_approval import DecideApproval
from genesys_purge.approvals.errors import Expired, HashDiffers
from genesys_purge.approvals.ports import Effected
from genesys_purge.approvals.requests import opened
from genesys_purge.errors import CallerError, LostRace
from genesys_purge.model.approval import Approval, ApprovalKind, ApprovalState, Vote
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.submission import Submission
from genesys_purge.ports import Prepared
from hypothesis import given
from hypothesis import strategies as st

from tests.approval_fakes import MemoryApprovals
from tests.clock import NOON, Clock
from tests.fakes import MemoryAuditLog

PERSONS = ("user:ANN", "user:BOB", "user:EVE", "role:AROA")


class Desk:
    """An approval that ann asked for, and the use case that decides about it."""

    def __init__(self, kind: ApprovalKind = ApprovalKind.RUN, **changes: Any) -> None:
        self.clock = Clock()
        self.audit = MemoryAuditLog()
        self.store = MemoryApprovals(self.audit)
        self.done: list[str] = []
        asked = Submission({}, "arn:ann", person_id="user:ANN")
        approval = opened(kind, "case-17", {"targeted": 1}, asked, NOON, approval_id="a", **changes)
        record = AuditRecord(
            run_id="case-17", at=NOON, actor="ann", action=Action.APPROVAL_REQUESTED
        )
        self.store.open(approval, record)
        self.decide = DecideApproval(
            self.store, {ApprovalKind.HOLD_RELEASE: self._effect}, self.clock
        )

    def __call__(self, person: str, vote: str = "approve", **changes: str) -> str:
        body = {"decision": vote, "subjectHash": self.approval.subject_hash} | changes
        submitted = Submission(body, f"arn:{person}", person_id=person, path={"approvalId": "a"})
        return self.decide(submitted).state

    @property
    def approval(self) -> Approval:
        return self.store.get("a")

    def _effect(self, approval: Approval, now: datetime) -> Effected:
        assert now == self.clock()

        def write() -> None:
            self.done.append(approval.subject)

        return Effected([Prepared((lambda: True, write))], {"detail": "released"})


@pytest.mark.parametrize(("seconds", "state"), [(3_599, "approved"), (3_600, None)])
def test_approval_expires_on_the_second(seconds: int, state: str | None) -> None:
    desk = Desk(expires_after=timedelta(hours=1))
    desk.clock.wait(seconds)
    if state:
        assert desk("user:BOB") == state
        return
    with pytest.raises(Expired):
        desk("user:BOB")
    assert desk.approval.state_at(desk.clock()) is ApprovalState.EXPIRED


def test_approved_approval_that_nobody_used_expires() -> None:
    desk = Desk(expires_after=timedelta(hours=1))
    desk("user:BOB")
    desk.clock.wait(3_600)
    assert desk.approval.state_at(desk.clock()) is ApprovalState.EXPIRED


def test_last_approval_has_its_effect_in_the_same_write() -> None:
    desk = Desk(ApprovalKind.HOLD_RELEASE, needed=2)
    assert (desk("user:BOB"), desk.done) == ("pending", [])
    assert (desk("user:EVE"), desk.done) == ("consumed", ["case-17"])
    assert desk.audit.of("case-17")[-1].detail == "released"


def test_rejection_has_no_effect() -> None:
    desk = Desk(ApprovalKind.HOLD_RELEASE)
    assert (desk("user:BOB", "reject"), desk.done) == ("rejected", [])


def test_effect_that_finds_a_changed_subject_changes_nothing() -> None:
    desk = Desk(ApprovalKind.HOLD_RELEASE)

    changed = Mock(side_effect=HashDiffers("the hold was widened"))
    desk.decide = DecideApproval(desk.store, {ApprovalKind.HOLD_RELEASE: changed}, desk.clock)
    with pytest.raises(HashDiffers):
        desk("user:BOB")
    assert (desk.approval.state, desk.approval.decisions) == ("pending", ())


def test_two_persons_who_decide_at_once_are_both_counted() -> None:
    desk = Desk(needed=2)
    put, races = desk.store.put, [lambda: desk("user:EVE")]

    def raced(*written: Any) -> None:
        if races:
            races.pop()()
        put(*written)

    with patch.object(desk.store, "put", raced):
        assert desk("user:BOB") == "approved"
    assert {each.person_id for each in desk.approval.decisions} == {"user:BOB", "user:EVE"}


def test_decision_that_always_loses_its_race_is_told() -> None:
    desk = Desk()

    error = LostRace("another worker changed the record")
    with patch.object(desk.store, "put", side_effect=error), pytest.raises(LostRace):
        desk("user:BOB")


@given(
    votes=st.lists(st.tuples(st.sampled_from(PERSONS), st.sampled_from(list(Vote))), max_size=8),
    needed=st.integers(1, 4),
)
def test_approval_needs_so_many_other_persons_and_no_rejection(
    votes: list[tuple[str, Vote]], needed: int
) -> None:
    desk = Desk(needed=needed)
    given_by: list[str] = []
    for person, vote in votes:
        before = desk.approval
        try:
            desk(person, vote)
        except CallerError:
            assert desk.approval == before
        if vote is Vote.APPROVE and desk.approval.decision_of(person):
            given_by.append(person)
    approval = desk.approval
    approved = {each.person_id for each in approval.decisions if each.decision is Vote.APPROVE}
    assert "user:ANN" not in {each.person_id for each in approval.decisions}
    assert approved <= set(given_by)
    rejected = any(each.decision is Vote.REJECT for each in approval.decisions)
    assert (approval.state is ApprovalState.APPROVED) == (len(approved) >= needed and not rejected)
