"""The ports of purge rules, beside those of all features."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from genesys_purge.calling.deleting import Deleting
from genesys_purge.errors import FieldError, RefusedByGenesys
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.listing import Listing, Position
from genesys_purge.model.retention import Kind
from genesys_purge.ports import Queue
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleRef
from genesys_purge.purge_rules.request import RuleRequest, Scope

Registrations = Queue[RuleRef]


class PurgeRules(Protocol):
    """Purge rules by organisation and name; a change and its audit record are one write."""

    def get(self, ref: RuleRef) -> PurgeRule | None:
        """The rule of that name in that organisation, if there is one."""

    def put(self, rule: PurgeRule, record: AuditRecord | None = None) -> None:
        """Store the rule; LostRace unless the stored rule, if any, is its predecessor."""


class ListedRules(NamedTuple):
    """Purge rules, newest first, and the position after which the next page begins, if any."""

    rules: Sequence[PurgeRule]
    following: Position | None


class RuleList(Protocol):
    """The stored purge rules, for readers; a change appears after a short delay."""

    def by_id(self, rule_id: str) -> PurgeRule | None:
        """The rule of that id at Genesys, if the application created it."""

    def newest_first(self, listing: Listing) -> ListedRules:
        """A page of the rules by the time of their request; InvalidRequest for a wrong position."""


class RuleForm(Protocol):
    """How a platform writes a rule, and what it cannot express."""

    def errors(self, request: RuleRequest) -> Iterator[FieldError]:
        """An error for each field that the platform cannot express; a wrong field is None."""

    def kind(self, scope: Scope) -> Kind:
        """The records that the rule deletes, as the retention matrix describes them."""

    def definition(self, request: RuleRequest) -> Mapping[str, Any]:
        """The body for Genesys of a request without errors."""


class RulesApi(Protocol):
    """The calls with which a platform creates rules and finds them again."""

    def remarks(self, days: int) -> str | None:
        """Facts that the caller needs about a rule that keeps records for so many days.

        InvalidRequest if Genesys would refuse the days.
        """

    def create(self, rule: PurgeRule, deleting: Deleting[PurgeRule]) -> str:
        """Create the rule by this one call; returns its id at Genesys."""

    def find(self, rule: PurgeRule, refusal: RefusedByGenesys | None = None) -> str | None:
        """The id of exactly this rule, if an unanswered call has created it.

        `refusal` is the answer to a later call that tried to create it again.
        """

    def is_duplicate(self, rule: PurgeRule, refusal: RefusedByGenesys) -> bool:
        """Whether Genesys refused the rule because it has a conflicting one."""

    def proves_absence(self, refusal: RefusedByGenesys) -> bool:
        """Whether the refusal is about the content, so that no earlier call was executed."""


class Platform(NamedTuple):
    """What one organisation offers for rules; `has_webhooks` if it reports their executions.

    `default_classification` is that of records that nothing classifies; empty for none.
    """

    form: RuleForm
    api: RulesApi
    has_webhooks: bool
    default_classification: str = ""


# By the name of the organisation, None for the default one; InvalidRequest for an unknown name.
PlatformOf = Callable[[str | None], Platform]
