"""The data retention of a whole organisation at Genesys, which the application only reports."""

from __future__ import annotations

from typing import NamedTuple

from genesys_purge.errors import PermissionMissing, PurgeError
from genesys_purge.methods.answers import count_in
from genesys_purge.model.platform import LIVE
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

# Not retried: a plan is complete without it.
READ = Operation(
    "GET",
    "/api/v2/analytics/dataretention/settings",
    retried=False,
    permissions=("analytics:dataRetention:view",),
    dialect=LIVE,
    missing=Missing.REFUSED,
)


class Cap(NamedTuple):
    """The retention in days, None if there is none; `problem` says why it could not be read."""

    days: int | None = None
    problem: str | None = None

    def __str__(self) -> str:
        """The sentence for the detail of a plan or rule."""
        if self.problem:
            return f"the organisation's data retention could not be read ({self.problem})"
        if self.days is None:
            return "the organisation has set no data retention"
        return f"the organisation keeps no interaction for more than {self.days} days"


def cap_of(genesys: Genesys) -> Cap:
    """The retention in force; it raises no error, because an unknown one must stop nothing."""
    try:
        answer = genesys.read(READ)
    except PermissionMissing as error:
        return Cap(problem=f"the OAuth client needs {error.permission}")
    except PurgeError as error:
        return Cap(problem=type(error).__name__)
    if answer.get("retentionDays") is None:
        return Cap()
    days = count_in(answer, "retentionDays")
    return Cap(days) if days else Cap(problem="retentionDays is not a number of days")
