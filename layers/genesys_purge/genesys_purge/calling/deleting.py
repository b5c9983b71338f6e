"""The order of every deleting call: all that waits, the intent, the guard, the request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

from genesys_purge.calling.attempt import Attempt
from genesys_purge.calling.permit import Permit
from genesys_purge.errors import PermitExpired
from genesys_purge.operation import Authorised, DeletingCall
from genesys_purge.ports import Genesys

# Another worker may take over when the lease ends, so a repeated sending must end before.
LATEST_SENDING = timedelta(seconds=25)


class Intent(Protocol):
    """A stored record with the intent of a call."""

    @property
    def attempt(self) -> Attempt:
        """The attempt whose `at` is the moment of the intent."""


Stored = TypeVar("Stored", bound=Intent)


class Deleting(Generic[Stored]):
    """One deleting call, with the intent that it stores and the permits that it is sent under.

    The client waits for the token, the request rate and the circuit, and then asks for a permit.
    The first time, the intent is stored before the guard checks anything. If Genesys refuses the
    token, the client asks again, and the guard checks again under the same intent.

    `intent` is None until it is stored: an error before that has left no trace.
    """

    def __init__(self, intend: Callable[[], Stored], permit: Callable[[Stored], Permit]) -> None:
        self.intent: Stored | None = None
        self._intend = intend
        self._permit = permit

    def send(self, call: DeletingCall, genesys: Genesys) -> str:
        """What `call` reads from its answer; raises every error of the intent and the guard."""
        return call.sent_by(
            lambda: call.result(genesys.delete(call, lambda: self._authorised(call)))
        )

    def _authorised(self, call: DeletingCall) -> Authorised:
        if self.intent is None:
            self.intent = self._intend()
        at = self.intent.attempt.at
        if at is None:
            raise ValueError("an intent has a moment")
        permit = self._permit(self.intent)
        if permit.checked_at - at > LATEST_SENDING:
            raise PermitExpired("a new token took so long that the call needs a new intent")
        return Authorised(permit, call.body(at))
