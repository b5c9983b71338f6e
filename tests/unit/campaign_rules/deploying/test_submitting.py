"""Submitting a rule set: checked completely, one deployment at a time, none lost."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.campaign_rules.deploying.deployment_messages import Phase, StoppedExecution
from genesys_purge.campaign_rules.deploying.requests import LARGEST_SET
from genesys_purge.campaign_rules.deploying.waiting import EXECUTION_SECONDS, MOST_RECOVERIES
from genesys_purge.errors import CampaignBusy, InvalidRequest, LostRace, NotFound
from genesys_purge.model.messages import Failure
from genesys_purge.model.submission import Submission

from tests.unit.campaign_rules.deploying.bench import DeployBench, Killed
from tests.unit.campaign_rules.examples import condition, rule, rule_set, set_list

A, B = rule("A", 1), rule("B", 2)


@pytest.fixture
def bench() -> DeployBench:
    return DeployBench()


def refused(bench: DeployBench, payload: object) -> list[str]:
    """The paths of what is wrong."""
    with pytest.raises(InvalidRequest) as error:
        bench.submit_campaign_rules(Submission(payload, "tests"))
    assert bench.deployments.all() == []
    assert bench.executions.started == {}
    return [each.path for each in error.value.fields]


def test_a_set_is_stored_and_started_by_its_id(bench: DeployBench) -> None:
    submitted = bench.submit_campaign_rules(Submission(rule_set(A), "tests"))
    assert (submitted.campaign_id, submitted.status) == ("campaign-1", "submitted")
    (name,) = bench.executions.started
    assert name == submitted.deployment_id
    step = bench.executions.started[name]
    assert step.to_json() == {
        "deploymentId": name,
        "next": "plan",
        "waitSeconds": 0,
        "failures": 0,
    }
    assert bench.simulator.requests == []


def test_every_error_of_a_set_is_told_and_nothing_is_stored(bench: DeployBench) -> None:
    wrong = rule_set(
        rule("A", 1, priority=0),
        rule("A", 1, actions=[{"type": "setList", "value": "x"}]),
        dryRun="yes",
        requestedBy="",
        other=1,
    )
    assert sorted(refused(bench, wrong)) == [
        "dryRun",
        "other",
        "requestedBy",
        "rules.0.priority",
        "rules.1.actions.0.listId",
        "rules.1.executionOrder",
        "rules.1.name",
    ]


@pytest.mark.parametrize("payload", [None, [], "x", 5])
def test_what_is_no_object_is_refused(bench: DeployBench, payload: object) -> None:
    assert refused(bench, payload) == ["request"]


@pytest.mark.parametrize("campaign", ["", "a/b", "..", "a b", "x" * 81, 5, None])
def test_a_campaign_id_is_one_that_a_path_takes(bench: DeployBench, campaign: Any) -> None:
    assert refused(bench, rule_set(A, campaignId=campaign)) == ["campaignId"]


def test_a_set_too_large_to_be_kept_is_refused(bench: DeployBench) -> None:
    text = "x" * 1_000
    large = [
        rule(f"rule {number}", number, conditions=[condition("a", "equals", text, "string")])
        for number in range(LARGEST_SET // 1_000)
    ]
    assert refused(bench, rule_set(*large)) == ["rules"]
    assert bench.deploy(*large[:-20]).outcome == "deployed"


def test_who_acts_is_who_sent_the_set_and_for_whom(bench: DeployBench) -> None:
    bench.submit(A, requestedBy="jane")
    (deployment,) = bench.deployments.all()
    assert deployment.submitted_by == "tests:jane"


def test_the_same_set_is_answered_with_the_deployment_in_progress(bench: DeployBench) -> None:
    first = bench.submit(A, B)
    assert bench.submit(A, B, requestedBy="somebody else") == first
    assert bench.submit(dict(reversed(A.items())) | {"conditions": []}, B) == first
    assert list(bench.executions.started) == [first]
    assert bench.actions(bench.deployments.get(first)) == ["deployment_submitted"]


def test_another_set_is_refused_with_the_id_in_progress(bench: DeployBench) -> None:
    first = bench.submit(A)
    with pytest.raises(CampaignBusy, match=first) as busy:
        bench.submit(B)
    assert busy.value.http_status == 409
    assert len(bench.deployments.all()) == 1


def test_another_campaign_and_a_dry_run_are_in_nobodys_way(bench: DeployBench) -> None:
    first = bench.submit(A)
    assert bench.submit(B, dryRun=True) != first
    assert bench.submit(B, campaignId="campaign-2") != first
    assert len(bench.executions.started) == 3


def test_a_campaign_is_free_once_its_deployment_has_ended(bench: DeployBench) -> None:
    assert bench.deploy(A).outcome == "deployed"
    assert bench.deploy(B).outcome == "deployed"


def test_what_was_stored_and_not_started_is_started_by_the_same_set(bench: DeployBench) -> None:
    def die() -> None:
        raise Killed

    bench.executions.before_start = die
    with pytest.raises(Killed):
        bench.submit(A)
    bench.executions.before_start = lambda: None
    first = bench.submit(A)
    assert list(bench.executions.started) == [first]
    assert [each.deployment_id for each in bench.deployments.all()] == [first]


def stalled(bench: DeployBench) -> str:
    """A deployment of A and B of which only A is applied, its execution gone."""
    deployment_id = bench.submit(A, B)
    bench.drive(bench.executions.started[deployment_id], stops=lambda: len(bench.sent()) == 1)
    assert list(bench.contents()) == ["A"]
    return deployment_id


def test_a_lost_execution_is_taken_up_by_the_same_set_once_it_is_surely_gone(
    bench: DeployBench,
) -> None:
    kill_after_the_first_post(bench)
    first = stalled(bench)
    bench.clock.wait(EXECUTION_SECONDS - 600)
    assert bench.submit(A, B) == first
    assert list(bench.executions.started) == [first]

    bench.clock.wait(1_000)
    assert bench.submit(A, B) == first

    bench.drive(bench.executions.started[f"{first}.1"])
    assert bench.deployments.get(first).outcome == "deployed"
    assert list(bench.contents()) == ["A", "B"]


def test_a_lost_execution_is_rolled_back_for_another_set(bench: DeployBench) -> None:
    kill_after_the_first_post(bench)
    first = stalled(bench)
    bench.clock.wait(EXECUTION_SECONDS)
    with pytest.raises(CampaignBusy, match="again later"):
        bench.submit(rule("Z", 1))

    bench.drive(bench.executions.started[f"{first}.1"])
    assert (bench.deployments.get(first).outcome, bench.contents()) == ("rolled_back", {})
    assert bench.deploy(rule("Z", 1)).outcome == "deployed"


def test_no_campaign_is_locked_for_ever(bench: DeployBench) -> None:
    kill_after_the_first_post(bench)
    first = stalled(bench)
    for _ in range(MOST_RECOVERIES + 1):
        bench.clock.wait(EXECUTION_SECONDS)
        with pytest.raises(CampaignBusy):
            bench.submit(rule("Z", 5))
    given_up = bench.deployments.get(first)
    assert given_up.outcome == "failed"
    assert bench.results(given_up) == {
        "A": ("create", "not_rolled_back"),
        "B": ("create", "untouched"),
    }
    assert bench.deploy(rule("Z", 5)).outcome == "deployed"


def kill_after_the_first_post(bench: DeployBench) -> None:
    """The task that has created the first rule dies before it knows."""

    def die(request: Any) -> None:
        if request.method == "POST" and "/rules" in request.url.path and bench.contents():
            bench.around_call = lambda _: None
            raise Killed

    bench.around_call = die


def stopped(bench: DeployBench, name: str) -> None:
    bench.recover_campaign_rules(StoppedExecution(execution=name, status="TIMED_OUT"))


def test_an_execution_that_was_stopped_before_its_plan_has_done_nothing(
    bench: DeployBench,
) -> None:
    first = bench.submit(A)
    stopped(bench, first)
    assert bench.deployments.get(first).outcome == "failed"
    assert list(bench.executions.started) == [first]
    assert bench.deploy(A).outcome == "deployed"


def test_a_deployment_that_has_ended_stays_as_it_is(bench: DeployBench) -> None:
    ended = bench.deploy(A)
    stopped(bench, ended.deployment_id)
    stopped(bench, f"{ended.deployment_id}.3")
    assert bench.deployments.get(ended.deployment_id) == ended
    assert len(bench.executions.started) == 1


def test_the_execution_that_takes_over_has_a_name_of_its_own_each_time(
    bench: DeployBench,
) -> None:
    kill_after_the_first_post(bench)
    first = stalled(bench)
    stopped(bench, first)
    stopped(bench, f"{first}.1")
    assert list(bench.executions.started) == [first, f"{first}.1", f"{first}.2"]
    assert {step.next for step in bench.executions.started.values()} == {"plan", "roll_back"}


def test_a_task_that_outlives_its_execution_is_raced_until_it_has_lost(
    bench: DeployBench,
) -> None:
    first = bench.submit(A)
    lost = iter([True, True])

    def write_first() -> None:
        if next(lost, False):
            raise LostRace("busy")

    bench.deployments.around_write = write_first
    stopped(bench, first)
    assert bench.deployments.get(first).outcome == "failed"


def test_a_deployment_that_stays_busy_is_for_the_next_time(bench: DeployBench) -> None:
    first = bench.submit(A)

    def write_first() -> None:
        raise LostRace("busy")

    bench.deployments.around_write = write_first
    with pytest.raises(LostRace, match="stayed busy"):
        stopped(bench, first)


def test_of_an_execution_that_nobody_knows_nothing_is_made(bench: DeployBench) -> None:
    with pytest.raises(NotFound):
        stopped(bench, "rules-unheard-of")


@pytest.mark.parametrize(
    ("error", "outcome"), [("PermissionMissing", "failed"), ("LimitExceeded", "rejected")]
)
def test_an_error_before_the_plan_ends_a_deployment_by_who_must_act(
    bench: DeployBench, error: str, outcome: str
) -> None:
    first = bench.submit(A)
    failure = Failure(run_id=first, error=error, cause='{"errorMessage": "no such scope"}')
    assert bench.fail_campaign_rules(failure).next == "complete"
    ended = bench.deployments.get(first)
    assert (ended.outcome, ended.detail) == (outcome, f"{error}: no such scope")


def test_an_error_while_it_is_rolled_back_ends_a_deployment_as_failed(bench: DeployBench) -> None:
    kill_after_the_first_post(bench)
    first = stalled(bench)
    failure = Failure(run_id=first, error="PermissionMissing", cause="no")
    assert bench.fail_campaign_rules(failure).next == "roll_back"
    assert bench.fail_campaign_rules(failure).next == "complete"
    assert bench.deployments.get(first).outcome == "failed"
    assert bench.fail_campaign_rules(failure).next == "complete"


def test_what_was_verified_is_deployed_whatever_becomes_of_its_end(bench: DeployBench) -> None:
    first = bench.submit(A)
    step = bench.executions.started[first]
    while step.next is not Phase.COMPLETE:
        step = bench.phases[step.next](step)
    deployment = bench.deployments.get(first)
    assert bench.writer.give_up(deployment, "given up").outcome == "deployed"


def test_a_permission_that_is_missing_ends_it_without_a_call(bench: DeployBench) -> None:
    bench.tokens_lack("outbound:campaign:read")
    ended = bench.deploy(A)
    assert ended.outcome == "failed"
    assert "outbound:campaign:read" in (ended.detail or "")
    assert bench.sent() == []


def test_a_permission_to_write_that_is_missing_rolls_it_back(bench: DeployBench) -> None:
    bench.tokens_lack("outbound:campaign:write", "outbound:rule:write")
    ended = bench.deploy(A)
    assert (ended.outcome, bench.sent()) == ("rolled_back", [])


def test_a_deployment_that_has_changed_nothing_needs_no_genesys_to_be_rolled_back(
    bench: DeployBench,
) -> None:
    first = bench.submit(A)
    step = bench.phases[Phase.PLAN](bench.executions.started[first])
    bench.tokens_lack("outbound:campaign:read")
    bench.clock.wait(86_400)
    assert bench.drive(step) == "rolled_back"


def test_what_it_says_of_a_deployment_is_what_was_asked(bench: DeployBench) -> None:
    ended = bench.deploy(A, rule("B", 2, actions=[set_list("list-1", "x")]))
    path = {"deploymentId": ended.deployment_id}
    shown = bench.read_campaign_rules("GET /campaign-rules/{deploymentId}", path, {})
    assert shown | {"rules": []} == {
        "deploymentId": ended.deployment_id,
        "campaignId": "campaign-1",
        "status": "finished",
        "outcome": "deployed",
        "submittedAt": "2026-11-21T12:00:00Z",
        "submittedBy": "tests",
        "finishedAt": "2026-11-21T12:00:00Z",
        "dryRun": False,
        "errors": [],
        "rules": [],
    }
    assert [each["name"] for each in shown["rules"]] == ["A", "B"]
    assert shown["rules"][0] == {
        "name": "A",
        "action": "create",
        "outcome": "verified",
        "difference": {
            "name": [None, "A"],
            "priority": [None, 10],
            "executionOrder": [None, 1],
            "enabled": [None, True],
        },
    }


def test_the_audit_is_read_page_by_page_in_the_documents_words(bench: DeployBench) -> None:
    ended = bench.deploy(A)
    path = {"deploymentId": ended.deployment_id}
    route = "GET /campaign-rules/{deploymentId}/audit"
    first = bench.read_campaign_rules(route, path, {"limit": "3"})
    rest = bench.read_campaign_rules(route, path, {"next": first["next"]})
    assert [each["audit_event"] for each in first["records"] + rest["records"]] == [
        "deployment_submitted",
        "deployment_planned",
        "campaign_rule_created",
        "deployment_completed",
    ]
    rule_id = bench.at_genesys("A")["id"]
    assert first["records"][2] == {
        "audit_event": "campaign_rule_created",
        "rule_name": "A",
        "user_id": "tests",
        "details": f"{rule_id}, version 1",
        "timestamp": "2026-11-21T12:00:00Z",
    }
    assert "next" not in rest


@pytest.mark.parametrize(
    "deployment_id", ["rules-unheard-of", "campaign#campaign-1", "..", "x" * 81]
)
def test_a_deployment_that_there_is_not_is_not_found(
    bench: DeployBench, deployment_id: str
) -> None:
    with pytest.raises(NotFound):
        bench.read_campaign_rules("", {"deploymentId": deployment_id}, {})
