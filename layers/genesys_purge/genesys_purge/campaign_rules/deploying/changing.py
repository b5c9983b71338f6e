"""One changing call about one rule, under an intent; what applying and rolling back share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.campaign_rules.deploying.deployment_messages import DeploymentStep
from genesys_purge.campaign_rules.deploying.deployment_steps import Step
from genesys_purge.campaign_rules.deploying.keeping import Keeper, reason_of
from genesys_purge.campaign_rules.deploying.waiting import backoff
from genesys_purge.errors import OutcomeUnknown, PurgeError, RefusedByGenesys, TryLater

CONFLICT = 409


T = TypeVar("T")


class Made(NamedTuple, Generic[T]):
    """A call that was carried out, and what it answered."""

    deployment: Deployment
    answer: T


class NotMade(NamedTuple):
    """A call that came to nothing, as far as anybody knows."""

    deployment: Deployment
    error: PurgeError


class Changing:
    """Stores each intent before its call, so that no call goes without a trace."""

    def __init__(self, keeper: Keeper, lease_seconds: int) -> None:
        self._keeper = keeper
        self._lease_seconds = lease_seconds

    def attempt(
        self, deployment: Deployment, number: int, intent: Step, call: Callable[[], T]
    ) -> Made[T] | NotMade:
        """Makes the call; where it came to nothing, the stored step says why."""
        intent = with_doubt(intent)
        begun = intent.model_copy(
            update={"tries": intent.tries + 1, "intended_at": self._keeper.now()}
        )
        intended = self._keeper.put(deployment.with_step(number, begun))
        try:
            return Made(intended, call())
        except PurgeError as error:
            unsure = begun.is_uncertain or isinstance(error, OutcomeUnknown)
            ended = {"intended_at": None, "is_uncertain": unsure, "detail": reason_of(error)}
            failed = intended.with_step(number, begun.model_copy(update=ended))
            return NotMade(self._keeper.put(failed), error)

    def lease(self, deployment: Deployment, number: int, message: DeploymentStep) -> float:
        """Seconds for which a call of somebody else may still be under way; 0 for none.

        They count as waited once the message says so: an engine's clock may not be ours.
        """
        began = deployment.steps[number].intended_at
        if began is None or message.seen == deployment.version:
            return 0
        return max(0.0, self._lease_seconds - (self._keeper.now() - began).total_seconds())


def with_doubt(step: Step) -> Step:
    """The step without a call under way: of one that was, nobody knows what became."""
    unsure = step.is_uncertain or step.intended_at is not None
    return step.model_copy(update={"intended_at": None, "is_uncertain": unsure})


def may_be_repeated(error: PurgeError) -> bool:
    """Whether the next call may fare better, the rule having been read again before it."""
    if isinstance(error, RefusedByGenesys):
        return error.status == CONFLICT
    return isinstance(error, TryLater | OutcomeUnknown)


def pause(tries: int, error: PurgeError) -> float:
    """Seconds before the next call; none after the first conflict, which reading again settles."""
    if isinstance(error, RefusedByGenesys):
        return backoff(tries - 1, error) if tries > 1 else 0
    return backoff(tries, error)
