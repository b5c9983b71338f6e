"""One interleaving: runs that wait for approvals, and the persons who decide about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache, partial
from typing import Any

from genesys_purge.approvals.decide_approval import DecideApproval
from genesys_purge.approvals.needed_approvals import NeededApprovals
from genesys_purge.approvals.withdraw_approval import WithdrawApproval
from genesys_purge.errors import CallerError, LostRace
from genesys_purge.model.approval import Approval
from genesys_purge.model.approval_rules import ApprovalRules, RulesInForce
from genesys_purge.model.batch import Batch, Entry
from genesys_purge.model.messages import RunRef
from genesys_purge.model.run import Run, RunStatus
from genesys_purge.model.submission import Submission

from tests.approval_fakes import MemoryApprovals
from tests.clock import NOON
from tests.fakes import MemoryAuditLog
from tests.interleavings.approving.stores import ApprovingStores
from tests.interleavings.execution import Execution, GivenUp
from tests.interleavings.notebook import AskedRun
from tests.interleavings.simulated.scene import CountedStage, Scene
from tests.interleavings.stage import Died, WatchedApprovals

ANN, BOB, EVE, MAX = "user:ANN", "user:BOB", "user:EVE", "user:MAX"
NAMED = (ANN, BOB, EVE)
# Seconds until an unused approval expires.
EXPIRIES = (30, 300, 900, 900)
# Most persons decide while the run waits, within so many port calls.
SOON = 12


class ApprovingScene(Scene):
    """The workers of one seed."""

    # An intent uses the approval, and the guard reads the switch, the stops and the approval.
    critical = (
        "runs.begin",
        "runs.intend",
        "policies.purging_is_on",
        "stops.covering",
        "connection",
    )

    def __init__(self, stage: CountedStage) -> None:
        self._approvals: list[Approval] = []
        super().__init__(stage, ApprovingStores(stage))

    def load(self, run: Run, batches: Sequence[tuple[Batch, Sequence[Entry]]]) -> None:
        """Store a run that waits for its approval; in a few seeds, no rule asks for one."""
        random = self.stage.chances.random
        needed, is_named = random.choice((0, 1, 1, 1, 2)), random.random() < 0.3
        if needed:
            approval = asked_for(run, needed, is_named)
            expires = NOON + timedelta(seconds=random.choice(EXPIRIES))
            approval = approval.model_copy(update={"expires_at": expires})
            self._approvals.append(approval)
            run = waiting(run, approval.approval_id)
            approvers = frozenset(NAMED) if is_named else None
            plan_hash = run.plan.hash if run.plan else ""
            self._table.load(approval, AskedRun(needed, ANN, approvers, plan_hash))
        super().load(run, batches)

    @property
    def _table(self) -> Any:
        return self.stores.approvals

    def begins(self, execution: Execution, run_id: str) -> bool:
        """Look at the approval until the run may begin; some messages come without a look."""
        chances = self.stage.chances
        if chances.often(0.05):
            return True
        while True:
            try:
                found = execution.task("check", RunRef(run_id=run_id))
            except GivenUp:
                execution.fail(run_id, "NotApproved")
                return False
            if execution.is_stopped() or not found.awaits_approval:
                return not execution.is_stopped()
            self.stage.scheduler.pause(chances.between(0.1, found.wait_seconds))

    def people(self) -> None:
        """Persons who decide about each approval, and in many seeds one who withdraws it."""
        chances = self.stage.chances
        for approval in self._approvals:
            persons = chances.random.sample((BOB, EVE, ANN, MAX), chances.random.randint(1, 4))
            if chances.often(0.7):
                persons = [BOB, EVE, *(set(persons) - {BOB, EVE})]
            for person in persons:
                self._decides(approval, person)
            if chances.often(0.4):
                person = chances.random.choice(NAMED)
                name = f"{person} withdraws {approval.subject}"
                withdraw = partial(self._withdraw, approval, person)
                self.acts(name, self._persistent(withdraw), share=0.7)

    def _decides(self, approval: Approval, person: str) -> None:
        """Add a person who decides; some send the hash of something else."""
        chances = self.stage.chances
        vote = "approve" if chances.often(0.85) else "reject"
        shown = approval.subject_hash
        if chances.often(0.08):
            shown = "f" * len(shown)
            self.stage.notebook.asked[approval.approval_id].misled.add(person)
        body = {"decision": vote, "subjectHash": shown}
        decide = self._persistent(partial(self._decide, approval, person, body))
        # Some decide when another decision is about to be stored.
        call = chances.random.randint(1, SOON)
        self.stage.at_call("approvals.put" if chances.often(0.2) else call, person, decide)

    def _decide(self, approval: Approval, person: str, body: dict[str, str]) -> None:
        approvals = WatchedApprovals(self.stage, self._table)
        DecideApproval(approvals, {}, self.stage.clock)(sent(approval, person, body))

    def _withdraw(self, approval: Approval, person: str) -> None:
        approvals = WatchedApprovals(self.stage, self._table)
        WithdrawApproval(approvals, self.stage.clock)(sent(approval, person, {}))

    def _persistent(self, act: Callable[[], None]) -> Callable[[], None]:
        """A person who repeats a request until there is an answer."""
        stage = self.stage

        def body() -> None:
            while True:
                stage.notebook.new_invocation(stage.worker)
                try:
                    return act()
                except (Died, LostRace):
                    stage.scheduler.pause(stage.chances.between(0.1, 5.0))
                except CallerError as error:
                    stage.counts[type(error).__name__] += 1
                    return stage.tell("is refused:", error)

        return body


def sent(approval: Approval, person: str, body: dict[str, str]) -> Submission:
    """A request of a person about an approval."""
    path = {"approvalId": approval.approval_id}
    return Submission(body, f"arn:{person}", person_id=person, path=path)


Key = tuple[str, int, bool]
_ASKED: dict[Key, Approval] = {}


def asked_for(run: Run, needed: int, is_named: bool) -> Approval:
    """The approval that a rule asks for, as PlanPurge opens it; built once for equal runs."""
    plan = run.plan
    assert plan
    key = (f"{run.run_id}-{run.method}-{plan.targeted}", needed, is_named)
    if key not in _ASKED:
        rules = _rules(needed, is_named)
        opened = NeededApprovals(MemoryApprovals(MemoryAuditLog()), lambda: rules, lambda: NOON)
        found = opened.needed(waiting(run, None), plan, list)
        assert found
        _ASKED[key] = found
    return _ASKED[key]


@cache
def _rules(needed: int, is_named: bool) -> RulesInForce:
    rule: dict[str, Any] = {"name": "all", "approvals": needed}
    named = {"approvers": list(NAMED)} if is_named else {}
    return RulesInForce(ApprovalRules.parse({"rules": [rule | named]}), 1)


def waiting(run: Run, approval_id: str | None) -> Run:
    """The run that ann submitted, as its plan leaves it."""
    return run.model_copy(
        update={
            "status": RunStatus.AWAITING_APPROVAL,
            "approval_id": approval_id,
            "submitted_by": "arn:ann",
            "submitted_by_person": ANN,
        }
    )
