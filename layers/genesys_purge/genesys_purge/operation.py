"""The operations of Genesys, and the calls of them that delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from genesys_purge.model.platform import DOCUMENTED, LIVE

if TYPE_CHECKING:
    from genesys_purge.calling.permit import Permit


class Missing(StrEnum):
    """What the status 404 means for an operation, and the error that it becomes."""

    # Genesys does not know the job: JobLost.
    JOB = "job"
    # Genesys has no such entity, or has nothing about it: NotAtGenesys.
    ENTITY = "entity"
    # Genesys does not accept the call: RefusedByGenesys.
    REFUSED = "refused"


class Operation(NamedTuple):
    """One operation of Genesys: its verb, its path template and the required permissions.

    `dialect` is `documented` or `live` (`model.platform`). A documented operation needs any one of
    its `scopes`; a live operation needs all of its `permissions`. The client retries a reading
    call only if `retried`; wait loops repeat their own polls. If `lists`, the answer is a JSON
    list, which the client returns as the `entities` of an object. `instead` names the alternative
    on the live platform. `refusals` are statuses by which only this operation is refused, beside
    those that refuse every changing call. `missing` is what the status 404 means. `forbidden` are
    further scopes that may be missing if Genesys answers 403.
    """

    verb: str
    path: str
    scopes: tuple[str, ...] = ()
    retried: bool = True
    permissions: tuple[str, ...] = ()
    lists: bool = False
    dialect: str = DOCUMENTED
    instead: str | None = None
    refusals: tuple[int, ...] = ()
    missing: Missing = Missing.REFUSED
    forbidden: tuple[str, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether the operation belongs to the live platform."""
        return self.dialect == LIVE


class DeletingCall(NamedTuple):
    """One call that deletes, or that lets Genesys delete.

    `body` builds the request from the moment of its intent. `result` reads what the caller needs of
    the answer, such as the id of a job. `sent_by` runs the sending, so that a method can remove
    personal data from its errors.
    """

    operation: Operation
    body: Callable[[datetime], Mapping[str, Any]]
    path: Mapping[str, str] = {}
    result: Callable[[Mapping[str, Any]], str] = lambda _: ""
    sent_by: Callable[[Callable[[], str]], str] = lambda send: send()


class Authorised(NamedTuple):
    """The permit of one sending, and its body."""

    permit: Permit
    body: Mapping[str, Any]


# Called right before each sending, when nothing is left to wait for.
Authorise = Callable[[], Authorised]
