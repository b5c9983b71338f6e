"""The documented contract as a platform: it supports every rule of D5, each with one call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from genesys_purge.campaign_rules.ports import Stage, Staging
from genesys_purge.campaign_rules.rules import DeployedRule, Rule
from genesys_purge.errors import FieldError


def no_stages(_rule: Rule, _current: DeployedRule | None) -> tuple[Stage, ...]:
    """No interim calls: one call is enough."""
    return ()


class DocumentedPlatform:
    """Reports no errors of its own and needs no interim calls."""

    def errors_in(
        self,
        rules: Sequence[Rule],  # noqa: ARG002  the port's signature
        deployed: Sequence[DeployedRule] = (),  # noqa: ARG002  the port's signature
    ) -> Iterable[FieldError]:
        """No errors."""
        return ()

    def staging(
        self,
        deployed: Sequence[DeployedRule],  # noqa: ARG002  the port's signature
    ) -> Staging:
        """No interim calls for any rule."""
        return no_stages
