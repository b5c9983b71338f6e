"""ExportCampaignRuleChanges: the campaigns of a request, and the failure of one of them."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.campaign_rules.exporting.campaign_export import Exported
from genesys_purge.campaign_rules.exporting.export_campaign_rule_changes import (
    ExportCampaignRuleChanges,
)
from genesys_purge.errors import InvalidRequest, PermissionMissing, TryLater
from genesys_purge.model.submission import Submission

from tests.unit.campaign_rules.exporting.bench import ExportBench, Tenant


def export(bench: ExportBench, payload: object) -> Exported:
    use_case = ExportCampaignRuleChanges(bench.export_of)
    return use_case(Submission(payload, "schedule:daily"))


def errors(payload: object) -> dict[str, str]:
    """The message of each path; nothing was stored or sent."""
    bench = ExportBench()
    with pytest.raises(InvalidRequest) as refused:
        export(bench, payload)
    assert (bench.tenant.paths, bench.files.objects, bench.audit.every) == ([], {}, ())
    return {error.path: error.message for error in refused.value.errors()}


def failing_for(bench: ExportBench, **failures: Exception) -> None:
    """Uploads for these campaigns fail."""

    def fail(url: str) -> None:
        campaign_id = url.split("/")[3]
        if campaign_id in failures:
            raise failures[campaign_id]

    bench.files.before_put = fail


def test_request_names_one_or_several_campaigns_each_once() -> None:
    requests: list[tuple[dict[str, Any], list[str]]] = [
        ({"campaignId": "c1"}, ["c1"]),
        ({"campaignIds": ["c1"]}, ["c1"]),
        ({"campaignIds": ["c2", "c1", "c2"]}, ["c2", "c1"]),
        ({"campaignIds": [f"c{n}" for n in range(100)]}, [f"c{n}" for n in range(100)]),
    ]
    for payload, campaigns in requests:
        exported = export(ExportBench(), payload).exports
        assert [each.campaign_id for each in exported] == campaigns


def test_wrong_request_is_refused() -> None:
    no_object = {"request": "must be a JSON object"}
    not_one = {"request": "needs either campaignId or campaignIds"}
    wrong_number = {"campaignIds": "must name 1 to 100 campaigns"}
    assert errors(None) == errors([]) == no_object
    assert errors({}) == errors({"campaignId": "c1", "campaignIds": ["c1"]}) == not_one
    assert errors({"campaignIds": []}) == wrong_number
    assert errors({"campaignIds": [f"c{n}" for n in range(101)]}) == wrong_number
    assert errors({"campaignId": None})
    assert errors({"campaignIds": None})


def test_campaign_id_is_safe_in_a_path_and_a_query() -> None:
    wrong: list[object] = ["", "a/b", "..", "' or 1 eq 1", "x" * 81, 7, ["c1"]]
    for campaign_id in wrong:
        assert set(errors({"campaignId": campaign_id})) == {"campaignId"}
        assert set(errors({"campaignIds": ["c1", campaign_id]})) == {"campaignIds.1"}


def test_every_error_of_a_request_is_reported() -> None:
    payload = {"campaignId": "?", "campaign_ids": ["c"], "since": "yesterday"}
    assert set(errors(payload)) == {"campaignId", "campaign_ids", "since"}


def test_audit_names_the_sender_for_every_campaign() -> None:
    bench = ExportBench()
    exported = export(bench, {"campaignIds": ["c1", "c2"]})
    assert [each.campaign_id for each in exported.exports] == ["c1", "c2"]
    assert [record.actor for record in bench.audit.every] == ["schedule:daily"] * 2


def test_answer_is_empty_if_nothing_is_left_to_export() -> None:
    bench = ExportBench()
    export(bench, {"campaignId": "c1"})
    assert export(bench, {"campaignId": "c1"}).to_json() == {"exports": []}


def test_failure_of_one_campaign_does_not_stop_the_others() -> None:
    bench = ExportBench()
    failing_for(bench, c1=TryLater("503"), c3=PermissionMissing("403", permission="p"))
    with pytest.raises(TryLater) as failed:
        export(bench, {"campaignIds": ["c1", "c2", "c3", "c4"]})
    assert str(failed.value) == (
        "2 of 4 campaigns were not exported: c1: TryLater: 503; c3: PermissionMissing: 403"
    )
    audited = [record.run_id for record in bench.audit.every]
    assert audited == ["campaign-export:c2", "campaign-export:c4"]


def test_error_of_a_single_campaign_is_raised_unchanged() -> None:
    bench = ExportBench()
    failing_for(bench, c1=PermissionMissing("403", permission="p"))
    with pytest.raises(PermissionMissing):
        export(bench, {"campaignId": "c1"})


def with_emea() -> tuple[ExportBench, Tenant]:
    """A bench with another organisation, whose campaign has one event."""
    bench = ExportBench()
    emea = bench.organisations["emea"] = Tenant(bench.clock)
    emea.happen(ago=100)
    return bench, emea


def test_organisations_campaign_is_exported_to_its_own_folder() -> None:
    bench, _ = with_emea()
    (exported,) = export(bench, {"organisation": "emea", "campaignIds": ["c1"]}).exports
    assert exported.changes == 1
    assert exported.json_lines.startswith("s3://changes/emea/c1/")
    assert bench.tenant.paths == []
    (record,) = bench.audit.every
    assert (record.run_id, record.organisation) == ("campaign-export:emea/c1", "emea")


def test_equal_campaign_ids_of_two_organisations_are_both_exported() -> None:
    bench, emea = with_emea()
    (ours,) = export(bench, {"campaignId": "c1"}).exports
    assert ours.json_lines.startswith("s3://changes/c1/")
    assert emea.paths == []
    (theirs,) = export(bench, {"campaignId": "c1", "organisation": "emea"}).exports
    assert (ours.changes, theirs.changes) == (0, 1)
    assert [record.organisation for record in bench.audit.every] == [None, "emea"]


def test_dead_export_of_one_organisation_does_not_block_another() -> None:
    bench, _ = with_emea()
    failing_for(bench, emea=RuntimeError("hush"))
    with pytest.raises(RuntimeError):
        export(bench, {"organisation": "emea", "campaignId": "c1"})
    assert len(export(bench, {"campaignId": "c1"}).exports) == 1
    bench.files.before_put = lambda _: None
    (exported,) = export(bench, {"organisation": "emea", "campaignId": "c1"}).exports
    assert exported.changes == 1


def test_unknown_organisation_is_reported_with_all_other_errors() -> None:
    wrong = {"organisation": "latam", "campaignIds": ["?"], "since": "yesterday"}
    assert set(errors(wrong)) == {"organisation", "campaignIds.0", "since"}
    assert set(errors({"organisation": "latam"})) == {"organisation", "request"}
    assert set(errors({"organisation": "latam", "campaignId": "c1"})) == {"organisation"}


def test_unknown_campaign_is_refused_by_its_field() -> None:
    bench = ExportBench()
    bench.tenant.deleted_campaigns = {"c1", "c3"}
    unknown = "Genesys has no campaign {}; check the id"
    requests: list[tuple[dict[str, Any], dict[str, str]]] = [
        ({"campaignId": "c1"}, {"campaignId": unknown.format("c1")}),
        (
            {"campaignIds": ["c1", "c2", "c1", "c3"]},
            {"campaignIds.0": unknown.format("c1"), "campaignIds.3": unknown.format("c3")},
        ),
    ]
    for payload, expected in requests:
        with pytest.raises(InvalidRequest) as refused:
            export(bench, payload)
        assert {each.path: each.message for each in refused.value.fields} == expected
    assert [record.run_id for record in bench.audit.every] == ["campaign-export:c2"]
    assert bench.exports.get(Campaign(None, "c1")) is None


def test_unknown_campaign_and_another_failure_are_tried_later() -> None:
    bench = ExportBench()
    bench.tenant.deleted_campaigns = {"c1"}
    failing_for(bench, c2=TryLater("503"))
    with pytest.raises(TryLater, match="c1: NotAtGenesys: Genesys has no campaign c1"):
        export(bench, {"campaignIds": ["c1", "c2"]})


def test_last_changes_of_a_deleted_campaign_are_exported() -> None:
    bench = ExportBench()
    export(bench, {"campaignId": "c1"})
    bench.clock.wait(100)
    bench.tenant.happen(ago=90)
    bench.tenant.deleted_campaigns = {"c1"}
    (exported,) = export(bench, {"campaignId": "c1"}).exports
    assert exported.changes == 1


def test_malformed_organisation_name_is_refused() -> None:
    names: list[object] = ["", "EMEA", "../emea", "e" * 41, 7, ["emea"]]
    for name in names:
        assert set(errors({"organisation": name, "campaignId": "c1"})) == {"organisation"}


def test_number_of_campaigns_is_reported_by_its_field() -> None:
    bench, _ = with_emea()
    with pytest.raises(InvalidRequest) as refused:
        export(bench, {"organisation": "emea", "campaignIds": []})
    assert [each.path for each in refused.value.fields] == ["campaignIds"]
