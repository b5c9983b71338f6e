"""Calls under an intent: what is stored before and after, and how long the next one waits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from genesys_purge.calling.attempt import Attempt
from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.campaign_rules.deploying.deployment_steps import Step, StepState
from genesys_purge.campaign_rules.deploying.deployment_writer import DeploymentWriter
from genesys_purge.campaign_rules.deploying.rule_calls import (
    CallFailed,
    CallSucceeded,
    RuleCalls,
    may_be_repeated,
)
from genesys_purge.errors import (
    GenesysUnavailable,
    OutcomeUnknown,
    PermissionMissing,
    PurgeError,
    RefusedByGenesys,
)
from genesys_purge.model.audit import Action, AuditRecord

from tests.clock import NOON, Clock
from tests.deployment_fakes import MemoryDeployments
from tests.fakes import MemoryAuditLog, MemoryMeter
from tests.unit.campaign_rules.deploying.examples import deployment, step

LEASE = 60
APPLYING = step(state=StepState.APPLYING)


class Bench:
    """Calls of a stored deployment with one step."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.deployments = MemoryDeployments(MemoryAuditLog())
        writer = DeploymentWriter(self.deployments, MemoryMeter(), self.clock)
        self.calls = RuleCalls(writer, LEASE)
        self.deployment = deployment(APPLYING)
        record = AuditRecord(
            run_id="rules-1", at=NOON, actor="tests", action=Action.DEPLOYMENT_SUBMITTED
        )
        self.deployments.begin(self.deployment, record)

    @property
    def stored(self) -> Attempt:
        return self.deployments.get("rules-1").steps[0].attempt

    def make(
        self, call: Callable[[], str], made: Step = APPLYING
    ) -> CallSucceeded[str] | CallFailed:
        result = self.calls.make(self.deployment, 0, made, call)
        self.deployment = result.deployment
        return result


@pytest.fixture
def bench() -> Bench:
    return Bench()


def failing(error: PurgeError) -> Callable[[], str]:
    def call() -> str:
        raise error

    return call


def test_intent_is_stored_before_the_call(bench: Bench) -> None:
    seen: list[Attempt] = []

    def call() -> str:
        seen.append(bench.stored)
        return "answer"

    result = bench.make(call)

    assert isinstance(result, CallSucceeded)
    assert result.answer == "answer"
    assert seen == [Attempt(number=1, at=NOON, is_open=True)] == [bench.stored]


@pytest.mark.parametrize(
    ("error", "is_uncertain"),
    [(OutcomeUnknown("reset"), True), (GenesysUnavailable("503"), False)],
)
def test_failure_is_stored_with_its_reason_and_its_doubt(
    bench: Bench,
    error: PurgeError,
    is_uncertain: bool,
) -> None:
    result = bench.make(failing(error))
    assert isinstance(result, CallFailed)
    assert result.error is error
    assert (bench.stored.is_open, bench.stored.is_uncertain) == (False, is_uncertain)
    assert bench.stored.reason == f"{type(error).__name__}: {error}"


def test_open_call_of_a_dead_task_becomes_a_doubt(bench: Bench) -> None:
    dead = APPLYING.with_attempt(Attempt().intended(NOON))
    bench.make(failing(GenesysUnavailable("503")), dead)
    assert (bench.stored.number, bench.stored.is_uncertain) == (2, True)


def test_unforeseen_error_leaves_the_call_open(bench: Bench) -> None:
    def call() -> str:
        raise RuntimeError("bug")

    with pytest.raises(RuntimeError):
        bench.make(call)
    assert bench.stored.is_open


def test_lease_counts_from_the_stored_intent(bench: Bench) -> None:
    open_step = APPLYING.with_attempt(Attempt().intended(NOON))
    bench.clock.wait(20)
    assert bench.calls.lease_left(open_step) == LEASE - 20
    assert bench.calls.lease_left(APPLYING) == 0
    bench.clock.wait(LEASE)
    assert bench.calls.lease_left(open_step) == 0


def test_doubt_settles_from_the_stored_moment_of_the_last_call(bench: Bench) -> None:
    def settle_left(attempt: Attempt) -> float:
        return bench.calls.settle_left(APPLYING.with_attempt(attempt))

    uncertain = Attempt().intended(NOON).unsure("reset").restarted(bench.clock())
    bench.clock.wait(3)
    assert settle_left(uncertain) == 2
    assert settle_left(uncertain.intended(bench.clock()).refused()) == 5
    assert settle_left(Attempt().intended(NOON).refused().restarted(bench.clock())) == 0
    bench.clock.wait(2)
    assert settle_left(uncertain) == 0


def test_only_conflicts_and_temporary_errors_may_be_repeated() -> None:
    repeatable: list[PurgeError] = [
        RefusedByGenesys("changed", status=409),
        GenesysUnavailable("503"),
        OutcomeUnknown("reset"),
    ]
    final: list[PurgeError] = [
        RefusedByGenesys("wrong", status=400),
        PermissionMissing("403", permission="p"),
    ]
    assert [may_be_repeated(each) for each in (*repeatable, *final)] == [True] * 3 + [False] * 2


def test_every_version_is_stored_once(bench: Bench) -> None:
    first: Deployment = bench.deployment
    bench.make(failing(GenesysUnavailable("503")))
    assert bench.deployments.get("rules-1").version == first.version + 2
