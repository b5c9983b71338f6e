"""An export of a live campaign: which changes belong to it, and what becomes of slow queries."""

from __future__ import annotations

import pytest
from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.campaign_rules.live import audit_query
from genesys_purge.campaign_rules.live.trigger_rules import as_new
from genesys_purge.errors import NotAtGenesys, PermissionMissing, TryLater
from genesys_purge.model.audit import Action

from simulator import Corpus, LiveSettings, OAuthClient, Simulator, SimulatorSettings
from tests.unit.campaign_rules.deploying.live_bench import contact_rule, trigger_rule
from tests.unit.campaign_rules.live.export_bench import CAMPAIGN, OTHER, QUERY, ExportBench

CREATED, UPDATED, DELETED = (f"outbound.rule.{each}" for each in ("created", "updated", "deleted"))


def test_changes_of_a_deployment_are_exported_as_documented() -> None:
    bench = ExportBench()
    bench.deploy(contact_rule("A", 1), trigger_rule("slow", 2))
    (rule_set,) = bench.all("/api/v2/outbound/rulesets")
    (rule,) = bench.all("/api/v2/outbound/campaignrules")
    records = bench.exported()
    common = {"campaignId": CAMPAIGN, "source": "genesys_cloud_outbound"}
    of_set = {"entityId": rule_set["id"], "ruleName": f"Genesys Purge {CAMPAIGN}", "version": 1}
    of_rule = {"entityId": rule["id"], "ruleName": "slow", "version": 2}
    assert [{**each, "timestamp": ""} for each in records] == [
        {"timestamp": "", "eventType": CREATED} | common | of_rule,
        {"timestamp": "", "eventType": UPDATED} | common | of_rule,
        {"timestamp": "", "eventType": CREATED} | common | of_set,
    ]
    assert [each["timestamp"] for each in records] == sorted(each["timestamp"] for each in records)


def test_changes_of_other_campaigns_are_left_out() -> None:
    bench = ExportBench()
    ours, theirs = bench.trigger(CAMPAIGN, "ours"), bench.trigger(OTHER, "theirs")
    bench.rule_set("nobody uses it")
    bench.rule_set(f"Genesys Purge {OTHER}")
    assert [each["entityId"] for each in bench.exported()] == [ours["id"]]
    assert theirs["id"] in [each["entityId"] for each in bench.exported(OTHER)]


def test_change_of_a_rule_set_belongs_to_the_campaign_that_uses_it() -> None:
    bench = ExportBench()
    used = bench.rule_set("made by hand")
    bench.use(used)
    assert [each["entityId"] for each in bench.exported()] == [used["id"]]
    assert bench.exported(OTHER) == []


def test_deleted_rule_leaves_its_records_without_a_name() -> None:
    bench = ExportBench()
    rule = bench.trigger()
    bench.discard(rule)
    records = bench.exported()
    assert [each["eventType"] for each in records] == [CREATED, DELETED]
    assert {each["campaignId"] for each in records} == {CAMPAIGN}
    assert not {"ruleName", "version"} & {name for each in records for name in each}
    assert bench.exported(OTHER) == []


def test_rule_that_changed_its_campaign_belongs_to_both() -> None:
    bench = ExportBench()
    rule = bench.trigger()
    moved = bench.edit(rule, **as_new(OTHER, trigger_rule("slow", enabled=False)))
    assert [each["entityId"] for each in bench.exported()] == [moved["id"]] * 2
    assert [each["eventType"] for each in bench.exported(OTHER)] == [CREATED, UPDATED]


def test_change_of_an_unknown_campaign_is_exported_without_one() -> None:
    bench = ExportBench(audit_has_values=False)
    bench.discard(bench.trigger())
    bench.discard(bench.rule_set("made by hand"))
    bench.discard(bench.rule_set(f"Genesys Purge {OTHER}"))
    for campaign, theirs in ((CAMPAIGN, 0), (OTHER, 2)):
        records = bench.exported(campaign)
        assert sum("campaignId" not in each for each in records) == 4
        assert len(records) == 4 + theirs
    (record, _) = [each for each in bench.audit.every if each.action.startswith("campaign_")]
    assert record.action is Action.CAMPAIGN_CHANGES_EXPORTED
    found = record.export
    assert found
    assert (found.changes, found.without_rule, found.without_campaign) == (4, 4, 4)


def test_next_export_continues_where_this_one_ended() -> None:
    bench = ExportBench()
    first = bench.trigger(name="first")
    assert [each["entityId"] for each in bench.exported()] == [first["id"]]
    second = bench.trigger(name="second")
    assert [each["entityId"] for each in bench.exported()] == [second["id"]]
    assert bench.exported() == []


def test_unknown_campaign_is_refused_before_any_query() -> None:
    bench = ExportBench()
    with pytest.raises(NotAtGenesys, match="no campaign unheard-of; check the id"):
        bench.exported("unheard-of")
    assert bench.asked("POST") == []
    assert bench.exports.get(Campaign(None, "unheard-of")) is None


def test_campaign_that_was_deleted_later_is_exported_further() -> None:
    bench = ExportBench()
    assert bench.exported() == []
    settings = SimulatorSettings(campaigns=(), live=LiveSettings(requests_per_minute=None))
    bench.simulator = Simulator(Corpus.of(()), settings, bench.clock)
    rule = bench.trigger()
    bench.rule_set("nobody uses it")
    assert [each["entityId"] for each in bench.exported()] == [rule["id"]]


def test_campaigns_of_one_invocation_share_their_queries() -> None:
    bench = ExportBench()
    bench.trigger(CAMPAIGN, "ours")
    bench.trigger(OTHER, "theirs")
    bench.clock.wait(60)
    export = bench.export_of()
    counts = [export(each, "tests")[0].changes for each in (CAMPAIGN, OTHER)]
    assert counts == [1, 1]
    assert len(bench.asked("POST")) == 2


def test_each_kind_of_rule_has_a_query_of_whole_seconds() -> None:
    bench = ExportBench()
    bench.clock.wait(0.25)
    bench.exported()
    sent = [each.body for each in bench.simulator.requests if each.path == QUERY]
    interval = b'"interval":"2026-11-20T12:01:01Z/2026-11-21T12:00:02Z"'
    assert all(interval in body for body in sent)
    for body, kind in zip(sent, (b"CampaignRule", b"RuleSet"), strict=True):
        assert b'"filters":[{"property":"EntityType","value":"' + kind + b'"}]' in body


def test_slow_query_is_continued_by_the_next_export() -> None:
    """The next export also starts the queries of the time that has settled meanwhile."""
    bench = ExportBench(audit_query_seconds=400)
    rule = bench.trigger()
    began = bench.clock()
    with pytest.raises(TryLater, match="invoke the export again") as later:
        bench.exported()
    assert later.value.retry_after == 60
    assert (bench.clock() - began).total_seconds() <= 61 + audit_query.PATIENCE
    assert len(bench.stored().queries) == 2
    bench.clock.wait(60)
    assert [each["entityId"] for each in bench.exported()] == [rule["id"]]
    assert len(bench.asked("POST")) == 4
    assert len(bench.stored().queries) == 2


def test_export_does_not_wait_when_its_function_has_no_time_left() -> None:
    bench = ExportBench()
    bench.seconds_left = audit_query.RESERVE - 1
    began = bench.clock()
    with pytest.raises(TryLater, match="still queries"):
        bench.exported()
    assert (bench.clock() - began).total_seconds() == 61


def test_waits_of_all_campaigns_together_are_bounded() -> None:
    bench = ExportBench(audit_query_seconds=10_000)
    bench.clock.wait(60)
    export, began = bench.export_of(), bench.clock()
    for campaign in (CAMPAIGN, OTHER):
        with pytest.raises(TryLater, match="still queries"):
            export(campaign, "tests")
    assert (bench.clock() - began).total_seconds() <= audit_query.PATIENCE
    assert len(bench.asked("POST")) == 2


@pytest.mark.parametrize("outcome", ["Failed", "Cancelled"])
def test_query_that_genesys_gave_up_is_started_again(outcome: str) -> None:
    bench = ExportBench(audit_query_outcome=outcome)
    bench.clock.wait(60)
    export = bench.export_of()
    for _ in range(2):
        with pytest.raises(TryLater, match=f"as {outcome.lower()}; export again"):
            export(CAMPAIGN, "tests")
    assert len(bench.asked("POST")) == 4
    assert bench.stored().queries == ()


def test_missing_permission_is_named() -> None:
    bench = ExportBench()
    client = OAuthClient(permissions=frozenset({"outbound:campaign:view"}))
    bench.simulator = Simulator(Corpus.of(()), SimulatorSettings(clients=(client,)), bench.clock)
    with pytest.raises(PermissionMissing) as refused:
        bench.exported()
    assert "audits:audit:view" in refused.value.permission
