"""The submission of a purge request, and the answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from genesys_purge.model.messages import RunRef
from genesys_purge.model.purge_policy import PolicyRef
from genesys_purge.model.run import RunStatus
from genesys_purge.model.wire import Wire


class Submission(NamedTuple):
    """A request, its sender, and the scheduled time if a schedule sent it.

    `person_id` is the person that sent it, or that applied the `policy` that sent it; a machine is
    none. `path` are the ids in the path of an HTTP call, by their names in the route.
    """

    payload: Any
    actor: str
    moment: datetime | None = None
    person_id: str | None = None
    path: Mapping[str, str] = MappingProxyType({})
    policy: PolicyRef | None = None


class NothingCreated(Wire):
    """An answer that is 200 over HTTP: nothing new is created, or what was asked is done."""


class DryAnswer(NothingCreated):
    """The answer to a dry run."""


class SubmittedRun(RunRef):
    """The run of a request: a new run, or the run that the same request started earlier."""

    status: RunStatus
