"""DecideApproval: one person approves or rejects what another one asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from genesys_purge.approvals.errors import AlreadyDecided, Expired, HashDiffers, NotPending
from genesys_purge.approvals.ports import ApprovalStore, Effect, Effected
from genesys_purge.approvals.requests import DecisionRequest, decision_in
from genesys_purge.errors import FieldError, InvalidRequest, LostRace, NotEntitled
from genesys_purge.model.approval import (
    Approval,
    ApprovalFacts,
    ApprovalKind,
    ApprovalState,
    Decision,
    Vote,
)
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.person import human_of, humans_of, is_federated, is_same_human
from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Clock

# Two persons who decide at once are both counted; more than a few at once do not happen.
MOST_RACES = 10
ACTIONS = {Vote.APPROVE: Action.APPROVAL_GIVEN, Vote.REJECT: Action.APPROVAL_REJECTED}


class DecidedApproval(Wire):
    """An approval after the decision; `missing` counts the persons that must still approve."""

    approval_id: str
    state: ApprovalState
    missing: int


class DecideApproval:
    """The decision, its audit record and what the last one allows are stored together."""

    def __init__(
        self, approvals: ApprovalStore, effects: Mapping[ApprovalKind, Effect], now: Clock
    ) -> None:
        self._approvals = approvals
        self._effects = effects
        self._now = now

    def __call__(self, submitted: Submission) -> DecidedApproval:
        """Store the decision; the same one again changes nothing.

        Raises NotEntitled for machines, for federated users, for the requester and for persons that
        the rule does not name, HashDiffers if the decision is about something else, NotPending,
        Expired, and AlreadyDecided if the person decided otherwise before.
        """
        approval_id = submitted.path.get("approvalId")
        if approval_id is None:
            raise InvalidRequest([FieldError("approvalId", "decide through the API")])
        request = decision_in(submitted.payload)
        for _ in range(MOST_RACES):
            approval = self._approvals.get(approval_id)
            decision = _decision(request, submitted, self._now())
            require_entitled(approval, decision.person_id)
            if (earlier := approval.decision_of(decision.person_id)) is not None:
                return _repeated(approval, earlier, request)
            _require_open(approval, request, decision.at)
            try:
                return self._store(approval.decided(decision), decision)
            except LostRace:
                continue
        raise LostRace(f"the approval changed {MOST_RACES} times; decide again")

    def _store(self, approval: Approval, decision: Decision) -> DecidedApproval:
        effect = self._effects.get(approval.kind)
        effected = Effected((), {})
        if approval.state is ApprovalState.APPROVED and effect:
            # Nothing is between this decision and its effect, so it is consumed at once.
            effected = effect(approval, decision.at)
            approval = approval.model_copy(update={"state": ApprovalState.CONSUMED})
        record = AuditRecord(
            run_id=approval.subject,
            at=decision.at,
            actor=decision.actor,
            person_id=decision.person_id,
            action=ACTIONS[decision.decision],
            approval=ApprovalFacts.of(approval, decision.comment),
            **effected.facts,
        )
        self._approvals.put(approval, record, effected.writes)
        return _answer(approval)


def _decision(request: DecisionRequest, submitted: Submission, now: datetime) -> Decision:
    if submitted.person_id is None:
        raise NotEntitled("a schedule, an event or a service decides nothing; a person must")
    if is_federated(submitted.person_id):
        raise NotEntitled(
            "a federated user decides nothing, because any IAM user may choose its name; call the "
            "API with a role or as a user of IAM Identity Center"
        )
    return Decision(
        decision=request.decision,
        person_id=submitted.person_id,
        actor=submitted.actor,
        at=now,
        comment=request.comment,
    )


def require_entitled(approval: Approval, person_id: str) -> None:
    """NotEntitled for the requester, and for a person that the rule does not name."""
    if is_same_human(person_id, approval.requested_by_person):
        raise NotEntitled(
            "you asked for this yourself, so another person must decide; sessions of one role are "
            "one person, and so are the roles of one user of IAM Identity Center"
        )
    approvers = approval.approvers
    if approvers is not None and human_of(person_id) not in humans_of(approvers):
        raise NotEntitled("the rule names the persons who decide, and you are none of them")


def _require_open(approval: Approval, request: DecisionRequest, now: datetime) -> None:
    state = approval.state_at(now)
    if state is ApprovalState.EXPIRED:
        raise Expired(f"it expired at {approval.expires_at.isoformat()}, which is a no; ask again")
    if state is not ApprovalState.PENDING:
        raise NotPending(f"it is {state}, so nothing is left to decide")
    if request.subject_hash != approval.subject_hash:
        raise HashDiffers(
            "subjectHash is not that of the stored summary; read the approval again and decide "
            "about what it shows"
        )


def _repeated(approval: Approval, earlier: Decision, request: DecisionRequest) -> DecidedApproval:
    """The answer to a person who has decided before."""
    if earlier.decision is not request.decision:
        raise AlreadyDecided(f"you decided `{earlier.decision}` before, which stays as it is")
    if request.subject_hash != approval.subject_hash:
        raise HashDiffers("you decided before, but about another subjectHash")
    return _answer(approval)


def _answer(approval: Approval) -> DecidedApproval:
    given = ApprovalFacts.of(approval).given
    return DecidedApproval(
        approval_id=approval.approval_id,
        state=approval.state,
        missing=max(approval.needed - given, 0),
    )
