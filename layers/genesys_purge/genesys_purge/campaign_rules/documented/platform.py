"""The documented contract as a platform: it takes every rule of D5, each by one call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from genesys_purge.campaign_rules.deploying.deployment_steps import DisabledAs
from genesys_purge.campaign_rules.deploying.ports import Staging
from genesys_purge.campaign_rules.rules import DeployedRule, Rule
from genesys_purge.errors import FieldError


def at_once(_rule: Rule, _current: DeployedRule | None) -> tuple[DisabledAs, ...]:
    """One call leads from the one to the other."""
    return ()


class Documented:
    """Refuses nothing and needs no steps between."""

    def refused(
        self,
        rules: Sequence[Rule],  # noqa: ARG002 - the port's
        deployed: Sequence[DeployedRule] = (),  # noqa: ARG002 - the port's
    ) -> Iterable[FieldError]:
        """Nothing."""
        return ()

    def staging(self, deployed: Sequence[DeployedRule]) -> Staging:  # noqa: ARG002 - the port's
        """None at all."""
        return at_once


DOCUMENTED = Documented()


def documented(_organisation: str | None) -> Documented:
    """The platform of every organisation, for those who know none."""
    return DOCUMENTED
