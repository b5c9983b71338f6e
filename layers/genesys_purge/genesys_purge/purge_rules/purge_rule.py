"""A purge rule as we know it: what was asked, and how far its creation got."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire


class RuleStatus(StrEnum):
    """How far a rule's creation got."""

    CREATING = "creating"
    CREATED = "created"
    REGISTERED = "registered"
    FAILED = "failed"


TRANSITIONS: dict[RuleStatus, frozenset[RuleStatus]] = {
    RuleStatus.CREATING: frozenset({RuleStatus.CREATING, RuleStatus.CREATED, RuleStatus.FAILED}),
    RuleStatus.CREATED: frozenset({RuleStatus.REGISTERED}),
    RuleStatus.REGISTERED: frozenset(),
    RuleStatus.FAILED: frozenset({RuleStatus.CREATING}),
}


class RuleRef(Wire):
    """Names a purge rule, in the deployment's own organisation where it names no other."""

    name: str
    organisation: str | None = None

    @property
    def key(self) -> str:
        """What the rule is stored under; a name is printable, so none has a line break."""
        return f"{self.organisation}\n{self.name}" if self.organisation else self.name

    def __str__(self) -> str:
        where = f" of organisation {self.organisation}" if self.organisation else ""
        return f'"{self.name}"{where}'


class PurgeRule(Wire):
    """One purge rule; `definition` is the document as it was sent to Genesys.

    `organisation` names the one that has it, unless that is the deployment's own. `attempts`
    counts the creating calls, `intendedAt` is when the last one began, and `isUncertain` says
    that one of them may have been carried out unseen.
    """

    name: str
    organisation: str | None = None
    version: int = 0
    fingerprint: str
    definition: Mapping[str, Any]
    status: RuleStatus = RuleStatus.CREATING
    requested_by: str
    requested_at: Instant
    intended_at: Instant
    attempts: int = 1
    is_uncertain: bool = False
    rule_id: str | None = None
    webhook_id: str | None = None
    detail: str | None = None

    @property
    def ref(self) -> RuleRef:
        return RuleRef(name=self.name, organisation=self.organisation)

    @property
    def run_id(self) -> str:
        """Under which its creation is audited; no request can name a run so."""
        return f"rule:{hashlib.sha256(self.ref.key.encode()).hexdigest()[:32]}"

    @property
    def may_exist(self) -> bool:
        """Whether Genesys has the rule, or may have it."""
        return self.status is not RuleStatus.FAILED or self.is_uncertain

    def to(self, status: RuleStatus, **changes: Any) -> Self:
        """The rule in its next status; ValueError where the table does not allow it."""
        if status not in TRANSITIONS[self.status]:
            raise ValueError(f"a purge rule does not go from {self.status} to {status}")
        changes |= {"status": status, "version": self.version + 1}
        return self.model_copy(update=changes)


class SubmittedRule(Wire):
    """What the caller is told: Genesys's id, and `registered` only once our webhook is, too.

    Where Genesys has no webhooks, `created` is the end, and `detail` says what else is so.
    """

    name: str
    rule_id: str
    status: RuleStatus
    webhook_id: str | None = None
    detail: str | None = None
