"""ExportCampaignRuleChanges: which campaigns, and what one campaign's failure does."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.campaign_rules.exporting.campaign_export import Exported
from genesys_purge.campaign_rules.exporting.export_campaign_rule_changes import (
    ExportCampaignRuleChanges,
)
from genesys_purge.errors import InvalidRequest, PermissionMissing, TryLater
from genesys_purge.model.submission import Submission

from tests.unit.campaign_rules.exporting.bench import ExportBench, Tenant


def export(bench: ExportBench, payload: object) -> Exported:
    use_case = ExportCampaignRuleChanges(bench.export_of, bench.is_live)
    return use_case(Submission(payload, "schedule:daily"))


def errors(payload: object, *live: str | None) -> dict[str, str]:
    """The message of each path; nothing was stored and nobody was asked."""
    bench = ExportBench()
    bench.live = set(live)
    with pytest.raises(InvalidRequest) as refused:
        export(bench, payload)
    assert (bench.tenant.paths, bench.files.objects, bench.audit.every) == ([], {}, ())
    return {error.path: error.message for error in refused.value.errors()}


def failing_for(bench: ExportBench, **failures: Exception) -> None:
    """Storing anything of these campaigns fails."""

    def fail(url: str) -> None:
        campaign_id = url.split("/")[3]
        if campaign_id in failures:
            raise failures[campaign_id]

    bench.files.before_put = fail


@pytest.mark.parametrize(
    ("payload", "campaigns"),
    [
        ({"campaignId": "c1"}, ("c1",)),
        ({"campaignIds": ["c1"]}, ("c1",)),
        ({"campaignIds": ["c2", "c1", "c2"]}, ("c2", "c1")),
        ({"campaignIds": [f"c{n}" for n in range(100)]}, tuple(f"c{n}" for n in range(100))),
    ],
)
def test_a_request_names_one_campaign_or_several(
    payload: dict[str, Any], campaigns: tuple[str, ...]
) -> None:
    exported = export(ExportBench(), payload).exports
    assert tuple(each.campaign_id for each in exported) == campaigns


@pytest.mark.parametrize(
    ("payload", "wrong"),
    [
        (None, {"request": "must be a JSON object"}),
        ([], {"request": "must be a JSON object"}),
        ({}, {"request": "needs either campaignId or campaignIds"}),
        (
            {"campaignId": "c1", "campaignIds": ["c1"]},
            {"request": "needs either campaignId or campaignIds"},
        ),
        ({"campaignIds": []}, {"campaignIds": "must name 1 to 100 campaigns"}),
        (
            {"campaignIds": [f"c{n}" for n in range(101)]},
            {"campaignIds": "must name 1 to 100 campaigns"},
        ),
    ],
)
def test_a_wrong_request_is_refused(payload: object, wrong: dict[str, str]) -> None:
    assert errors(payload) == wrong


@pytest.mark.parametrize("campaign_id", ["", "a/b", "..", "' or 1 eq 1", "x" * 81, 7, ["c1"]])
def test_a_campaign_id_is_fit_for_a_path_and_a_query(campaign_id: object) -> None:
    assert set(errors({"campaignId": campaign_id})) == {"campaignId"}
    assert set(errors({"campaignIds": ["c1", campaign_id]})) == {"campaignIds.1"}


@pytest.mark.parametrize("nothing", ["campaignId", "campaignIds"])
def test_null_names_no_campaign(nothing: str) -> None:
    assert errors({nothing: None})


def test_every_error_of_a_request_is_told() -> None:
    payload = {"campaignId": "?", "campaign_ids": ["c"], "since": "yesterday"}
    assert set(errors(payload)) == {"campaignId", "campaign_ids", "since"}


def test_every_campaign_is_exported_by_whoever_asked() -> None:
    bench = ExportBench()
    exported = export(bench, {"campaignIds": ["c1", "c2"]})
    assert [each.campaign_id for each in exported.exports] == ["c1", "c2"]
    assert [record.actor for record in bench.audit.every] == ["schedule:daily"] * 2


def test_where_nothing_is_left_to_export_the_answer_is_empty() -> None:
    bench = ExportBench()
    export(bench, {"campaignId": "c1"})
    assert export(bench, {"campaignId": "c1"}).to_json() == {"exports": []}


def test_one_campaigns_failure_keeps_no_other_from_being_exported() -> None:
    bench = ExportBench()
    failing_for(bench, c1=TryLater("503"), c3=PermissionMissing("403", permission="p"))
    with pytest.raises(TryLater) as failed:
        export(bench, {"campaignIds": ["c1", "c2", "c3", "c4"]})
    assert str(failed.value) == (
        "2 of 4 campaigns were not exported: c1: TryLater: 503; c3: PermissionMissing: 403"
    )
    told = [record.run_id for record in bench.audit.every]
    assert told == ["campaign-export:c2", "campaign-export:c4"]


def test_the_error_of_the_only_campaign_is_told_as_it_is() -> None:
    bench = ExportBench()
    failing_for(bench, c1=PermissionMissing("403", permission="p"))
    with pytest.raises(PermissionMissing):
        export(bench, {"campaignId": "c1"})


def with_emea() -> tuple[ExportBench, Tenant]:
    """A bench with another organisation, in which something happened to its campaign."""
    bench = ExportBench()
    emea = bench.organisations["emea"] = Tenant(bench.clock)
    emea.happen(ago=100)
    return bench, emea


def test_a_campaign_of_an_organisation_is_exported_from_there_to_a_place_of_its_own() -> None:
    bench, _ = with_emea()
    (exported,) = export(bench, {"organisation": "emea", "campaignIds": ["c1"]}).exports
    assert exported.changes == 1
    assert exported.json_lines.startswith("s3://changes/emea/c1/")
    assert bench.tenant.paths == []
    (record,) = bench.audit.every
    assert (record.run_id, record.organisation) == ("campaign-export:emea/c1", "emea")


def test_one_campaign_id_of_two_organisations_is_exported_for_each() -> None:
    bench, emea = with_emea()
    (ours,) = export(bench, {"campaignId": "c1"}).exports
    assert ours.json_lines.startswith("s3://changes/c1/")
    assert emea.paths == []
    (theirs,) = export(bench, {"campaignId": "c1", "organisation": "emea"}).exports
    assert (ours.changes, theirs.changes) == (0, 1)
    assert [record.organisation for record in bench.audit.every] == [None, "emea"]


def test_an_export_that_died_in_one_organisation_is_in_the_way_of_no_other() -> None:
    bench, _ = with_emea()
    failing_for(bench, emea=RuntimeError("hush"))
    with pytest.raises(RuntimeError):
        export(bench, {"organisation": "emea", "campaignId": "c1"})
    assert len(export(bench, {"campaignId": "c1"}).exports) == 1
    bench.files.before_put = lambda _: None
    (exported,) = export(bench, {"organisation": "emea", "campaignId": "c1"}).exports
    assert exported.changes == 1


def test_an_organisation_that_is_not_known_is_told_with_all_other_errors() -> None:
    wrong = {"organisation": "latam", "campaignIds": ["?"], "since": "yesterday"}
    assert set(errors(wrong)) == {"organisation", "campaignIds.0", "since"}
    assert set(errors({"organisation": "latam"})) == {"organisation", "request"}
    assert set(errors({"organisation": "latam", "campaignId": "c1"})) == {"organisation"}


@pytest.mark.parametrize(
    ("live", "payload"),
    [
        (None, {"campaignId": "c1"}),
        ("emea", {"campaignId": "c1", "organisation": "emea"}),
    ],
)
def test_a_live_organisation_is_refused_with_what_tells_its_changes(
    live: str | None, payload: dict[str, Any]
) -> None:
    told = errors(payload, live)
    assert set(told) == {"organisation"}
    for instead in ("POST /api/v2/audits/query", "serviceName Outbound", "PartnerEventSource"):
        assert instead in told["organisation"]
    assert set(errors(payload | {"since": 1}, live)) == {"organisation", "since"}


def test_another_organisations_platform_refuses_nobody() -> None:
    bench, emea = with_emea()
    bench.live = {None}
    assert len(export(bench, {"campaignId": "c1", "organisation": "emea"}).exports) == 1
    assert (bench.tenant.paths, bool(emea.paths)) == ([], True)


@pytest.mark.parametrize("name", ["", "EMEA", "../emea", "e" * 41, 7, ["emea"]])
def test_a_name_that_is_none_is_refused_unread(name: object) -> None:
    assert set(errors({"organisation": name, "campaignId": "c1"})) == {"organisation"}


def test_too_many_campaigns_are_told_by_their_field_whatever_stands_before_it() -> None:
    bench, _ = with_emea()
    with pytest.raises(InvalidRequest) as refused:
        export(bench, {"organisation": "emea", "campaignIds": []})
    assert [each.path for each in refused.value.fields] == ["campaignIds"]
