"""What the use cases of campaign rules see of the world, beside the ports of all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.campaign_rules.deploying.deployment_messages import DeploymentStep
from genesys_purge.campaign_rules.deploying.deployment_steps import DisabledAs
from genesys_purge.errors import FieldError
from genesys_purge.model.audit import AuditRecord

if TYPE_CHECKING:
    # Most functions that deploy never see a rule.
    from genesys_purge.campaign_rules.rules import DeployedRule, Rule


class RuleCatalogue(Protocol):
    """The rules of campaigns at Genesys, in D5's words whatever the platform calls them.

    What was wanted compares equal to what is read back, and what was read may be written again.
    """

    def rules(self, campaign_id: str) -> list[DeployedRule]:
        """Every rule of a campaign; JobLost where Genesys has no such campaign."""

    def create(self, campaign_id: str, wanted: Mapping[str, Any]) -> DeployedRule:
        """The new rule: one changing call."""

    def update(
        self, campaign_id: str, current: DeployedRule, wanted: Mapping[str, Any]
    ) -> DeployedRule:
        """The rule as changed: one changing call; refused with 409 where it is not `current`."""

    def remove(self, campaign_id: str, rule_id: str) -> None:
        """The rule is gone, or was gone before: at most one changing call."""


class Staging(Protocol):
    """By which stages a rule gets from what Genesys has of it, if anything, to what is wanted."""

    def __call__(self, rule: Rule, current: DeployedRule | None, /) -> Sequence[DisabledAs]:
        """What it says in each, one call for each; none where a single call will do."""


class Platform(Protocol):
    """What an organisation's platform takes of D5's rules, and by which steps."""

    def refused(
        self, rules: Sequence[Rule], deployed: Sequence[DeployedRule] = ()
    ) -> Iterable[FieldError]:
        """Every error that only this platform makes one; what a wrong rule lacks is None."""

    def staging(self, deployed: Sequence[DeployedRule]) -> Staging:
        """For one plan, to be asked in the order of its steps, each rule once."""


# By an organisation's name, or None for the deployment's own; InvalidRequest for one not known.
CatalogueOf = Callable[[str | None], RuleCatalogue]
PlatformOf = Callable[[str | None], Platform]


class Deployments(Protocol):
    """Deployments by id; a change and the audit record of it are one write."""

    def begin(self, deployment: Deployment, record: AuditRecord) -> Deployment:
        """Store a new deployment; where its campaign has one in progress, only answer that.

        A dry run is in nobody's way and has nobody in its own.
        """

    def get(self, deployment_id: str) -> Deployment:
        """The deployment as it stands; NotFound where there is none."""

    def put(self, deployment: Deployment, record: AuditRecord | None = None) -> None:
        """Store a deployment's next version; one that is finished lets go of its campaign.

        LostRace unless the stored one is its predecessor.
        """


class DeploymentExecutions(Protocol):
    """The state machine that deploys."""

    def start(self, name: str, step: DeploymentStep) -> None:
        """Start an execution with that step; another of that name changes nothing."""
