"""The systems that exchange webhooks with the application, and the secrets that they share."""

import os
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlsplit

from genesys_purge.webhooks.outbound.subscribers import signing_key

from local.errors import CommandFailed

WEBHOOK_SECRET = "GENESYS_WEBHOOK_SECRET"  # noqa: S105  the name of a variable
PREVIOUS_WEBHOOK_SECRET = "GENESYS_WEBHOOK_SECRET_PREVIOUS"  # noqa: S105  the name of a variable
GOVERNANCE_URL = "GOVERNANCE_WEBHOOK_URL"
GOVERNANCE_SECRET = "GOVERNANCE_WEBHOOK_SECRET"  # noqa: S105  the name of a variable


class IncompletePartner(CommandFailed):
    """The environment lacks a value of a partner, or has a secret of the wrong form."""

    exit_code: ClassVar[int] = 2


@dataclass(frozen=True)
class Receiver:
    """A governance system that receives every notification."""

    url: str
    secret: str = field(repr=False)

    @property
    def host(self) -> str:
        """Host and port, as in the list of allowed hosts."""
        parts = urlsplit(self.url)
        port = parts.port or {"http": 80}.get(parts.scheme, 443)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        return f"{host}:{port}"


@dataclass(frozen=True)
class Partners:
    """The secrets of Genesys's webhooks and the receiver of notifications.

    Without `current`, the webhooks use the secret of the simulator.
    """

    current: str | None = field(default=None, repr=False)
    previous: str = field(default="", repr=False)
    receiver: Receiver | None = None

    @classmethod
    def from_environment(cls) -> "Partners":
        """Reads the environment; raises IncompletePartner for a missing or wrong value."""
        current, previous = os.environ.get(WEBHOOK_SECRET), os.environ.get(PREVIOUS_WEBHOOK_SECRET)
        url, secret = os.environ.get(GOVERNANCE_URL), os.environ.get(GOVERNANCE_SECRET)
        if previous and not current:
            raise IncompletePartner(f"{PREVIOUS_WEBHOOK_SECRET} is set, {WEBHOOK_SECRET} is not")
        if bool(url) != bool(secret):
            raise IncompletePartner(f"set both {GOVERNANCE_URL} and {GOVERNANCE_SECRET}, or none")
        receiver = _receiver(url, secret) if url and secret else None
        return cls(current or None, previous or "", receiver)

    def webhook_secret(self, simulators: str) -> dict[str, Any] | None:
        """The content of the webhook secret; None if there is no secret to store."""
        current = self.current or simulators
        return {"current": current, "previous": self.previous} if current else None

    def subscribers(self) -> dict[str, Any]:
        """The content of the subscribers' secret."""
        if self.receiver is None:
            return {"subscribers": []}
        known = {"name": "governance", "url": self.receiver.url, "secret": self.receiver.secret}
        return {"subscribers": [known]}

    def parameters(self) -> dict[str, str]:
        """The template parameters that name the receiver's host."""
        return {"NotificationHosts": self.receiver.host} if self.receiver else {}


def _receiver(url: str, secret: str) -> Receiver:
    try:
        signing_key(secret)
    except ValueError as wrong:
        raise IncompletePartner(f"{GOVERNANCE_SECRET} {wrong}") from None
    return Receiver(url, secret)
