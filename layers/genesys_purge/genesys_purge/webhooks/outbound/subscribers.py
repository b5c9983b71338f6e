"""The subscribers to notifications, as an operator writes them."""

from __future__ import annotations

from base64 import b64decode
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from genesys_purge.model.wire import Wire
from genesys_purge.webhooks.outbound.notification import Event

STANDARD_PREFIX = "whsec_"
SHORTEST_KEY, LONGEST_KEY = 24, 64
MOST_SECRETS = 5
NOT_STANDARD = (
    f"must be {STANDARD_PREFIX} and the base64 of {SHORTEST_KEY} to {LONGEST_KEY} bytes; encode a "
    "plain secret of that length in base64, and replace a shorter one"
)


def _with_a_key(secret: str) -> str:
    signing_key(secret)
    return secret


Secret = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_with_a_key)]


class Subscriber(Wire):
    """A system that receives the named `events`, or all events if it names none.

    It has one `secret`, or several `secrets` while one of them is rotated.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
    url: Annotated[str, Field(min_length=1, max_length=2_000)]
    secret: Annotated[Secret | None, Field(repr=False)] = None
    secrets: Annotated[tuple[Secret, ...], Field(max_length=MOST_SECRETS, repr=False)] = ()
    events: tuple[Event, ...] = ()

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.secret is None) is (not self.secrets):
            raise ValueError("give either secret or a list of secrets")
        return self

    def wants(self, event: Event) -> bool:
        return event in (self.events or tuple(Event))

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The signing keys: the bytes that each secret has in base64."""
        given = (self.secret,) if self.secret else self.secrets
        return tuple(signing_key(secret) for secret in given)


class Subscribers(Wire):
    """All subscribers; no two have the same name."""

    subscribers: Annotated[tuple[Subscriber, ...], Field(max_length=20)]

    @model_validator(mode="after")
    def _different_names(self) -> Self:
        if len({each.name for each in self.subscribers}) < len(self.subscribers):
            raise ValueError("two subscribers have the same name")
        return self

    def named(self, name: str) -> Subscriber | None:
        return next((each for each in self.subscribers if each.name == name), None)


def signing_key(secret: str) -> bytes:
    """The key in a secret of Standard Webhooks; ValueError for any other secret."""
    try:
        key = b64decode(secret.removeprefix(STANDARD_PREFIX), validate=True)
    except ValueError:
        raise ValueError(NOT_STANDARD) from None
    if not secret.startswith(STANDARD_PREFIX) or not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise ValueError(NOT_STANDARD)
    return key
