"""In-memory adapters of the ports that deploy campaign rules."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import TYPE_CHECKING

from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.campaign_rules.deploying import ports
from genesys_purge.campaign_rules.deploying.deployment import Deployment, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_list import (
    DeploymentEntry,
    DeploymentPage,
)
from genesys_purge.campaign_rules.deploying.deployment_messages import DeploymentStep
from genesys_purge.errors import LostRace, NotFound
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.listing import DEFAULT_ORGANISATION, Listing, Position

from tests.fakes import MemoryAuditLog
from tests.listed_pages import Row, page_of


class MemoryDeployments:
    """Deployments by id; `around_write` runs before and after each write, and may raise."""

    def __init__(self, audit: MemoryAuditLog) -> None:
        self._audit = audit
        self._lock = RLock()
        self._deployments: dict[str, str] = {}
        self._holders: dict[Campaign, str] = {}
        self.around_write: Callable[[Deployment], None] = lambda deployment: None

    def begin(self, deployment: Deployment, record: AuditRecord) -> Deployment:
        self.around_write(deployment)
        with self._lock:
            if not deployment.is_dry:
                if holder := self._holders.get(deployment.campaign):
                    return self.get(holder)
                self._holders[deployment.campaign] = deployment.deployment_id
            self._keep(deployment, record)
        self.around_write(deployment)
        return deployment

    def get(self, deployment_id: str) -> Deployment:
        if deployment_id not in self._deployments:
            raise NotFound(f"there is no deployment {deployment_id}")
        return Deployment.model_validate_json(self._deployments[deployment_id])

    def put(self, deployment: Deployment, record: AuditRecord | None = None) -> None:
        self.around_write(deployment)
        with self._lock:
            stored = self._deployments.get(deployment.deployment_id)
            if not stored or self.get(deployment.deployment_id).version != deployment.version - 1:
                raise LostRace("another worker changed the record")
            if deployment.status is DeploymentStatus.FINISHED and not deployment.is_dry:
                del self._holders[deployment.campaign]
            self._keep(deployment, record)
        self.around_write(deployment)

    def listed(self, listing: Listing) -> DeploymentPage:
        rows = [_row(DeploymentEntry.of(each)) for each in self.all()]
        return DeploymentPage(*page_of(rows, listing))

    def all(self) -> list[Deployment]:
        """Every deployment, oldest first."""
        return [self.get(each) for each in self._deployments]

    def _keep(self, deployment: Deployment, record: AuditRecord | None) -> None:
        body = deployment.model_dump_json(by_alias=True, exclude_none=True)
        self._deployments[deployment.deployment_id] = body
        if record:
            self._audit.append(record)


def _row(entry: DeploymentEntry) -> Row[DeploymentEntry]:
    organisation = entry.organisation or DEFAULT_ORGANISATION
    values = {"status": entry.status, "campaignId": entry.campaign_id, "organisation": organisation}
    return Row(entry, Position(at=entry.submitted_at, key=entry.deployment_id), values)


class MemoryDeploymentExecutions:
    """The started executions by name; `before_start` may raise."""

    def __init__(self) -> None:
        self.started: dict[str, DeploymentStep] = {}
        self.before_start: Callable[[], None] = lambda: None

    def start(self, name: str, step: DeploymentStep) -> None:
        self.before_start()
        self.started.setdefault(name, step)


if TYPE_CHECKING:
    _deployments: ports.Deployments = MemoryDeployments(MemoryAuditLog())
    _executions: ports.DeploymentExecutions = MemoryDeploymentExecutions()
