"""What a purge rule becomes at Genesys: on each organisation's platform something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from genesys_purge.errors import FieldError, RefusedByGenesys
from genesys_purge.model.retention import Kind
from genesys_purge.ports import Permit
from genesys_purge.purge_rules.purge_rule import PurgeRule
from genesys_purge.purge_rules.rule import RuleRequest, Scope


class Form(Protocol):
    """How a platform writes a rule down."""

    def unmet(self, request: RuleRequest) -> Iterator[FieldError]:
        """What of the request it cannot carry out; a field that is itself wrong is None."""

    def kind(self, scope: Scope) -> Kind:
        """What the retention matrix is asked about."""

    def definition(self, request: RuleRequest) -> Mapping[str, Any]:
        """What Genesys is sent for a request of which nothing is unmet."""


class Target(Protocol):
    """Where a platform keeps its rules."""

    def remarks(self, days: int) -> str | None:
        """What whoever asks for a rule of so many days should know of it before it is created.

        InvalidRequest where Genesys would not take it.
        """

    def create(self, rule: PurgeRule, permit: Permit) -> str:
        """Have Genesys create the rule: its id there."""

    def is_in_the_way(self, refusal: RefusedByGenesys) -> bool:
        """Whether Genesys refuses the rule for another one that it has."""

    def find(self, rule: PurgeRule, refusal: RefusedByGenesys | None = None) -> str | None:
        """The id of the very rule that a call of ours may have created unseen, if it is there.

        `refusal` is what Genesys says of one in the way, where it was asked for the rule again.
        """


class Platform(NamedTuple):
    """What one organisation has for rules, and whether it can tell us of what they delete."""

    form: Form
    target: Target
    has_webhooks: bool


# By the organisation's name, None for the deployment's own; InvalidRequest where there is none.
PlatformOf = Callable[[str | None], Platform]
