"""A purge rule as we store it: the request, and how far its creation got."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Self

from genesys_purge.calling.attempt import Attempt
from genesys_purge.model.dates import Instant
from genesys_purge.model.retention import Policy
from genesys_purge.model.submission import DryAnswer
from genesys_purge.model.wire import Wire


class RuleStatus(StrEnum):
    """How far the creation of a rule got."""

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
    """The name of a purge rule, in the default organisation if it names no other."""

    name: str
    organisation: str | None = None

    @property
    def key(self) -> str:
        """The key in the table; unique, because no name contains a line break."""
        return f"{self.organisation}\n{self.name}" if self.organisation else self.name

    def __str__(self) -> str:
        where = f" of organisation {self.organisation}" if self.organisation else ""
        return f'"{self.name}"{where}'


class PurgeRule(Wire):
    """One purge rule: the `request` of its caller, and the body that Genesys receives.

    `policy` is the retention in force when the rule was requested.
    `attempt` counts the creating calls and says whether one may have been executed unseen. A rule
    that is not stored yet has version 0.
    `detail` is what the caller should know about a created rule.
    """

    name: str
    organisation: str | None = None
    version: int = 0
    fingerprint: str
    request: Mapping[str, Any]
    definition: Mapping[str, Any]
    policy: Policy
    status: RuleStatus = RuleStatus.CREATING
    requested_by: str
    requested_at: Instant
    attempt: Attempt = Attempt()
    rule_id: str | None = None
    webhook_id: str | None = None
    detail: str | None = None

    @property
    def ref(self) -> RuleRef:
        return RuleRef(name=self.name, organisation=self.organisation)

    @property
    def run_id(self) -> str:
        """The run id of its audit records; no request can use such an id."""
        return f"rule:{hashlib.sha256(self.ref.key.encode()).hexdigest()[:32]}"

    @property
    def may_exist(self) -> bool:
        """Whether Genesys has the rule, or may have it."""
        return self.status is not RuleStatus.FAILED or self.attempt.is_uncertain

    def to(self, status: RuleStatus, **changes: Any) -> Self:
        """The rule in its next status; ValueError if the table does not allow it."""
        if status not in TRANSITIONS[self.status]:
            raise ValueError(f"a purge rule does not go from {self.status} to {status}")
        changes |= {"status": status, "version": self.version + 1}
        return self.model_copy(update=changes)

    def asked(self, **changes: Any) -> Self:
        """The same version of the rule, to be created as these changes say."""
        return self.model_copy(update={**changes, "status": RuleStatus.CREATING})

    def noted(self) -> Self:
        """The same rule again, for an audit record that changes nothing about it."""
        return self.model_copy(update={"version": self.version + 1})

    def intended(self, now: datetime) -> Self:
        """The rule with the intent of its next creating call."""
        return self.to(RuleStatus.CREATING, attempt=self.attempt.intended(now))


class PlannedRule(DryAnswer):
    """The answer to a dry run; `ruleId` if the same rule exists already."""

    name: str
    organisation: str | None = None
    status: Literal["dry_run"] = "dry_run"
    rule_id: str | None = None
    definition: Mapping[str, Any]
    policy: Policy
    detail: str | None = None


class SubmittedRule(Wire):
    """The answer to the caller: `registered` only once our webhook is registered as well.

    On a platform without webhooks, `created` is the final status. `detail` says what is special.
    """

    name: str
    rule_id: str
    status: RuleStatus
    webhook_id: str | None = None
    detail: str | None = None
