"""Stored deployments: one for a campaign, one version at a time, always with their audit."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from genesys_purge.calling.attempt import Attempt
from genesys_purge.campaign_rules.deploying.deployment import (
    Deployment,
    DeploymentOutcome,
    DeploymentStatus,
)
from genesys_purge.campaign_rules.deploying.deployment_steps import Step, StepAction
from genesys_purge.campaign_rules.deploying.ports import Deployments
from genesys_purge.errors import LostRace, NotFound
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.ports import AuditLog
from genesys_purge.store.deployments import DynamoDeployments
from genesys_purge.store.ledger import Ledger

from tests.clock import NOON
from tests.deployment_fakes import MemoryDeployments
from tests.fakes import MemoryAuditLog
from tests.mocked_aws import client, direct_calls, mocked_aws, pause

EMEA: dict[str, Any] = {"organisation": "emea", "rules": []}


class DeploymentTables(NamedTuple):
    """Deployments and their audit log."""

    deployments: Deployments
    audit: AuditLog


@pytest.fixture
def deployment_aws() -> Iterator[None]:
    with mocked_aws("DeploymentsTable", "AuditTable"), direct_calls():
        yield


@pytest.fixture(params=["twin", "dynamodb"])
def tables(request: pytest.FixtureRequest) -> DeploymentTables:
    if request.param == "twin":
        audit = MemoryAuditLog()
        return DeploymentTables(MemoryDeployments(audit), audit)
    request.getfixturevalue("deployment_aws")
    ledger = Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)
    return DeploymentTables(
        DynamoDeployments(client("dynamodb"), "DeploymentsTable", ledger), ledger
    )


def deployment(number: int = 1, **changes: Any) -> Deployment:
    fields: dict[str, Any] = {
        "deployment_id": f"rules-{number}",
        "campaign_id": "campaign-1",
        "fingerprint": "0" * 32,
        "document": {"campaignId": "campaign-1", "rules": [{"name": "ü", "value": None}]},
        "submitted_by": "tests",
        "submitted_at": NOON,
        "execution_started_at": NOON,
    }
    return Deployment(**fields | changes)


def record(of: Deployment, action: Action = Action.DEPLOYMENT_SUBMITTED) -> AuditRecord:
    return AuditRecord(run_id=of.deployment_id, at=NOON, actor="tests", action=action)


def begin(tables: DeploymentTables, fresh: Deployment) -> Deployment:
    return tables.deployments.begin(fresh, record(fresh))


def ended(of: Deployment) -> Deployment:
    return of.to(DeploymentStatus.FINISHED, outcome=DeploymentOutcome.UNCHANGED)


def actions(tables: DeploymentTables, deployment_id: str = "rules-1") -> list[Action]:
    return [each.action for each in tables.audit.page(deployment_id, 1, 100).records]


def test_deployment_is_read_as_it_was_stored(tables: DeploymentTables) -> None:
    step = Step(
        name="ü",
        action=StepAction.UPDATE,
        before={"a": [None, {"b": 1.5}]},
        attempt=Attempt(number=2, is_uncertain=True),
    )
    full = deployment(steps=(step,), errors=({"path": "a", "message": "b"},), detail="line\nline")
    assert begin(tables, full) == full
    assert tables.deployments.get("rules-1") == full
    assert actions(tables) == ["deployment_submitted"]


def test_unknown_deployment_is_not_found(tables: DeploymentTables) -> None:
    begin(tables, deployment())
    for unknown in ("rules-2", "campaign#campaign-1"):
        with pytest.raises(NotFound):
            tables.deployments.get(unknown)


def test_campaign_has_one_deployment_until_it_is_finished(tables: DeploymentTables) -> None:
    first = begin(tables, deployment(1))
    assert begin(tables, deployment(2)) == first
    assert actions(tables, "rules-2") == []
    with pytest.raises(NotFound):
        tables.deployments.get("rules-2")
    applying = first.to(DeploymentStatus.APPLYING)
    tables.deployments.put(applying)
    assert begin(tables, deployment(2)) == applying

    tables.deployments.put(ended(applying), record(first, Action.DEPLOYMENT_COMPLETED))

    assert begin(tables, deployment(2)) == deployment(2)
    assert begin(tables, deployment(3)) == deployment(2)
    assert actions(tables) == ["deployment_submitted", "deployment_completed"]


def test_other_campaigns_and_dry_runs_do_not_hold_a_campaign(tables: DeploymentTables) -> None:
    first = begin(tables, deployment(1))
    dry = begin(tables, deployment(2, is_dry=True))
    assert dry.deployment_id == "rules-2"
    assert begin(tables, deployment(3, campaign_id="campaign-2")).deployment_id == "rules-3"
    tables.deployments.put(ended(dry))
    assert begin(tables, deployment(4)) == first


def test_equal_campaign_ids_of_two_organisations_are_held_separately(
    tables: DeploymentTables,
) -> None:
    ours = begin(tables, deployment(1))
    theirs = begin(tables, deployment(2, document=EMEA))
    assert begin(tables, deployment(3)) == ours
    assert begin(tables, deployment(3, document=EMEA)) == theirs
    tables.deployments.put(ended(theirs))
    assert begin(tables, deployment(3)) == ours
    assert begin(tables, deployment(4, document=EMEA)).deployment_id == "rules-4"


@pytest.mark.usefixtures("deployment_aws")
def test_holder_is_stored_under_the_campaign_of_its_organisation() -> None:
    ledger = Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)
    deployments = DynamoDeployments(client("dynamodb"), "DeploymentsTable", ledger)
    holders = {
        "campaign#campaign-1": deployment(1),
        "campaign#emea/campaign-1": deployment(2, document=EMEA),
    }
    for key, fresh in holders.items():
        deployments.begin(fresh, record(fresh))
        found = client("dynamodb").get_item(
            TableName="DeploymentsTable", Key={"deploymentId": {"S": key}}
        )
        assert found["Item"]["holder"] == {"S": fresh.deployment_id}


def test_lost_race_writes_neither_deployment_nor_audit(
    tables: DeploymentTables,
) -> None:
    first = begin(tables, deployment())
    won = first.to(DeploymentStatus.APPLYING)
    tables.deployments.put(won)
    for lost in (ended(first), won, ended(won).model_copy(update={"version": 3})):
        with pytest.raises(LostRace):
            tables.deployments.put(lost, record(lost, Action.DEPLOYMENT_COMPLETED))
    assert tables.deployments.get("rules-1") == won
    assert begin(tables, deployment(2)) == won
    assert actions(tables) == ["deployment_submitted"]


def test_next_version_of_an_unknown_deployment_is_refused(tables: DeploymentTables) -> None:
    with pytest.raises(LostRace):
        tables.deployments.put(deployment().to(DeploymentStatus.APPLYING))


def test_one_of_eight_concurrent_deployments_begins(tables: DeploymentTables) -> None:
    barrier = Barrier(8)

    def submit(number: int) -> str:
        barrier.wait(5)
        return begin(tables, deployment(number)).deployment_id

    with ThreadPoolExecutor(8) as threads:
        (winner,) = set(threads.map(submit, range(8)))
    assert actions(tables, winner) == ["deployment_submitted"]


@pytest.mark.usefixtures("deployment_aws")
def test_campaign_released_meanwhile_is_held() -> None:
    ledger = Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)
    deployments = DynamoDeployments(client("dynamodb"), "DeploymentsTable", ledger)
    first = deployments.begin(deployment(1), record(deployment(1)))
    commit, refusals = ledger.commit, [LostRace("taken")]

    def end_after_a_refusal(*arguments: Any) -> None:
        if refusals:
            deployments_ended = ended(first)
            error = refusals.pop()
            deployments.put(deployments_ended)
            raise error
        commit(*arguments)

    with patch.object(ledger, "commit", end_after_a_refusal):
        second = deployments.begin(deployment(2), record(deployment(2)))
    assert second.deployment_id == "rules-2"


@pytest.mark.usefixtures("deployment_aws")
def test_busy_tables_are_not_reported_as_a_held_campaign() -> None:
    ledger = Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)
    deployments = DynamoDeployments(client("dynamodb"), "DeploymentsTable", ledger)
    busy = patch.object(ledger, "commit", side_effect=LostRace("the tables were busy"))
    with busy, pytest.raises(LostRace, match="campaign-1 was busy in 3 attempts"):
        deployments.begin(deployment(), record(deployment()))
