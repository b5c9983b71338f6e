"""Who talks to the application by webhook, and the secrets that they share with it."""

import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

WEBHOOK_SECRET = "GENESYS_WEBHOOK_SECRET"  # noqa: S105 - the names of variables
PREVIOUS_WEBHOOK_SECRET = "GENESYS_WEBHOOK_SECRET_PREVIOUS"  # noqa: S105
GOVERNANCE_URL = "GOVERNANCE_WEBHOOK_URL"
GOVERNANCE_SECRET = "GOVERNANCE_WEBHOOK_SECRET"  # noqa: S105


class IncompletePartner(Exception):
    """A receiver without a secret, or a previous secret without a current one."""


@dataclass(frozen=True)
class Receiver:
    """A governance system that is told of everything."""

    url: str
    secret: str = field(repr=False)

    @property
    def host(self) -> str:
        """The host as the list of allowed hosts names it."""
        parts = urlsplit(self.url)
        port = parts.port or {"http": 80}.get(parts.scheme, 443)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        return f"{host}:{port}"


@dataclass(frozen=True)
class Partners:
    """Genesys's webhook secrets, where they are not the simulator's own, and the receiver."""

    current: str | None = field(default=None, repr=False)
    previous: str = field(default="", repr=False)
    receiver: Receiver | None = None

    @classmethod
    def from_environment(cls) -> "Partners":
        """What the environment says; IncompletePartner where it says half of it."""
        current, previous = os.environ.get(WEBHOOK_SECRET), os.environ.get(PREVIOUS_WEBHOOK_SECRET)
        url, secret = os.environ.get(GOVERNANCE_URL), os.environ.get(GOVERNANCE_SECRET)
        if previous and not current:
            raise IncompletePartner(f"{PREVIOUS_WEBHOOK_SECRET} needs {WEBHOOK_SECRET}")
        if bool(url) != bool(secret):
            raise IncompletePartner(f"{GOVERNANCE_URL} and {GOVERNANCE_SECRET} need each other")
        receiver = Receiver(url, secret) if url and secret else None
        return cls(current or None, previous or "", receiver)

    def webhook_secret(self, simulators: str) -> dict[str, Any] | None:
        """The secret of Genesys's webhooks as the application keeps it; None leaves it alone."""
        current = self.current or simulators
        return {"current": current, "previous": self.previous} if current else None

    def subscribers(self) -> dict[str, Any]:
        """The subscribers' secret as the application keeps it."""
        if self.receiver is None:
            return {"subscribers": []}
        known = {"name": "governance", "url": self.receiver.url, "secret": self.receiver.secret}
        return {"subscribers": [known]}

    def parameters(self) -> dict[str, str]:
        """What the template has to know of them."""
        return {"NotificationHosts": self.receiver.host} if self.receiver else {}
