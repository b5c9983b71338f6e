"""One campaign's export: events joined with rules, stored twice, audited and resumed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.campaign_rules.exporting.campaign_export import CampaignExport
from genesys_purge.campaign_rules.exporting.change_export import LEASE_SECONDS
from genesys_purge.errors import GenesysUnavailable, LostRace, PermissionMissing, TryLater
from genesys_purge.model.audit import Action

from tests.clock import NOON
from tests.unit.campaign_rules.exporting.bench import CAMPAIGN, CREATED, UPDATED, ExportBench

RULE = {"name": "valued first", "version": 3, "priority": 10, "executionOrder": 1}
RULES = f"/api/v2/outbound/campaigns/{CAMPAIGN}/rules"
DAY = 86_400


def with_events() -> ExportBench:
    """Three events of two rules; one of the rules is deleted."""
    bench = ExportBench()
    bench.tenant.rules["r1"] = RULE
    bench.tenant.happen("r1", CREATED, ago=300)
    bench.tenant.happen("gone", CREATED, ago=200)
    bench.tenant.happen("r1", UPDATED, ago=100)
    return bench


@pytest.fixture
def bench() -> ExportBench:
    return with_events()


def failing_at(number: int, error: Exception) -> Callable[[object], None]:
    """Raises at the call with that number, counted from 1."""
    calls = []

    def count(_: object) -> None:
        calls.append(1)
        if len(calls) == number:
            raise error

    return count


def test_event_is_joined_with_its_rule_if_that_exists(
    bench: ExportBench,
) -> None:
    (exported,) = bench.run()
    first, second, third = bench.tenant.events
    common = {"campaignId": CAMPAIGN, "source": "genesys_cloud_outbound"}
    joined = {"ruleName": "valued first", "version": 3, "priority": 10}
    assert bench.lines(exported) == [
        {"timestamp": first["timestamp"], "eventType": CREATED, "entityId": "r1"} | common | joined,
        {"timestamp": second["timestamp"], "eventType": CREATED, "entityId": "gone"} | common,
        {"timestamp": third["timestamp"], "eventType": UPDATED, "entityId": "r1"} | common | joined,
    ]
    assert [row[5:] for row in bench.rows(exported)] == [
        ["valued first", "3", "10"],
        ["", "", ""],
        ["valued first", "3", "10"],
    ]


def test_each_rule_is_read_once(bench: ExportBench) -> None:
    bench.run()
    assert sorted(path for path in bench.tenant.paths if path.startswith(RULES)) == [
        f"{RULES}/gone",
        f"{RULES}/r1",
    ]


def test_objects_are_named_by_campaign_and_window(bench: ExportBench) -> None:
    (exported,) = bench.run()
    name = "s3://changes/campaign-1/20261120T120000.000Z_20261121T115900.000Z"
    assert (exported.json_lines, exported.csv) == (f"{name}.jsonl", f"{name}.csv")
    assert set(bench.files.objects) == {exported.json_lines, exported.csv}
    assert (exported.campaign_id, exported.changes) == (CAMPAIGN, 3)


def test_export_is_audited_with_counts_and_digests(bench: ExportBench) -> None:
    (exported,) = bench.run()
    (record,) = bench.audit.of("campaign-export:campaign-1")
    assert (record.action, record.actor, record.at) == (
        Action.CAMPAIGN_CHANGES_EXPORTED,
        "tests",
        NOON,
    )
    files = [bench.files.objects[url] for url in (exported.json_lines, exported.csv)]
    assert record.to_json()["export"] == {
        "campaignId": "campaign-1",
        "window": {"start": "2026-11-20T12:00:00Z", "end": "2026-11-21T11:59:00Z"},
        "changes": 3,
        "withoutRule": 1,
        "withoutCampaign": 0,
        "jsonLinesSha256": sha256(files[0]).hexdigest(),
        "csvSha256": sha256(files[1]).hexdigest(),
    }


def test_unreadable_field_of_a_rule_is_absent(bench: ExportBench) -> None:
    bench.tenant.rules["r1"] = {"name": 7, "version": "3", "priority": True}
    (exported,) = bench.run()
    assert not {"ruleName", "version", "priority"} & set(bench.lines(exported)[0])


def test_next_export_starts_where_this_one_ended(bench: ExportBench) -> None:
    (first,) = bench.run()
    bench.clock.wait(DAY)
    for ago in (DAY + 61, DAY + 60, 61, 60):
        bench.tenant.happen("r1", ago=ago)
    (second,) = bench.run()
    assert second.window.start == first.window.end
    assert [each["timestamp"] for each in bench.lines(second)] == [
        "2026-11-21T11:59:00Z",
        "2026-11-22T11:58:59Z",
    ]
    assert [body["interval"] for body in bench.tenant.bodies] == ["24h"] * 2 + ["25h"] * 4


def test_window_without_changes_is_stored(bench: ExportBench) -> None:
    bench.run()
    bench.clock.wait(DAY)
    (second,) = bench.run()
    assert (second.changes, bench.lines(second), bench.rows(second)) == (0, [], [])
    assert bench.files.objects[second.csv].startswith(b"timestamp,")


def test_export_without_settled_time_makes_no_call(bench: ExportBench) -> None:
    bench.run()
    asked = len(bench.tenant.paths)
    assert bench.run() == []
    assert len(bench.tenant.paths) == asked


def test_ten_weeks_without_an_export_are_three_windows(bench: ExportBench) -> None:
    bench.run()
    bench.clock.wait(70 * DAY)
    for days in (60, 35, 1):
        bench.tenant.happen("r1", ago=days * DAY)
    windows = bench.run()
    assert [each.changes for each in windows] == [1, 1, 1]
    assert len(bench.audit.of("campaign-export:campaign-1")) == 4


def test_recent_event_is_exported_without_settling() -> None:
    bench = ExportBench(settling=0)
    bench.tenant.happen("r1", ago=0.001)
    (exported,) = bench.run()
    assert exported.changes == 1


def test_failed_call_stores_nothing_and_is_repaired_by_the_next_export() -> None:
    # Two pages and two rules.
    for number in (1, 2, 3, 4):
        bench = with_events()
        bench.tenant.before_read = failing_at(number, GenesysUnavailable("503"))
        with pytest.raises(GenesysUnavailable):
            bench.run()
        assert bench.files.objects == {}
        assert bench.audit.every == ()
        bench.clock.wait(1)
        assert [each.changes for each in bench.run()] == [3, 0]


def test_failed_upload_is_repeated_under_the_same_name() -> None:
    for number in (1, 2):
        bench = with_events()
        bench.files.before_put = failing_at(number, TryLater("503"))
        with pytest.raises(TryLater):
            bench.run()
        assert bench.audit.every == ()
        (exported,) = bench.run()
        assert set(bench.files.objects) == {exported.json_lines, exported.csv}
        assert exported.changes == 3


def test_second_export_waits_for_the_lease_of_the_first(bench: ExportBench) -> None:
    refused = list[TryLater]()

    def meanwhile(_: str) -> None:
        bench.tenant.before_read = lambda _: None
        bench.clock.wait(100)
        with pytest.raises(TryLater, match="another export") as busy:
            bench.run()
        refused.append(busy.value)

    bench.tenant.before_read = meanwhile
    assert [each.changes for each in bench.run()] == [3]
    assert refused[0].retry_after == LEASE_SECONDS - 100
    assert len(bench.audit.every) == 1


def test_one_of_two_concurrent_exports_wins(bench: ExportBench) -> None:
    def overtaken(export: CampaignExport) -> None:
        bench.exports.before_write = lambda _: None
        bench.exports.put(export)

    bench.exports.before_write = overtaken
    with pytest.raises(TryLater, match="another export"):
        bench.run()
    assert bench.tenant.paths == []


def killed(bench: ExportBench) -> CampaignExport:
    """The intent of an export whose process died."""
    export = CampaignExport(campaign_id=CAMPAIGN)
    window = export.next_window(NOON, timedelta(seconds=60))
    assert window is not None
    intent = export.intended(window, NOON)
    bench.exports.put(intent)
    return intent


def test_window_of_a_dead_export_is_completed_after_its_lease(
    bench: ExportBench,
) -> None:
    intent = killed(bench)
    bench.clock.wait(LEASE_SECONDS - 1)
    with pytest.raises(TryLater):
        bench.run()
    bench.clock.wait(1)
    first, second = bench.run()
    assert (first.window, first.changes) == (intent.window, 3)
    assert (second.window.start, second.changes) == (first.window.end, 0)


def test_each_window_has_its_own_lease(
    bench: ExportBench,
) -> None:
    bench.run()
    bench.clock.wait(40 * DAY)
    intents = list[CampaignExport]()
    bench.exports.before_write = intents.append
    bench.tenant.before_read = lambda _: bench.clock.wait(100)
    bench.run()
    begun = [each.attempt.at for each in intents if each.attempt.is_open]
    assert begun == [NOON + timedelta(days=40), NOON + timedelta(days=40, seconds=100)]


def test_window_has_full_milliseconds(bench: ExportBench) -> None:
    bench.clock.wait(0.0004)
    (exported,) = bench.run()
    assert exported.window.start == NOON - timedelta(days=1)
    assert bench.tenant.bodies[0]["interval"] == "24h"


def test_export_that_lost_its_window_raises(bench: ExportBench) -> None:
    def taken_over(export: CampaignExport) -> None:
        if export.exported_to:
            bench.exports.before_write = lambda _: None
            bench.clock.wait(LEASE_SECONDS)
            bench.run()

    bench.exports.before_write = taken_over
    with pytest.raises(LostRace):
        bench.run()
    stored = bench.exports.get(Campaign(None, CAMPAIGN))
    assert stored is not None
    assert (stored.window, stored.attempt.is_open) == (None, False)
    assert len(bench.audit.every) == 2


def test_unexpected_error_frees_the_window(
    bench: ExportBench,
) -> None:
    bench.tenant.before_read = failing_at(1, RuntimeError("hush"))
    with pytest.raises(RuntimeError):
        bench.run()
    assert [each.changes for each in bench.run()] == [3]


def test_rule_that_may_not_be_read_is_an_error(bench: ExportBench) -> None:
    bench.tenant.before_read = failing_at(2, PermissionMissing("403", permission="p"))
    with pytest.raises(PermissionMissing):
        bench.run()
    assert bench.files.objects == {}


def test_campaigns_are_exported_independently(bench: ExportBench) -> None:
    bench.run()
    assert len(bench.export_of(None)("campaign-2", "tests")) == 1
    assert bench.tenant.bodies[-1]["query"] == "campaignId eq 'campaign-2'"
