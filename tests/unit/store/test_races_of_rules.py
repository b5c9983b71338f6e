"""Several workers on one purge rule or one campaign; the tables themselves are checked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain

import pytest
from genesys_purge.campaign_rules.deploying.deployment import (
    Deployment,
    DeploymentOutcome,
    DeploymentStatus,
)
from genesys_purge.errors import LostRace
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleStatus
from genesys_purge.store.deployments import DynamoDeployments
from genesys_purge.store.purge_rules import DynamoPurgeRules

from tests.clock import NOON
from tests.mocked_aws import client, mocked_aws
from tests.unit.purge_rules.rule_bench import rule
from tests.unit.store.concurrency import at_once, audit, ledger, stored
from tests.unit.store.test_deployments import deployment

WORKERS = 6


@pytest.fixture(autouse=True)
def tables() -> Iterator[None]:
    with mocked_aws("RulesTable", "DeploymentsTable", "AuditTable"):
        yield


def put_rule(changed: PurgeRule, worker: int) -> None:
    record = AuditRecord(
        run_id=changed.run_id,
        at=NOON,
        actor=f"worker {worker}",
        action=Action.RULE_CREATED,
    )
    DynamoPurgeRules(client("dynamodb"), "RulesTable", ledger()).put(changed, record)


def test_each_version_of_a_purge_rule_has_one_writer_and_one_record() -> None:
    again = rule().to(RuleStatus.CREATING)
    winners = []
    for version in (rule(), again, again.to(RuleStatus.CREATED, rule_id="rule-1")):
        calls = [
            partial(put_rule, version.model_copy(update={"requested_by": f"worker {n}"}), n)
            for n in range(WORKERS)
        ]
        won = at_once(calls)
        assert won.count(True) == 1
        [item] = stored("RulesTable")
        winners.append(f"worker {won.index(True)}")
        assert (item["version"], item["body"]["requestedBy"]) == (str(version.version), winners[-1])
    assert [each["actor"] for each in audit(rule().run_id)] == winners


def put_deployment(changed: Deployment, action: Action) -> Deployment:
    """Stores a new deployment, or the next version of one; returns the stored deployment."""
    record = AuditRecord(run_id=changed.deployment_id, at=NOON, actor="tests", action=action)
    store = DynamoDeployments(client("dynamodb"), "DeploymentsTable", ledger())
    if changed.version == 0:
        return store.begin(changed, record)
    store.put(changed, record)
    return changed


def unfinished() -> list[str]:
    items = [each for each in stored("DeploymentsTable") if "body" in each]
    return [each["deploymentId"] for each in items if each["status"] != "finished"]


def holder() -> str:
    [held] = [each["holder"] for each in stored("DeploymentsTable") if "holder" in each]
    return str(held)


def test_campaign_is_held_by_its_one_unfinished_deployment() -> None:
    def submit(number: int) -> None:
        put_deployment(deployment(number), Action.DEPLOYMENT_SUBMITTED)

    at_once([partial(submit, n) for n in range(WORKERS)])
    assert unfinished() == [holder()]


def test_successive_deployments_of_a_campaign_each_begin_and_end_once() -> None:
    every = [[deployment(10 * worker + number) for number in range(3)] for worker in range(3)]

    def deploy(mine: list[Deployment]) -> None:
        for each in mine:
            while not began(each):
                pass
            end = each.to(DeploymentStatus.FINISHED, outcome=DeploymentOutcome.UNCHANGED)
            put_deployment(end, Action.DEPLOYMENT_COMPLETED)

    assert all(at_once([partial(deploy, mine) for mine in every]))
    assert (unfinished(), holder()) == ([], "-")
    for each in chain(*every):
        actions = [record["action"] for record in audit(each.deployment_id)]
        assert actions == ["deployment_submitted", "deployment_completed"]


def began(fresh: Deployment) -> bool:
    try:
        return put_deployment(fresh, Action.DEPLOYMENT_SUBMITTED) == fresh
    except LostRace:
        return False


def test_one_of_several_workers_stores_the_next_version_of_a_deployment() -> None:
    first = put_deployment(deployment(), Action.DEPLOYMENT_SUBMITTED)
    nexts = [first.to(DeploymentStatus.APPLYING, detail=f"worker {n}") for n in range(WORKERS)]
    won = at_once([partial(put_deployment, each, Action.DEPLOYMENT_PLANNED) for each in nexts])
    [item] = [each for each in stored("DeploymentsTable") if "body" in each]
    assert won.count(True) == 1
    assert item["body"]["detail"] == f"worker {won.index(True)}"
    assert len(audit("rules-1")) == 2
