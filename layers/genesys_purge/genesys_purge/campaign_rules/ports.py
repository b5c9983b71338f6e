"""The platforms and files that campaign rules use, beside the ports of the whole application."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Any, Protocol

from genesys_purge.errors import FieldError

if TYPE_CHECKING:
    # Most functions that deploy never parse a rule.
    from genesys_purge.campaign_rules.rules import DeployedRule, Rule


class Stage(StrEnum):
    """An interim call that leaves a rule disabled, for a later call to change or enable it."""

    DISABLE = "disable"  # with its current content
    PREPARE = "prepare"  # with the wanted content


class RuleCatalogue(Protocol):
    """The rules of campaigns at Genesys, in the terms of D5 on every platform.

    A rule that was written reads back as the same rule, and a rule that was read can be written.
    """

    def rules(self, campaign_id: str) -> list[DeployedRule]:
        """Every rule of a campaign; NotAtGenesys if Genesys has no such campaign."""

    def create(self, campaign_id: str, wanted: Mapping[str, Any]) -> DeployedRule:
        """Create a rule with one changing call."""

    def update(
        self, campaign_id: str, current: DeployedRule, wanted: Mapping[str, Any]
    ) -> DeployedRule:
        """Change a rule in one call. Genesys answers 409 if the rule is no longer `current`."""

    def remove(self, campaign_id: str, rule_id: str) -> None:
        """Delete a rule with at most one changing call; no error if it is gone already."""


class Staging(Protocol):
    """Chooses the interim calls for the rules of one plan."""

    def __call__(self, rule: Rule, current: DeployedRule | None, /) -> Sequence[Stage]:
        """The interim calls before the final one; empty if a single call is enough."""


class Platform(Protocol):
    """What an organisation's platform supports of D5's rules."""

    def errors_in(
        self, rules: Sequence[Rule], deployed: Sequence[DeployedRule] = ()
    ) -> Iterable[FieldError]:
        """Every error that only this platform reports; a rule's wrong fields are None."""

    def staging(self, deployed: Sequence[DeployedRule]) -> Staging:
        """The staging of one plan; call it once for each rule, in the order of the steps."""


# Each takes an organisation's name, or None for the default organisation.
# InvalidRequest if the organisation is unknown.
CatalogueOf = Callable[[str | None], RuleCatalogue]
PlatformOf = Callable[[str | None], Platform]


class Files(Protocol):
    """Objects in S3, by `s3://bucket/key`."""

    def read(self, url: str) -> Iterator[bytes]:
        """The object's bytes in pieces; InvalidRequest if S3 refuses it for good."""

    def put(self, url: str, file: IO[bytes]) -> None:
        """Store the whole file under that name; Misconfigured or TryLater if nothing is stored."""
