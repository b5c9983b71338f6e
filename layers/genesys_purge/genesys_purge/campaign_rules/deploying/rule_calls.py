"""Calls that change one rule, each with a stored intent; applying and rolling back share them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from genesys_purge.calling.lease import seconds_left
from genesys_purge.campaign_rules.answers import CONFLICT
from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.campaign_rules.deploying.deployment_steps import Step
from genesys_purge.campaign_rules.deploying.deployment_writer import DeploymentWriter, reason_of
from genesys_purge.campaign_rules.deploying.waiting import SETTLE_SECONDS
from genesys_purge.errors import OutcomeUnknown, PurgeError, RefusedByGenesys, TryLater

T = TypeVar("T")


class CallSucceeded(NamedTuple, Generic[T]):
    """A call that was executed, and its answer."""

    deployment: Deployment
    answer: T


class CallFailed(NamedTuple):
    """A call that failed; its step says whether it may have been executed."""

    deployment: Deployment
    error: PurgeError


class RuleCalls:
    """Stores the intent of each call before it is sent."""

    def __init__(self, writer: DeploymentWriter, lease_seconds: float) -> None:
        self._writer = writer
        self._lease_seconds = lease_seconds

    def make(
        self, deployment: Deployment, number: int, step: Step, call: Callable[[], T]
    ) -> CallSucceeded[T] | CallFailed:
        """Store the step with its intent, then call; store the reason of a failure."""
        attempt = step.attempt.abandoned().intended(self._writer.now())
        intended = self._writer.put(deployment.with_step(number, step.with_attempt(attempt)))
        try:
            return CallSucceeded(intended, call())
        except PurgeError as error:
            reason = reason_of(error)
            is_unknown = isinstance(error, OutcomeUnknown)
            ended = attempt.unsure(reason) if is_unknown else attempt.refused(reason)
            failed = intended.with_step(number, step.with_attempt(ended))
            return CallFailed(self._writer.put(failed), error)

    def lease_left(self, step: Step) -> float:
        """Seconds for which another task may still be in the step's call; 0 if it cannot be."""
        return step.attempt.lease_left(self._writer.now(), self._lease_seconds)

    def settle_left(self, step: Step) -> float:
        """Seconds until a call without an answer has taken effect, if it ever does.

        They count from the stored moment, so a repeated task does not read too early.
        """
        if not step.attempt.is_uncertain:
            return 0.0
        return seconds_left(step.attempt.at, self._writer.now(), SETTLE_SECONDS)


def may_be_repeated(error: PurgeError) -> bool:
    """Whether another call may succeed, after the rule was read again."""
    if isinstance(error, RefusedByGenesys):
        return error.status == CONFLICT
    return isinstance(error, TryLater | OutcomeUnknown)
