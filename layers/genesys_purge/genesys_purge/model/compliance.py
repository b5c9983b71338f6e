"""The compliance facts of a run under Genesys's own retention policy (D2)."""

from __future__ import annotations

from typing import Any

from genesys_purge.model.wire import Wire


class Compliance(Wire):
    """The jurisdiction of a run, and whether it overrides the retention policy of Genesys."""

    jurisdiction: str
    retention_policy_override: bool

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of an audit record, before a plan exists."""
        return {
            "jurisdiction": self.jurisdiction,
            "retention_policy_override": self.retention_policy_override,
        }

    @property
    def checked_facts(self) -> dict[str, Any]:
        """The fields of an audit record, once a plan has validated retention and holds."""
        return {**self.facts, "compliance_note": self.note}

    @property
    def note(self) -> str:
        """What was validated, in words."""
        overridden = "overridden" if self.retention_policy_override else "not overridden"
        return (
            f"the retention policy of Genesys was {overridden}; "
            "the retention matrix and the legal holds were validated"
        )
