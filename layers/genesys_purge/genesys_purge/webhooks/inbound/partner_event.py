"""An event of the live platform's audit, as the EventBridge partner source delivers it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.dates import Instant
from genesys_purge.model.lenient import LENIENT
from genesys_purge.model.platform_event import PlatformEvent
from genesys_purge.model.request import as_object, read_fields, require_none
from genesys_purge.model.wire import Wire
from genesys_purge.model.wording import UUID

TOPICS = "v2.audits."
# Actions that change nothing.
READING = frozenset({"View", "Read"})
PROTECTIONS = frozenset({"ApplyProtection", "RevokeProtection"})
# The entity types to record, each with the service that must report it, or None for any service.
# A service is required if others have an unrelated entity of the same name. Which service reports
# recordings is not published.
SERVICE_OF = {
    "Recording": None,
    "ScreenRecording": None,
    "SnippetRecording": None,
    "OrphanedRecording": None,
    "BulkActions": None,
    "Policy": "Quality",
    "GdprRequest": None,
    "CampaignRule": None,
    "RuleSet": None,
    "AnalyticsReportingSettings": None,
    "AnalyticsLakehouseSettings": None,
    "OrganizationSettings": "Outbound",
}
MOST_PROPERTIES = 20

Source = Annotated[
    str,
    StringConstraints(
        pattern=r"^aws\.partner/genesys\.com/cloud/[A-Za-z0-9-]{1,64}/[A-Za-z0-9._-]{1,64}$"
    ),
]
Topic = Annotated[str, StringConstraints(max_length=200)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{1,64}$")]

IS_UUID = re.compile(UUID).fullmatch
# `UUID` without its anchors, and a suffix.
IS_CORRELATION_ID = re.compile(rf"{UUID[1:-1]}(-[a-z]{{1,20}})?").fullmatch
# Other names of properties may identify a person, such as `QueueMember/<queue>:<user>`.
IS_PROPERTY = re.compile(r"[A-Za-z_]{1,50}").fullmatch


class _Part(Wire):
    """A part of an event; Genesys may add fields, which are ignored.

    Only what identifies an event is required. Anything else that cannot be read is left out.
    """

    model_config = ConfigDict(extra="ignore")


class Reference(_Part):
    """A reference by id; its name is not read."""

    id: Annotated[str | None, LENIENT] = None


class PropertyChange(_Part):
    """The name of a changed property; the values are not read."""

    name: Annotated[str | None, LENIENT, Field(alias="property")] = None


# `LENIENT` hides that the value is JSON, so pydantic needs `strict=False` to read a list.
Changes = Annotated[tuple[Annotated[PropertyChange | None, LENIENT], ...], Field(strict=False)]


class Metadata(_Part):
    """The id of the event in Genesys's own logs."""

    correlation_id: Annotated[str | None, LENIENT, Field(alias="CorrelationId")] = None


class Entry(_Part):
    """One entry of the platform's audit."""

    id: Id
    service_name: Annotated[Word | None, LENIENT] = None
    event_time: Instant
    action: Annotated[Word | None, LENIENT] = None
    entity_type: Word
    entity: Annotated[Reference | None, LENIENT] = None
    client_id: Annotated[Reference | None, LENIENT] = None
    property_changes: Annotated[Changes | None, LENIENT] = None

    @property
    def is_ours(self) -> bool:
        """Whether it changes recordings, their jobs and rules, data subjects or retention."""
        if self.action in PROTECTIONS:
            return True
        if self.action in READING or self.entity_type not in SERVICE_OF:
            return False
        return SERVICE_OF[self.entity_type] in (None, self.service_name)

    @property
    def run_id(self) -> str:
        """The same run id for every delivery of this entry, and for no other entry."""
        return f"platform-event:{hashlib.sha256(self.id.encode()).hexdigest()[:32]}"

    def without_names(self) -> PlatformEvent:
        """The entry as it is stored: ids and words, but no names and no values."""
        properties = tuple(dict.fromkeys(self._properties()))[:MOST_PROPERTIES]
        return PlatformEvent(
            event_id=_shaped(self.id, IS_UUID),
            service=self.service_name,
            entity_type=self.entity_type,
            entity_id=_id_of(self.entity),
            action=self.action,
            at=self.event_time,
            client_id=_id_of(self.client_id),
            properties=properties or None,
        )

    def _properties(self) -> Iterator[str]:
        for change in self.property_changes or ():
            if change and (name := _shaped(change.name, IS_PROPERTY)):
                yield name


class Detail(_Part):
    """The part of the event that Genesys writes."""

    event_body: Entry
    metadata: Annotated[Metadata | None, LENIENT] = None


class _Envelope(_Part):
    """The fields that identify an event of the audit."""

    source: Source
    topic: Annotated[Topic, Field(alias="detail-type")]


class PartnerEvent(_Envelope):
    """An event of an audit topic."""

    detail: Detail

    @classmethod
    def read(cls, event: object) -> PartnerEvent | None:
        """The event, or None for another topic; InvalidRequest with every wrong field."""
        document = as_object(event)
        envelope, errors = read_fields(_Envelope, document)
        require_none(errors)
        if not envelope.topic.startswith(TOPICS):
            return None
        found, errors = read_fields(cls, document)
        require_none(errors)
        return found

    @property
    def is_ours(self) -> bool:
        return self.detail.event_body.is_ours

    def record(self, now: datetime) -> AuditRecord:
        """The audit record of the event."""
        entry, metadata = self.detail.event_body, self.detail.metadata or Metadata()
        return AuditRecord(
            run_id=entry.run_id,
            sequence=1,
            at=now,
            actor="genesys",
            action=Action.PLATFORM_EVENT_RECEIVED,
            platform_event=entry.without_names(),
            correlation_id=_shaped(metadata.correlation_id, IS_CORRELATION_ID),
        )


def _id_of(reference: Reference | None) -> str | None:
    return _shaped(reference.id if reference else None, IS_UUID)


def _shaped(text: str | None, is_shaped: Callable[[str], object]) -> str | None:
    """The text if it has the shape; any other text may be personal data."""
    return text if text and is_shaped(text) else None
