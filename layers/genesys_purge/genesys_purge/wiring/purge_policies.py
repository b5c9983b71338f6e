"""Purge policies."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters, purging

if TYPE_CHECKING:
    from genesys_purge.policies.apply_policy import ApplyPolicy
    from genesys_purge.policies.check_policy import CheckPolicy
    from genesys_purge.policies.read_policies import ReadPolicies
    from genesys_purge.purging.requests import Conflicts


def _check_policy() -> CheckPolicy:
    from genesys_purge.policies.check_policy import CheckPolicy
    from genesys_purge.policies.public_holidays import public_holidays

    def conflicts_of(actor: str) -> Conflicts:
        return partial(purging.overrides().conflicts, actor=actor)

    return CheckPolicy(purging.requests(), conflicts_of, public_holidays, adapters.now)


@cache
def apply_policy() -> ApplyPolicy:
    from genesys_purge.policies.apply_policy import ApplyPolicy

    return ApplyPolicy(adapters.purge_policies(), _check_policy(), adapters.now)


@cache
def read_policies() -> ReadPolicies:
    from genesys_purge.policies.read_policies import ReadPolicies

    return ReadPolicies(adapters.purge_policies(), adapters.ledger(), adapters.now)
