"""Records near and beyond the size of an item: everything that begins can also end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from genesys_purge.campaign_rules.deploying.deployment import DeploymentOutcome, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_steps import Step, StepAction
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import BatchState, Entry
from genesys_purge.model.retention import Policy
from genesys_purge.model.run import Outcome, Plan, Run, RunStatus, finished, totals_of
from genesys_purge.purge_rules.purge_rule import RuleStatus
from genesys_purge.store import items
from genesys_purge.store.deployments import DynamoDeployments
from genesys_purge.store.purge_rules import DynamoPurgeRules
from genesys_purge.store.sizes import MOST_BYTES, size_of

from tests import builders
from tests.clock import NOON
from tests.mocked_aws import client, mocked_aws, only_on_dynamodb_local
from tests.unit.purge_rules.rule_bench import ONCE, rule
from tests.unit.store.concurrency import audit, ledger, runs, stored
from tests.unit.store.test_deployments import deployment

# Three bytes for each character.
HUGE = "€" * 200_000
LARGEST = MOST_BYTES - 16 * 1024


@pytest.fixture(autouse=True)
def tables() -> Iterator[None]:
    with mocked_aws("RunsTable", "RulesTable", "DeploymentsTable", "AuditTable"):
        yield


def record(action: Action, run_id: str = "run-1", **facts: Any) -> AuditRecord:
    return AuditRecord(run_id=run_id, at=NOON, actor="tests", action=action, **facts)


def run_of(size: int) -> Run:
    """A run whose item has exactly so many bytes."""
    run = with_reason(builders.run(planner=None), "")
    return with_reason(run, " " * (size - size_of(items.run_item(run))))


def with_reason(run: Run, reason: str) -> Run:
    return run.model_copy(update={"request": {**run.request, "reason": reason}})


def body(table: str) -> dict[str, Any]:
    """The body of the only record in the table."""
    [found] = [each["body"] for each in stored(table) if "body" in each]
    return dict(found)


@only_on_dynamodb_local("moto stops at 405,000 bytes, counted in another way")
@pytest.mark.parametrize("number", ["1", "-5", "123", "1234567890"])
def test_items_up_to_the_measured_limit_are_stored(number: str) -> None:
    item: Any = items.run_key("run-1") | {"count": {"N": number}, "ü": {"S": "€"}}
    item["body"] = {"S": "x" * (MOST_BYTES - size_of(item) - len("body"))}
    client("dynamodb").put_item(TableName="RunsTable", Item=item)
    # The measure of a number may be some bytes too large, but never too small.
    item["body"] = {"S": "x" * (MOST_BYTES - size_of(item) + len(item["body"]["S"]) + 6)}
    with pytest.raises(ClientError, match="ValidationException"):
        client("dynamodb").put_item(TableName="RunsTable", Item=item)


def test_large_run_is_planned_and_ends_with_its_whole_explanation() -> None:
    run, store = run_of(LARGEST), runs()
    store.create(run, record(Action.RUN_SUBMITTED))
    run = run.model_copy(update={"planner": "p" * 32})
    store.begin_plan(run)
    plan = Plan(
        batches=10_000,
        targeted=2**53,
        skipped={f"reason_{n}": 2**53 for n in range(20)},
        hash="0" * 64,
        policy=Policy(minimum_days=36_500, basis="€" * 400),
        unit="conversations",
        deleted_unit="conversations",
    )
    run = run.model_copy(update={"plan": plan, "status": RunStatus.RUNNING})
    store.plan(run, record(Action.RUN_PLANNED))
    end = finished(run, Outcome.FAILED, totals_of(plan, []), NOON, "€" * 1_000)
    store.finish(end, record(Action.RUN_FAILED, detail="€" * 1_000))
    assert store.get("run-1") == end.model_copy(update={"reported_in": 3})
    assert [each["action"] for each in audit("run-1")][-1] == "run_failed"


def test_run_with_a_too_large_explanation_ends_with_a_shorter_one() -> None:
    run = builders.run()
    runs().create(run, record(Action.RUN_SUBMITTED))
    end = finished(run, Outcome.FAILED, totals_of(None, []), NOON, HUGE)
    runs().finish(end, record(Action.RUN_FAILED, detail=HUGE))
    found = body("RunsTable")
    assert (found["outcome"], found["detail"]) == ("failed", "€" * 100)
    assert audit("run-1")[1]["detail"] == "€" * 100


def test_batch_with_too_large_explanations_ends_with_shorter_ones() -> None:
    runs().create(builders.run(), record(Action.RUN_SUBMITTED))
    runs().put_batch(builders.batch(), [], builders.PLANNER)
    attempt = builders.unanswered(reason=HUGE)
    end = builders.batch().to(BatchState.FAILED, attempt=attempt, detail=HUGE)
    runs().advance(end, record(Action.BATCH_FAILED, detail=HUGE))
    found = runs().batch("run-1", 0)
    assert (found.state, found.detail) == (BatchState.FAILED, "€" * 100)
    assert found.attempt == builders.unanswered(reason="€" * 100)
    assert audit("run-1")[1]["detail"] == "€" * 100


def test_purge_rule_with_too_large_explanations_ends_with_shorter_ones() -> None:
    store = DynamoPurgeRules(client("dynamodb"), "RulesTable", ledger())
    store.put(rule())
    end = rule().to(RuleStatus.FAILED, attempt=ONCE.refused(HUGE), detail=HUGE)
    store.put(end, record(Action.RULE_FAILED, detail=HUGE))
    found = body("RulesTable")
    assert (found["status"], found["attempt"]["reason"]) == ("failed", "€" * 100)


def deployments() -> DynamoDeployments:
    return DynamoDeployments(client("dynamodb"), "DeploymentsTable", ledger())


@pytest.mark.parametrize(("rules", "kept"), [(0, 100), (310_000, None)])
def test_deployment_of_500_failed_steps_ends_with_room_for_its_outcome(
    rules: int, kept: int | None
) -> None:
    fresh = deployment(document={"campaignId": "campaign-1", "rules": ["x" * rules]})
    deployments().begin(fresh, record(Action.DEPLOYMENT_SUBMITTED, fresh.deployment_id))
    step = Step(name="n" * 20, action=StepAction.CREATE, attempt=ONCE.refused(HUGE[:1_000]))
    steps = (step.model_copy(update={"detail": HUGE[:1_000]}),) * 500
    end = fresh.to(DeploymentStatus.FINISHED, outcome=DeploymentOutcome.FAILED, steps=steps)
    deployments().put(end, record(Action.DEPLOYMENT_COMPLETED, fresh.deployment_id))
    found = deployments().get(fresh.deployment_id)
    assert found.outcome is DeploymentOutcome.FAILED
    explanations = {(each.detail, each.attempt.reason) for each in found.steps}
    assert explanations == {("€" * kept, "€" * kept) if kept else (None, None)}
    assert deployments().begin(deployment(2), record(Action.DEPLOYMENT_SUBMITTED, "rules-2"))


def test_refused_audit_record_leaves_its_change_unstored() -> None:
    run = builders.run()
    runs().create(run, record(Action.RUN_SUBMITTED))
    end = finished(run, Outcome.FAILED, totals_of(None, []), NOON, None)
    with pytest.raises(ClientError):
        runs().finish(end, record(Action.RUN_FAILED, skipped={"x" * MOST_BYTES: 1}))
    assert body("RunsTable")["status"] == "submitted"
    assert len(audit("run-1")) == 1


def test_manifest_of_a_thousand_entries_of_the_longest_values_is_stored() -> None:
    runs().create(builders.run(), record(Action.RUN_SUBMITTED))
    media = frozenset({"callback", "chat", "cobrowse", "email", "message", "screenshare", "voice"})
    entries = [Entry(f"{n:0>100}", NOON, "c" * 40, NOON, media, f"{n:0>100}") for n in range(1_000)]
    runs().put_batch(builders.batch(planned=1_000), entries, builders.PLANNER)
    assert list(runs().manifest(runs().batch("run-1", 0))) == entries


def test_audit_pages_continue_where_a_query_reached_one_megabyte() -> None:
    for number in range(8):
        ledger().append(record(Action.BATCH_FAILED, batch=number, detail="x" * 300_000))
    found, start = list[Any](), 1
    while start:
        page = ledger().page("run-1", start, 100)
        found += [each.batch for each in page.records]
        start = page.following or 0
    assert found == list(range(8))
