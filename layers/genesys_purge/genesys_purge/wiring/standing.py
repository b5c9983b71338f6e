"""The standing approvals that purge policies give to their runs, and what is stored of policies."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters

if TYPE_CHECKING:
    from genesys_purge.policies.standing_approval import StandingApproval
    from genesys_purge.store.policy_months import DynamoPolicyMonths
    from genesys_purge.store.purge_policies import DynamoPurgePolicies


@cache
def purge_policies() -> DynamoPurgePolicies:
    from genesys_purge.store.purge_policies import DynamoPurgePolicies

    table = adapters.settings().tables.purge_policies
    return DynamoPurgePolicies(adapters.aws("dynamodb"), table, adapters.ledger())


@cache
def policy_months() -> DynamoPolicyMonths:
    from genesys_purge.store.policy_months import DynamoPolicyMonths

    table = adapters.settings().tables.runs
    return DynamoPolicyMonths(adapters.aws("dynamodb"), table, adapters.ledger())


@cache
def standing_approvals() -> StandingApproval:
    from genesys_purge.policies.standing_approval import StandingApproval

    return StandingApproval(purge_policies(), policy_months(), adapters.now)
