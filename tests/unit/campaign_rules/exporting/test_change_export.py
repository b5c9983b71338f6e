"""One campaign's export: joined with the rules, stored twice, told in the audit, resumed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

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


@pytest.fixture
def bench() -> ExportBench:
    """Two rules, one of which is deleted by now."""
    bench = ExportBench()
    bench.tenant.rules["r1"] = RULE
    bench.tenant.happen("r1", CREATED, ago=300)
    bench.tenant.happen("gone", CREATED, ago=200)
    bench.tenant.happen("r1", UPDATED, ago=100)
    return bench


def failing_at(number: int, error: Exception) -> Callable[[object], None]:
    """Raises at the call of that number, from 1, and at no other."""
    calls = []

    def count(_: object) -> None:
        calls.append(1)
        if len(calls) == number:
            raise error

    return count


def test_every_event_is_joined_with_its_rule_and_a_deleted_one_has_its_record(
    bench: ExportBench,
) -> None:
    (exported,) = bench.run()
    first, second, third = bench.tenant.told
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


def test_an_export_is_told_in_the_audit_with_its_counts_and_digests(bench: ExportBench) -> None:
    bench.run()
    (record,) = bench.audit.of("campaign-export:campaign-1")
    assert (record.action, record.actor, record.at) == (
        Action.CAMPAIGN_CHANGES_EXPORTED,
        "tests",
        NOON,
    )
    assert record.detail is not None
    assert record.detail.startswith(
        "3 changes, 1 of them without a rule, "
        "from 2026-11-20T12:00:00Z to 2026-11-21T11:59:00Z; SHA-256 of the JSON Lines "
    )


def test_fields_of_a_rule_that_cannot_be_read_are_absent(bench: ExportBench) -> None:
    bench.tenant.rules["r1"] = {"name": 7, "version": "3", "priority": True}
    (exported,) = bench.run()
    assert not {"ruleName", "version", "priority"} & set(bench.lines(exported)[0])


def test_the_next_export_goes_on_where_this_one_ended(bench: ExportBench) -> None:
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


def test_a_window_without_changes_is_kept_as_well(bench: ExportBench) -> None:
    bench.run()
    bench.clock.wait(DAY)
    (second,) = bench.run()
    assert (second.changes, bench.lines(second), bench.rows(second)) == (0, [], [])
    assert bench.files.objects[second.csv].startswith(b"timestamp,")


def test_nothing_is_asked_or_stored_where_nothing_has_settled_since(bench: ExportBench) -> None:
    bench.run()
    asked = len(bench.tenant.paths)
    assert bench.run() == []
    assert len(bench.tenant.paths) == asked


def test_two_months_without_an_export_are_two_windows_and_a_rest(bench: ExportBench) -> None:
    bench.run()
    bench.clock.wait(70 * DAY)
    for days in (60, 35, 1):
        bench.tenant.happen("r1", ago=days * DAY)
    windows = bench.run()
    assert [each.changes for each in windows] == [1, 1, 1]
    assert len(bench.audit.of("campaign-export:campaign-1")) == 4


def test_without_settling_an_event_of_a_moment_ago_is_exported() -> None:
    bench = ExportBench(settling=0)
    bench.tenant.happen("r1", ago=0.001)
    (exported,) = bench.run()
    assert exported.changes == 1


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_question_that_fails_leaves_nothing_and_is_made_good_by_the_next_export(
    bench: ExportBench, number: int
) -> None:
    bench.tenant.before_read = failing_at(number, GenesysUnavailable("503"))
    if number == 5:
        # Two pages and two rules: there is no fifth question.
        assert len(bench.run()) == 1
        return
    with pytest.raises(GenesysUnavailable):
        bench.run()
    assert bench.files.objects == {}
    assert bench.audit.every == ()
    bench.clock.wait(1)
    windows = bench.run()
    assert [each.changes for each in windows] == [3, 0]


@pytest.mark.parametrize("number", [1, 2])
def test_an_object_that_cannot_be_stored_is_made_good_under_the_same_name(
    bench: ExportBench, number: int
) -> None:
    bench.files.before_put = failing_at(number, TryLater("503"))
    with pytest.raises(TryLater):
        bench.run()
    assert bench.audit.every == ()
    (exported,) = bench.run()
    assert set(bench.files.objects) == {exported.json_lines, exported.csv}
    assert exported.changes == 3


def test_while_one_exports_another_is_told_to_come_later(bench: ExportBench) -> None:
    told = list[TryLater]()

    def meanwhile(_: str) -> None:
        bench.tenant.before_read = lambda _: None
        bench.clock.wait(100)
        with pytest.raises(TryLater, match="another export") as busy:
            bench.run()
        told.append(busy.value)

    bench.tenant.before_read = meanwhile
    assert [each.changes for each in bench.run()] == [3]
    assert told[0].retry_after == LEASE_SECONDS - 100
    assert len(bench.audit.every) == 1


def test_of_two_that_begin_at_once_one_wins(bench: ExportBench) -> None:
    def overtaken(export: CampaignExport) -> None:
        bench.exports.before_write = lambda _: None
        bench.exports.put(export)

    bench.exports.before_write = overtaken
    with pytest.raises(TryLater, match="another export"):
        bench.run()
    assert bench.tenant.paths == []


def killed(bench: ExportBench) -> CampaignExport:
    """The intent of an export whose process is gone."""
    export = CampaignExport(campaign_id=CAMPAIGN)
    window = export.next_window(NOON, timedelta(seconds=60))
    assert window is not None
    intent = export.intended(window, NOON)
    bench.exports.put(intent)
    return intent


def test_the_window_of_one_who_died_is_left_alone_for_a_while_and_then_completed(
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


def test_each_window_has_a_lease_of_its_own_however_long_the_ones_before_it_took(
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


def test_a_window_has_full_milliseconds(bench: ExportBench) -> None:
    bench.clock.wait(0.0004)
    (exported,) = bench.run()
    assert exported.window.start == NOON - timedelta(days=1)
    assert bench.tenant.bodies[0]["interval"] == "24h"


def test_one_whose_window_was_taken_over_does_not_claim_it(bench: ExportBench) -> None:
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


def test_an_error_nobody_foresaw_leaves_the_window_to_the_next_one_as_well(
    bench: ExportBench,
) -> None:
    bench.tenant.before_read = failing_at(1, RuntimeError("hush"))
    with pytest.raises(RuntimeError):
        bench.run()
    assert [each.changes for each in bench.run()] == [3]


def test_a_rule_that_may_not_be_read_is_an_error(bench: ExportBench) -> None:
    bench.tenant.before_read = failing_at(2, PermissionMissing("403", permission="p"))
    with pytest.raises(PermissionMissing):
        bench.run()
    assert bench.files.objects == {}


def test_the_other_campaigns_are_not_touched(bench: ExportBench) -> None:
    bench.run()
    assert len(bench.export_of(None)("campaign-2", "tests")) == 1
    assert bench.tenant.bodies[-1]["query"] == "campaignId eq 'campaign-2'"
