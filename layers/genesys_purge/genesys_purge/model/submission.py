"""What comes in by any of the three ways, and what goes back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from genesys_purge.model.messages import RunRef
from genesys_purge.model.run import RunStatus


class Submission(NamedTuple):
    """A request as it was sent, by whom, and the moment it was scheduled for, if it was."""

    payload: Any
    actor: str
    moment: datetime | None = None


class SubmittedRun(RunRef):
    """The run of a request: a new one, or the one that this very request started before."""

    status: RunStatus
