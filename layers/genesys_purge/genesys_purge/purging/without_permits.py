"""For workers that must not delete: a guard that reads this gives no permit."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from genesys_purge.errors import PurgingSwitchedOff
from genesys_purge.model.stops import Stoppable


class WithoutPermits:
    """Implements `Policies`, `Holds`, `Stops` and `Seals`; it may not read the real ones."""

    def purging_is_on(self) -> bool:
        return False

    def retention_matrix(self) -> NoReturn:
        raise PurgingSwitchedOff("this worker must not delete")

    def active(self, organisation: str | None) -> NoReturn:  # noqa: ARG002  the port's signature
        raise PurgingSwitchedOff("this worker must not delete")

    def covering(self, call: Stoppable) -> NoReturn:  # noqa: ARG002  the port's signature
        raise PurgingSwitchedOff("this worker must not delete")

    def obstacle(self, now: datetime) -> NoReturn:  # noqa: ARG002  the port's signature
        raise PurgingSwitchedOff("this worker must not delete")
