"""Purge policies, their schedules and their runs."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters, purging, standing

if TYPE_CHECKING:
    from genesys_purge.policies.apply_policy import ApplyPolicy
    from genesys_purge.policies.check_policy import CheckPolicy
    from genesys_purge.policies.read_policies import ReadPolicies
    from genesys_purge.policies.run_policy import RunPolicy
    from genesys_purge.policies.scheduling import Scheduling
    from genesys_purge.purging.requests import Conflicts


def _check_policy() -> CheckPolicy:
    from genesys_purge.policies.check_policy import CheckPolicy
    from genesys_purge.policies.public_holidays import public_holidays

    def conflicts_of(actor: str) -> Conflicts:
        return partial(purging.overrides().conflicts, actor=actor)

    return CheckPolicy(purging.requests(), conflicts_of, public_holidays, adapters.now)


@cache
def _scheduling() -> Scheduling:
    from genesys_purge.policies.scheduling import Scheduling
    from genesys_purge.store.policy_schedules import EventBridgePolicySchedules, ScheduleTarget

    names = adapters.settings().scheduling
    target = ScheduleTarget(names.group, names.role, names.target, names.dead_letters)
    schedules = EventBridgePolicySchedules(adapters.aws("scheduler"), target)
    return Scheduling(standing.purge_policies(), schedules, adapters.now)


@cache
def apply_policy() -> ApplyPolicy:
    from genesys_purge.policies.apply_policy import ApplyPolicy

    store, audit = standing.purge_policies(), adapters.ledger()
    return ApplyPolicy(store, _check_policy(), _scheduling(), audit, adapters.now)


@cache
def read_policies() -> ReadPolicies:
    from genesys_purge.policies.read_policies import ReadPolicies

    store, audit = standing.purge_policies(), adapters.ledger()
    return ReadPolicies(store, _scheduling(), audit, adapters.now)


@cache
def run_policy() -> RunPolicy:
    from genesys_purge.policies.run_policy import RunPolicy

    return RunPolicy(
        standing.purge_policies(),
        standing.policy_months(),
        adapters.runs(),
        adapters.stops(),
        purging.submit_purge(),
        adapters.ledger(),
        adapters.meter(),
        adapters.now,
    )
