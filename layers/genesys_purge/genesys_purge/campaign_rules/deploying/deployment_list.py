"""The list of deployments: its entries and its pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

from genesys_purge.campaign_rules.deploying.deployment import (
    Deployment,
    DeploymentOutcome,
    DeploymentStatus,
)
from genesys_purge.model.dates import Instant
from genesys_purge.model.listing import Position
from genesys_purge.model.wire import Wire


class DeploymentEntry(Wire):
    """A deployment in the list; `counts` has its rules, and how many have each outcome."""

    deployment_id: str
    campaign_id: str
    organisation: str | None = None
    status: DeploymentStatus
    outcome: DeploymentOutcome | None = None
    submitted_at: Instant
    submitted_by: str
    finished_at: Instant | None = None
    counts: Mapping[str, int]

    @classmethod
    def of(cls, deployment: Deployment) -> Self:
        outcomes = Counter(result.outcome.value for result in deployment.results())
        return cls(
            deployment_id=deployment.deployment_id,
            campaign_id=deployment.campaign_id,
            organisation=deployment.organisation,
            status=deployment.status,
            outcome=deployment.outcome,
            submitted_at=deployment.submitted_at,
            submitted_by=deployment.submitted_by,
            finished_at=deployment.finished_at,
            counts={"rules": len(deployment.document["rules"]), **outcomes},
        )


class DeploymentPage(NamedTuple):
    """Entries, newest first, and the position after which the next page begins, if any."""

    entries: Sequence[DeploymentEntry]
    following: Position | None
