"""Rule sets of several organisations: each is checked, deployed and rolled back in its own."""

from __future__ import annotations

from typing import Any, TypeVar

import httpx
import pytest
from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.errors import CampaignBusy, InvalidRequest
from genesys_purge.model.submission import Submission

from tests.unit.campaign_rules.deploying.bench import DeployBench, Killed
from tests.unit.campaign_rules.deploying.live_bench import LiveBench, contact_rule, trigger_rule
from tests.unit.campaign_rules.examples import rule, rule_set, set_list

EMEA: dict[str, Any] = {"organisation": "emea"}
A, B = rule("A", 1), rule("B", 2)
T = TypeVar("T", bound=DeployBench)
LIVE = (contact_rule("L", 1), trigger_rule("P", 2))


@pytest.fixture
def bench() -> DeployBench:
    """The default organisation, on the documented platform."""
    return DeployBench()


@pytest.fixture
def emea(bench: DeployBench) -> DeployBench:
    """Another organisation on the documented platform."""
    return known(bench, DeployBench(clock=bench.clock))


@pytest.fixture
def live(bench: DeployBench) -> LiveBench:
    """Another organisation on the live platform."""
    return known(bench, LiveBench(clock=bench.clock))


def known(bench: DeployBench, other: T) -> T:
    bench.organisations["emea"] = other.organisations[None]
    return other


def errors(bench: DeployBench, payload: object) -> set[str]:
    """The paths of the errors; nothing was stored, started or sent."""
    with pytest.raises(InvalidRequest) as refused:
        bench.submit_campaign_rules(Submission(payload, "tests"))
    assert bench.deployments.all() == []
    assert bench.executions.started == {}
    assert bench.simulator.requests == []
    return {each.path for each in refused.value.fields}


def audited(bench: DeployBench, deployment: Deployment) -> set[tuple[str, str | None]]:
    """The actions of a deployment's audit with their organisations."""
    records = bench.audit.of(deployment.deployment_id)
    return {(each.action, each.organisation) for each in records}


def stopped_halfway(bench: DeployBench, other: DeployBench) -> str:
    """A stopped deployment of A and B that created only A, in the other organisation."""

    def die(request: httpx.Request) -> None:
        if request.method == "POST" and other.contents():
            other.around_call = lambda _: None
            raise Killed

    other.around_call = die
    deployment_id = bench.submit(A, B, **EMEA)
    bench.drive(bench.executions.started[deployment_id], stops=lambda: bool(other.contents()))
    assert list(other.contents()) == ["A"]
    return deployment_id


def test_set_is_deployed_in_its_organisation_only(bench: DeployBench, emea: DeployBench) -> None:
    deployment = bench.deploy(A, B, **EMEA)
    assert (deployment.outcome, deployment.organisation) == ("deployed", "emea")
    assert list(emea.contents()) == ["A", "B"]
    assert bench.simulator.requests == []


def test_set_without_an_organisation_uses_the_default(
    bench: DeployBench, emea: DeployBench
) -> None:
    assert bench.deploy(A).organisation is None
    assert list(bench.contents()) == ["A"]
    assert emea.simulator.requests == []


def test_live_organisation_works_beside_a_documented_one(
    bench: DeployBench, live: LiveBench
) -> None:
    assert bench.deploy(*LIVE, **EMEA).outcome == "deployed"
    assert bench.deploy(A, B).outcome == "deployed"
    assert list(live.contents()) == ["L", "P"]
    assert [each["name"] for each in live.world()["campaignRules"].values()] == ["P"]
    assert list(bench.contents()) == ["A", "B"]


def test_documented_organisation_works_beside_a_live_one() -> None:
    bench = LiveBench()
    emea = known(bench, DeployBench(clock=bench.clock))
    assert bench.deploy(A, **EMEA).outcome == "deployed"
    assert bench.deploy(*LIVE).outcome == "deployed"
    assert (list(emea.contents()), list(bench.contents())) == (["A"], ["L", "P"])


def test_set_is_checked_for_the_platform_of_its_organisation(
    bench: DeployBench, live: LiveBench
) -> None:
    of_lists = rule_set(rule("A", 1, priority=1, actions=[set_list("list-1", "x")]), dryRun="yes")
    assert errors(bench, of_lists) == {"dryRun"}
    on_live = {"dryRun", "rules.0.conditions", "rules.0.actions.0.type"}
    assert errors(bench, of_lists | EMEA) == on_live
    assert live.simulator.requests == []


@pytest.mark.usefixtures("emea")
def test_unknown_organisation_is_reported_with_all_other_errors(bench: DeployBench) -> None:
    wrong = rule_set(rule("A", 1, priority=0), organisation="latam", other=1, dryRun="yes")
    assert errors(bench, wrong) == {"organisation", "other", "rules.0.priority", "dryRun"}
    assert errors(bench, rule_set(A, organisation="latam")) == {"organisation"}


@pytest.mark.usefixtures("emea")
def test_malformed_organisation_name_is_refused(bench: DeployBench) -> None:
    names: list[Any] = ["", "EMEA", "../emea", "emea/x", "e" * 41, 7, ["emea"]]
    found = [errors(bench, rule_set(A, organisation=each)) for each in names]
    assert found == [{"organisation"}] * len(names)


def test_equal_campaign_ids_of_two_organisations_are_two_campaigns(
    bench: DeployBench, emea: DeployBench
) -> None:
    ours, theirs = bench.submit(A), bench.submit(A, **EMEA)
    assert ours != theirs
    assert bench.submit(A, **EMEA) == theirs
    for fields in ({}, EMEA):
        with pytest.raises(CampaignBusy):
            bench.submit(B, **fields)
    bench.drive(bench.executions.started[theirs])
    assert (list(bench.contents()), list(emea.contents())) == ([], ["A"])
    with pytest.raises(CampaignBusy, match=ours):
        bench.submit(B)
    assert bench.deploy(B, **EMEA).outcome == "deployed"
    bench.drive(bench.executions.started[ours])
    assert (list(bench.contents()), list(emea.contents())) == (["A"], ["A", "B"])


def test_stopped_deployment_is_rolled_back_in_its_organisation(
    bench: DeployBench, emea: DeployBench
) -> None:
    bench.put(A, B)
    there = bench.contents()
    calls = len(bench.simulator.requests)
    deployment_id = stopped_halfway(bench, emea)

    bench.recover(deployment_id)

    assert bench.deployments.get(deployment_id).outcome == "rolled_back"
    assert (emea.contents(), bench.contents()) == ({}, there)
    assert len(bench.simulator.requests) == calls


def test_every_audit_record_names_the_organisation(bench: DeployBench, emea: DeployBench) -> None:
    emea.tokens_lack("outbound:campaign:write", "outbound:rule:write")
    failed = bench.deploy(A, **EMEA)
    assert audited(bench, failed) == {
        ("deployment_submitted", "emea"),
        ("deployment_planned", "emea"),
        ("campaign_rule_failed", "emea"),
        ("deployment_completed", "emea"),
    }
    assert {organisation for _, organisation in audited(bench, bench.deploy(A))} == {None}


@pytest.mark.usefixtures("emea")
def test_deployment_shows_its_organisation_unless_it_is_the_default(bench: DeployBench) -> None:
    def shown(**fields: Any) -> object:
        path = {"deploymentId": bench.submit(A, **fields)}
        answer = bench.read_campaign_rules("GET /campaign-rules/{deploymentId}", path, {})
        return answer.get("organisation")

    assert (shown(), shown(**EMEA)) == (None, "emea")


def test_organisation_removed_before_the_plan_rejects_the_set(
    bench: DeployBench, emea: DeployBench
) -> None:
    deployment_id = bench.submit(A, **EMEA)
    del bench.organisations["emea"]
    assert bench.drive(bench.executions.started[deployment_id]) == "rejected"
    rejected = bench.deployments.get(deployment_id)
    assert [each["path"] for each in rejected.errors] == ["organisation"]
    assert (emea.simulator.requests, bench.simulator.requests) == ([], [])


def test_organisation_removed_halfway_reports_what_is_left(
    bench: DeployBench, emea: DeployBench
) -> None:
    deployment_id = stopped_halfway(bench, emea)
    target = bench.organisations.pop("emea")

    bench.recover(deployment_id)

    failed = bench.deployments.get(deployment_id)
    assert failed.outcome == "failed"
    assert bench.results(failed) == {
        "A": ("create", "not_rolled_back"),
        "B": ("create", "untouched"),
    }
    assert bench.simulator.requests == []
    bench.organisations["emea"] = target
    assert bench.deploy(A, B, **EMEA).outcome == "deployed"
