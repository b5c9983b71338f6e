"""Who may override the retention policy of Genesys: only callers that an operator has listed."""

from __future__ import annotations

from collections.abc import Iterator

from genesys_purge.errors import FieldError
from genesys_purge.model.request import PurgeRequest
from genesys_purge.purging.ports import OverrideCallers


class Overrides:
    """Refuses requests that override the retention policy, unless their caller may do so.

    `parameter` is the name of the list, for the error.
    """

    def __init__(self, callers: OverrideCallers, parameter: str) -> None:
        self._callers = callers
        self._parameter = parameter

    def conflicts(
        self, request: PurgeRequest, *, actor: str, named: str | None = None
    ) -> Iterator[FieldError]:
        """An error if the request overrides and `actor` is not listed.

        The error calls the actor `named`, if it is not for the actor. The list is read for such
        requests only.
        """
        if request.overrides_retention and actor not in self._callers():
            yield FieldError(
                "retentionPolicyOverride",
                f"the caller {named or actor} may not override the retention policy; leave the "
                "field out, or let an operator add this caller to the parameter "
                f"{self._parameter}",
            )
