"""Reading a deployment and its audit."""

from __future__ import annotations

import pytest
from genesys_purge.errors import NotFound

from tests.unit.campaign_rules.deploying.bench import DeployBench
from tests.unit.campaign_rules.examples import rule, set_list

A = rule("A", 1)
ROUTE = "GET /campaign-rules/{deploymentId}"


@pytest.fixture
def bench() -> DeployBench:
    return DeployBench()


def test_deployment_shows_its_outcome_and_the_difference_of_each_rule(bench: DeployBench) -> None:
    ended = bench.deploy(A, rule("B", 2, actions=[set_list("list-1", "x")]))
    shown = bench.read_campaign_rules(ROUTE, {"deploymentId": ended.deployment_id}, {})
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
        "comparisons": [],
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


def test_audit_is_paged_in_the_terms_of_d5(bench: DeployBench) -> None:
    path = {"deploymentId": bench.deploy(A).deployment_id}
    first = bench.read_campaign_rules(f"{ROUTE}/audit", path, {"limit": "3"})
    rest = bench.read_campaign_rules(f"{ROUTE}/audit", path, {"next": first["next"]})
    assert [each["audit_event"] for each in first["records"] + rest["records"]] == [
        "deployment_submitted",
        "deployment_planned",
        "campaign_rule_created",
        "deployment_completed",
    ]
    assert first["records"][2] == {
        "audit_event": "campaign_rule_created",
        "rule_name": "A",
        "user_id": "tests",
        "details": f"{bench.at_genesys('A')['id']}, version 1",
        "timestamp": "2026-11-21T12:00:00Z",
    }
    assert "next" not in rest


def test_unknown_deployment_is_not_found(bench: DeployBench) -> None:
    for unknown in ("rules-unheard-of", "campaign#campaign-1", "..", "x" * 81):
        with pytest.raises(NotFound):
            bench.read_campaign_rules(ROUTE, {"deploymentId": unknown}, {})
