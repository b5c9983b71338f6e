"""Submitting a rule set: it is checked completely, and a campaign has one deployment at a time."""

from __future__ import annotations

import pytest
from genesys_purge.campaign_rules.deploying.requests import LARGEST_SET
from genesys_purge.errors import CampaignBusy, InvalidRequest
from genesys_purge.model.submission import Submission

from tests.unit.campaign_rules.deploying.bench import DeployBench, Killed
from tests.unit.campaign_rules.examples import condition, rule, rule_set

A, B = rule("A", 1), rule("B", 2)


@pytest.fixture
def bench() -> DeployBench:
    return DeployBench()


def refused(bench: DeployBench, payload: object) -> list[str]:
    """The paths of the errors; nothing was stored or started."""
    with pytest.raises(InvalidRequest) as error:
        bench.submit_campaign_rules(Submission(payload, "tests"))
    assert bench.deployments.all() == []
    assert bench.executions.started == {}
    return [each.path for each in error.value.fields]


def test_set_is_stored_and_its_execution_is_named_by_its_id(bench: DeployBench) -> None:
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


def test_invalid_set_reports_every_error_and_stores_nothing(bench: DeployBench) -> None:
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


def test_conflicts_inside_a_set_are_refused_and_counted(bench: DeployBench) -> None:
    exclusive = (
        rule("A", 1, actions=[{"type": "setList", "listId": "l", "value": "x"}]),
        rule("B", 2, actions=[{"type": "setList", "listId": "l", "value": "y"}]),
        rule("C", 2),
    )
    assert refused(bench, rule_set(*exclusive)) == [
        "rules.2.executionOrder",
        "rules.1.actions.0.value",
    ]
    assert bench.meter.counts == {"ConflictsDetected": 2}


def test_other_errors_of_a_set_are_not_counted_as_conflicts(bench: DeployBench) -> None:
    refused(bench, rule_set(rule("A", 1, priority=0), rule("A", 2)))
    assert bench.meter.counts == {}


def test_payload_must_be_an_object(bench: DeployBench) -> None:
    payloads: list[object] = [None, [], "x", 5]
    assert [refused(bench, each) for each in payloads] == [["request"]] * 4


def test_largest_set_fits_into_its_deployment(bench: DeployBench) -> None:
    text = "x" * 1_000
    large = [
        rule(f"rule {number}", number + 1, conditions=[condition("a", "equals", text, "string")])
        for number in range(LARGEST_SET // 1_000)
    ]
    assert refused(bench, rule_set(*large)) == ["rules"]
    assert bench.deploy(*large[:-20], dryRun=True).outcome == "dry_run"


def test_actor_is_the_sender_with_the_person_it_acts_for(bench: DeployBench) -> None:
    bench.submit(A, requestedBy="jane")
    (deployment,) = bench.deployments.all()
    assert deployment.submitted_by == "tests:jane"


def test_same_set_returns_the_deployment_in_progress(bench: DeployBench) -> None:
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


def test_other_campaigns_and_dry_runs_are_not_blocked(bench: DeployBench) -> None:
    first = bench.submit(A)
    assert bench.submit(B, dryRun=True) != first
    assert bench.submit(B, campaignId="campaign-2") != first
    assert len(bench.executions.started) == 3


def test_finished_deployment_releases_its_campaign(bench: DeployBench) -> None:
    assert bench.deploy(A).outcome == "deployed"
    assert bench.deploy(B).outcome == "deployed"


def test_same_set_starts_a_deployment_that_was_stored_only(bench: DeployBench) -> None:
    def die() -> None:
        raise Killed

    bench.executions.before_start = die
    with pytest.raises(Killed):
        bench.submit(A)
    bench.executions.before_start = lambda: None
    first = bench.submit(A)
    assert list(bench.executions.started) == [first]
    assert [each.deployment_id for each in bench.deployments.all()] == [first]


@pytest.mark.parametrize(
    ("missing", "outcome"),
    [
        (("outbound:campaign:read",), "failed"),
        (("outbound:campaign:write", "outbound:rule:write"), "rolled_back"),
    ],
)
def test_missing_permission_ends_a_deployment_without_a_call(
    bench: DeployBench, missing: tuple[str, ...], outcome: str
) -> None:
    bench.tokens_lack(*missing)
    ended = bench.deploy(A)
    assert (ended.outcome, bench.sent()) == (outcome, [])
    assert missing[0] in (ended.detail or "")
