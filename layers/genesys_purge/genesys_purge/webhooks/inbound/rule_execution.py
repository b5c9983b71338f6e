"""The webhook about one execution of a purge rule, and its audit record."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import StringConstraints, ValidationError

from genesys_purge.model import strict_json
from genesys_purge.model.answers import ID_FORM, Count
from genesys_purge.model.audit import Action, AuditRecord, success_rate
from genesys_purge.model.dates import Instant
from genesys_purge.model.units import Unit
from genesys_purge.model.wire import Wire

RuleId = Annotated[str, StringConstraints(pattern=rf"^{ID_FORM}$")]


class RuleExecution(Wire):
    """The body of a webhook; the documents define every field but `targetedCount`."""

    rule_id: RuleId
    event: Literal["purgerules:rule:execute"]
    deleted_count: Count
    timestamp: Instant
    compliance_ok: bool
    targeted_count: Count | None = None

    @property
    def is_implausible(self) -> bool:
        """Whether Genesys reports more deletions than the rule targeted."""
        return self.targeted_count is not None and self.deleted_count > self.targeted_count

    @classmethod
    def read(cls, body: bytes) -> Self | None:
        """The execution in the body of a webhook; None if it is other JSON.

        Raises InvalidJson for a body that is not JSON or repeats a key.
        """
        try:
            return cls.parse(strict_json.parsed(body))
        except (ValidationError, TypeError):
            return None

    @property
    def run_id(self) -> str:
        """The same run id for every delivery of this execution, and for no other execution."""
        content = self.model_dump_json(by_alias=True, exclude_none=True).encode()
        return f"webhook:{hashlib.sha256(content).hexdigest()[:32]}"

    def record(self, now: datetime) -> AuditRecord:
        """The audit record of the execution; an implausible one has no success rate."""
        rate = success_rate(self.deleted_count, self.targeted_count)
        return AuditRecord(
            run_id=self.run_id,
            sequence=1,
            at=now,
            actor="genesys",
            action=Action.WEBHOOK_RECEIVED,
            rule_id=self.rule_id,
            executed_at=self.timestamp,
            unit=Unit.RECORDS,
            deleted_unit=Unit.RECORDS,
            targeted=self.targeted_count,
            deleted=self.deleted_count,
            success_rate=None if self.is_implausible else rate,
            compliance_ok=self.compliance_ok,
        )
