"""Notifications to governance and compliance systems, and who subscribes to them."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire

STANDARD_PREFIX = "whsec_"


class Event(StrEnum):
    """What a notification is about: the first two as the documents name them."""

    BATCH_FINISHED = "data.purge.chunk.completed"
    JOB_FINISHED = "purge_job_completed"
    RUN_FINISHED = "purge_run_finished"
    RULE_EXECUTED = "purge_rule_executed"
    RULE_NONCOMPLIANT = "purge_rule_noncompliant"


class Notification(Wire):
    """One event, its body as the documents have it; the same fact always has the same id."""

    notification_id: str
    event: Event
    run_id: str
    rule_id: str | None = None
    at: Instant
    body: Mapping[str, Any]

    @classmethod
    def of(cls, event: Event, record: AuditRecord, body: Mapping[str, Any]) -> Notification:
        """The notification of an audit record; what is not known is left out of its body."""
        return cls(
            notification_id=notification_id(event, record),
            event=event,
            run_id=record.run_id,
            rule_id=record.rule_id,
            at=record.at,
            body={name: value for name, value in body.items() if value is not None},
        )


def notification_id(event: Event, record: AuditRecord) -> str:
    """The id of the notification of that event about that record."""
    fact = f"{record.run_id}\n{record.sequence}\n{event}".encode()
    return f"msg_{hashlib.sha256(fact).hexdigest()[:32]}"


class Delivery(Wire):
    """One notification on its way to one subscriber."""

    subscriber: str
    notification: Notification


class Subscriber(Wire):
    """A system that is told of `events`, or of all where none is named."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
    url: Annotated[str, Field(min_length=1, max_length=2_000)]
    secret: Annotated[str, Field(min_length=1, max_length=500, repr=False)]
    events: tuple[Event, ...] = ()

    @field_validator("secret")
    @classmethod
    def _is_a_key(cls, secret: str) -> str:
        if not _key_in(secret):
            raise ValueError(f"has nothing after {STANDARD_PREFIX}")
        return secret

    def wants(self, event: Event) -> bool:
        return event in (self.events or tuple(Event))

    @property
    def key(self) -> bytes:
        """What signatures are made with: base64 after `whsec_`, otherwise the text's own bytes."""
        return _key_in(self.secret)


class Subscribers(Wire):
    """Every subscriber, each of a name of its own."""

    subscribers: Annotated[tuple[Subscriber, ...], Field(max_length=20)]

    @model_validator(mode="after")
    def _different_names(self) -> Self:
        if len({each.name for each in self.subscribers}) < len(self.subscribers):
            raise ValueError("two subscribers have the same name")
        return self

    def named(self, name: str) -> Subscriber | None:
        return next((each for each in self.subscribers if each.name == name), None)


def _key_in(secret: str) -> bytes:
    if secret.startswith(STANDARD_PREFIX):
        return b64decode(secret.removeprefix(STANDARD_PREFIX), validate=True)
    return secret.encode()
