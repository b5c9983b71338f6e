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

    def conflicts(self, request: PurgeRequest, *, actor: str) -> Iterator[FieldError]:
        """An error if the request overrides and `actor` is not listed.

        The list is read for such requests only.
        """
        if request.overrides_retention and actor not in self._callers():
            yield FieldError(
                "retentionPolicyOverride",
                f"the caller {actor} may not override the retention policy; leave the field out, "
                f"or let an operator add this caller to the parameter {self._parameter}",
            )
