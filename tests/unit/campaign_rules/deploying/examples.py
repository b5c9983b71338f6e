"""Deployments and steps in any state."""

from __future__ import annotations

from typing import Any

from genesys_purge.campaign_rules.deploying.deployment import Deployment, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_steps import Step, StepAction

from tests.clock import NOON


def step(name: str = "A", **changes: Any) -> Step:
    return Step(**{"name": name, "action": StepAction.UPDATE} | changes)


def deployment(*steps: Step, **changes: Any) -> Deployment:
    names = dict.fromkeys(each.name for each in steps)
    fields: dict[str, Any] = {
        "deployment_id": "rules-1",
        "campaign_id": "campaign-1",
        "fingerprint": "0" * 32,
        "document": {"rules": [{"name": name, "executionOrder": 1} for name in names]},
        "submitted_by": "tests",
        "submitted_at": NOON,
        "execution_started_at": NOON,
        "status": DeploymentStatus.APPLYING,
        "steps": steps,
    }
    return Deployment(**fields | changes)
