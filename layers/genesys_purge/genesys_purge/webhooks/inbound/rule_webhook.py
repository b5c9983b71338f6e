"""The webhook about a purge rule, and its audit record."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Self

from pydantic import ConfigDict, StringConstraints

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model import strict_json
from genesys_purge.model.answers import ID_FORM, IMPLAUSIBLE, Count
from genesys_purge.model.audit import Action, AuditRecord, DroppedFields, success_rate
from genesys_purge.model.dates import Instant
from genesys_purge.model.lenient import LENIENT
from genesys_purge.model.request import read_fields, require_none
from genesys_purge.model.rule_events import EXECUTED
from genesys_purge.model.strict_json import InvalidJson
from genesys_purge.model.units import Unit
from genesys_purge.model.wire import Wire

RuleId = Annotated[str, StringConstraints(pattern=rf"^{ID_FORM}$")]
EventName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,100}$")]
# Another name may be personal data, and is only counted. Seven digits may be a phone number.
IS_FIELD_NAME = re.compile(r"(?!(?:[^0-9]*[0-9]){7})[A-Za-z][A-Za-z0-9_]{0,49}").fullmatch
MOST_NAMES = 20


class RuleWebhook(Wire):
    """The body of a webhook; the documents define every field but `targetedCount`.

    Only `ruleId` and `timestamp` are required. Any other field that is unknown or cannot be read
    is dropped, so that a change at Genesys does not lose the record of a deletion.
    """

    model_config = ConfigDict(extra="ignore")

    rule_id: RuleId
    event: Annotated[EventName | None, LENIENT] = None
    deleted_count: Annotated[Count | None, LENIENT] = None
    timestamp: Instant
    compliance_ok: Annotated[bool | None, LENIENT] = None
    targeted_count: Annotated[Count | None, LENIENT] = None

    @classmethod
    def read(cls, body: bytes) -> tuple[Self, DroppedFields | None]:
        """The webhook in a body, and the fields that were dropped.

        Raises InvalidRequest if it is no JSON object, repeats a key, or lacks a required field.
        """
        payload = _object_in(body)
        # A list or an object is never a value, and may be nested too deeply to be read.
        scalars = {
            name: value for name, value in payload.items() if not isinstance(value, dict | list)
        }
        fields = _fields(cls)
        known = {name: scalars[name] for name in fields if name in scalars}
        webhook, errors = read_fields(cls, known)
        require_none(errors)
        given = [name for name, value in payload.items() if value is not None]
        return webhook, _dropped(
            [n for n in given if n not in fields or getattr(webhook, fields[n]) is None]
        )

    @property
    def is_execution(self) -> bool:
        return self.event == EXECUTED

    @property
    def is_unexpected(self) -> bool:
        """Whether it is no complete report of an execution, which is all that we registered for."""
        is_complete = self.deleted_count is not None and self.compliance_ok is not None
        return not (self.is_execution and is_complete)

    @property
    def is_implausible(self) -> bool:
        """Whether Genesys reports more deletions than the rule targeted."""
        if self.targeted_count is None or self.deleted_count is None:
            return False
        return self.deleted_count > self.targeted_count

    @property
    def run_id(self) -> str:
        """The same run id for every delivery of this event, and for no other event."""
        content = self.model_dump_json(by_alias=True, exclude_none=True).encode()
        return f"webhook:{hashlib.sha256(content).hexdigest()[:32]}"

    def counts(self) -> Iterator[tuple[str, int]]:
        """The metrics of the webhook, with their values."""
        if self.is_implausible:
            yield IMPLAUSIBLE, 1
        elif self.is_execution and self.deleted_count is not None:
            yield "RuleRecordsDeleted", self.deleted_count
        if self.compliance_ok is False:
            yield "RuleNoncompliant", 1
        if self.is_unexpected:
            yield "UnexpectedWebhooks", 1

    def record(self, now: datetime, dropped: DroppedFields | None = None) -> AuditRecord:
        """The audit record of the event; an implausible execution has no success rate."""
        rate = success_rate(self.deleted_count, self.targeted_count)
        seconds = round((now - self.timestamp).total_seconds(), 3)
        return AuditRecord(
            run_id=self.run_id,
            sequence=1,
            at=now,
            actor="genesys",
            action=Action.WEBHOOK_RECEIVED,
            rule_id=self.rule_id,
            event=self.event,
            executed_at=self.timestamp,
            unit=Unit.RECORDS,
            deleted_unit=Unit.RECORDS,
            targeted=self.targeted_count,
            deleted=self.deleted_count,
            # The clock of Genesys may be ahead of ours.
            latency_seconds=seconds if seconds >= 0 else None,
            success_rate=None if self.is_implausible else rate,
            compliance_ok=self.compliance_ok,
            dropped_fields=dropped,
        )


def _object_in(body: bytes) -> Mapping[str, Any]:
    try:
        payload = strict_json.parsed(body)
    except InvalidJson as error:
        raise InvalidRequest([FieldError(error.path or "request", error.message)]) from error
    if not isinstance(payload, dict):
        raise InvalidRequest([FieldError("request", "must be a JSON object")])
    return payload


@cache
def _fields(model: type[Wire]) -> Mapping[str, str]:
    """The Python name of each field by its name in JSON."""
    return {str(field.alias): name for name, field in model.model_fields.items()}


def _dropped(names: list[str]) -> DroppedFields | None:
    """The number of these fields, and the first names that are surely names."""
    if not names:
        return None
    shaped = tuple(name for name in names if IS_FIELD_NAME(name))
    return DroppedFields(count=len(names), names=shaped[:MOST_NAMES])
