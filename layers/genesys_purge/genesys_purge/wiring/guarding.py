"""What the guard of deleting calls reads."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from genesys_purge.wiring import adapters

if TYPE_CHECKING:
    from genesys_purge.calling.seals import SealAge


def checks() -> tuple[Any, ...]:
    """The arguments of the guard, in order."""
    policies, holds, stops = adapters.policies(), adapters.holds(), adapters.stops()
    return policies, holds, stops, seal_age(), adapters.now


@cache
def seal_age() -> SealAge:
    from genesys_purge.calling.seals import SealAge
    from genesys_purge.store.seal_health import LastSealHealth

    settings = adapters.settings()
    last = LastSealHealth(adapters.aws("dynamodb"), settings.tables.seals)
    return SealAge(last, timedelta(seconds=settings.seal_age_seconds))
