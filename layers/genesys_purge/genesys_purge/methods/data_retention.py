"""For how long an organisation keeps any interaction: read and told, and never changed by us."""

from __future__ import annotations

from typing import NamedTuple

from genesys_purge.errors import PermissionMissing, PurgeError
from genesys_purge.methods.answers import count_in
from genesys_purge.model.platform import LIVE
from genesys_purge.ports import Genesys, Operation

# Asked once: whoever wants to know it can do without.
READ = Operation(
    "GET",
    "/api/v2/analytics/dataretention/settings",
    retried=False,
    permissions=("analytics:dataRetention:view",),
    dialect=LIVE,
)


class Cap(NamedTuple):
    """The organisation's limit in days; None where it has none, or a `problem` hides it."""

    days: int | None = None
    problem: str | None = None

    def __str__(self) -> str:
        """The limit in words, for a plan's or a rule's detail."""
        if self.problem:
            return f"the organisation's data retention could not be read ({self.problem})"
        if self.days is None:
            return "the organisation has set no data retention"
        return f"the organisation keeps no interaction for more than {self.days} days"


def cap_of(genesys: Genesys) -> Cap:
    """The limit in force; it raises nothing, for not to know it must not stop anything."""
    try:
        answer = genesys.read(READ)
    except PermissionMissing as error:
        return Cap(problem=f"the OAuth client needs {error.permission}")
    except PurgeError as error:
        return Cap(problem=type(error).__name__)
    if answer.get("retentionDays") is None:
        return Cap()
    days = count_in(answer, "retentionDays")
    return Cap(days) if days else Cap(problem="retentionDays is no number of days")
