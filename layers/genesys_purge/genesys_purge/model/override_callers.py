"""The callers that may override the retention policy of Genesys, as operators list them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from genesys_purge.model.wire import Wire

Caller = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class OverrideCallers(Wire):
    """The list, in which a caller is the exact `submittedBy` of its runs."""

    callers: Annotated[tuple[Caller, ...], Field(max_length=100)]
