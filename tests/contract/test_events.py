"""The functions accept every sample event."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from genesys_purge.approvals.requests import decision_in
from genesys_purge.auditing.requests import requested as erasure_requested
from genesys_purge.callers import HttpCall, is_http, submission
from genesys_purge.campaign_rules.deploying.requests import checked
from genesys_purge.campaign_rules.documented.platform import DocumentedPlatform
from genesys_purge.campaign_rules.evaluating.evaluate_contacts import EvaluateContacts
from genesys_purge.campaign_rules.exporting.export_campaign_rule_changes import (
    ExportCampaignRuleChanges,
)
from genesys_purge.campaign_rules.live.platform import LivePlatform
from genesys_purge.holds.changing.requests import (
    KeepRequest,
    NarrowRequest,
    ReleaseRequest,
)
from genesys_purge.holds.imports import imported
from genesys_purge.holds.requests import ReviewRequest, parsed, requested, widening
from genesys_purge.model.approval import Vote
from genesys_purge.model.wire import Wire
from genesys_purge.policies.check_policy import CheckPolicy, anyone
from genesys_purge.policies.public_holidays import public_holidays
from genesys_purge.stops.requests import requested as stop_requested
from genesys_purge.store.policy_schedules import input_of
from genesys_purge.stored_settings.requests import named
from genesys_purge.stored_settings.requests import requested as requested_setting
from genesys_purge.webhooks.inbound.partner_event import PartnerEvent
from genesys_purge.webhooks.inbound.rule_webhook import RuleWebhook
from genesys_purge.webhooks.inbound.signature import is_genuine

from cli.documents.rule_files import read_rules
from tests import template
from tests.change_fakes import MemoryFiles
from tests.clock import NOON
from tests.contract import sdk
from tests.fakes import MemoryMeter
from tests.policy_builders import stored
from tests.template import ROOT
from tests.unit.campaign_rules.exporting.bench import ExportBench
from tests.unit.purge_rules.rule_bench import RuleBench
from tests.unit.workbench import Workbench

# The examples of the documents, which `make documents` runs.
DOCUMENTS = ROOT / "events" / "documents"
SAMPLES = sorted((ROOT / "events").rglob("*.json"))
POLICIES = sorted((ROOT / "events" / "policies").iterdir())
# The documents' own examples are named D1 to D5.
CAMPAIGN_RULES = ("deploy_campaign_rules", "post_campaign_rules", "D5")
PURGE_RULES = ("create_purge_rule", "post_purge_rules", "D1")
# D3 keeps records too short for its own rule.
REFUSED = ("D3",)
PLACEHOLDERS = {
    "<aws.scheduler.scheduled-time>": NOON.isoformat(),
    "<aws.scheduler.schedule-arn>": "arn:aws:scheduler:us-east-1:123456789012:schedule/default/n",
}


def event(path: Path) -> Any:
    """The sample with the placeholders of the scheduler filled in."""
    text = path.read_text()
    for placeholder, value in PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    return json.loads(text)


def test_sample_hold_is_valid() -> None:
    sent = submission(event(ROOT / "events" / "api" / "post_holds.json"))
    hold = requested(sent.payload, NOON, list)
    assert (hold.hold_id, sent.person_id) == ("case-17", "user:AIDAEXAMPLEUSER0000001")


def test_sample_decision_names_the_hash_of_what_was_shown() -> None:
    sent = submission(event(ROOT / "events" / "api" / "post_approval_decisions.json"))
    assert decision_in(sent.payload).decision is Vote.APPROVE
    assert sent.path == {"approvalId": "run-quarter-2024-2"}


def check_policy() -> CheckPolicy:
    return CheckPolicy(Workbench().requests, anyone, public_holidays, lambda: NOON)


def test_sample_of_the_api_applies_a_sample_policy() -> None:
    sent = submission(event(ROOT / "events" / "api" / "put_policy.json"))
    checked = check_policy()(sent.payload, sent.path["name"])
    assert checked.document == check_policy()(read_rules(POLICIES[0])).document
    assert (sent.person_id, len(checked.blackout_days)) == ("user:AIDAEXAMPLEUSER0000001", 13)


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.name)
def test_sample_policy_is_valid_without_a_remark(path: Path) -> None:
    checked = check_policy()(read_rules(path))
    assert (checked.document.name, checked.notes) == (path.stem, ())


def test_sample_stop_is_valid() -> None:
    sent = submission(event(ROOT / "events" / "api" / "post_stop.json"))
    stop = stop_requested(sent.payload)
    assert (stop.scope, stop.name, sent.person_id) == (
        "organisation",
        "emea",
        "user:AIDAEXAMPLEUSER0000002",
    )


@pytest.mark.parametrize("name", ["put_setting", "put_setting_approval_rules"])
def test_sample_setting_is_valid(name: str) -> None:
    sent = submission(event(ROOT / "events" / "api" / f"{name}.json"))
    assert requested_setting(named(sent.path), sent.payload).expected_version == 0


def test_sample_of_wider_hold_is_valid() -> None:
    sent = submission(event(ROOT / "events" / "api" / "post_hold_widen.json"))
    assert (widening(sent.payload).is_limited, sent.path) == (True, {"holdId": "case-17"})


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("release_requests", ReleaseRequest),
        ("narrow", NarrowRequest),
        ("keep", KeepRequest),
        ("review", ReviewRequest),
    ],
)
def test_sample_of_a_change_of_a_hold_is_valid(name: str, model: type[Wire]) -> None:
    sent = submission(event(ROOT / "events" / "api" / f"post_hold_{name}.json"))
    assert (parsed(model, sent.payload).to_json()["reason"], sent.path) == (
        sent.payload["reason"],
        {"holdId": "case-17"},
    )


def test_sample_of_erasing_is_valid() -> None:
    sent = submission(event(ROOT / "events" / "api" / "post_personal_data_erase.json"))
    assert erasure_requested(sent.payload).sequences == (1, 12)


def test_sample_of_import_is_valid() -> None:
    sent = submission(event(ROOT / "events" / "api" / "post_holds_import.json"))
    assert len(imported(sent.payload, NOON, list).conversation_ids or ()) == 2


def submissions() -> list[Path]:
    """The samples that are purge requests."""
    governed = (
        "post_hold",
        "post_approval",
        "put_policy",
        "put_setting",
        "post_stop",
        "post_cancel",
        "post_resume",
        "post_personal_data",
    )
    others = ("get_", *governed, *PURGE_RULES, *REFUSED, "post_webhook", "partner_audit")
    rules = ("export_campaign_rule_changes", "evaluate_contacts", *CAMPAIGN_RULES)
    of_policies = ("run_policy",)
    return [path for path in SAMPLES if not path.name.startswith(others + rules + of_policies)]


def rules() -> list[Path]:
    """The samples that are purge rules."""
    return [path for path in SAMPLES if path.name.startswith(PURGE_RULES)]


def id_of(path: Path) -> str:
    return str(path.relative_to(ROOT / "events"))


@pytest.mark.parametrize("path", submissions(), ids=id_of)
def test_sample_purge_request_has_no_error_and_is_submitted(path: Path) -> None:
    # The documents name no classification, so `make documents` sets a default one.
    bench = Workbench(default_classification="internal" if path.parent == DOCUMENTS else "")
    submitted = submission(event(path))
    assert bench.errors(submitted.payload, submitted.moment) == {}
    assert bench.submit_purge(submitted).run_id


def test_example_of_d3_is_refused_by_its_own_retention_rule() -> None:
    errors = Workbench().errors(event(DOCUMENTS / "D3.json"))
    assert errors["retentionDays"] == "must be at least 2555 for hipaa, not 365"


ACTORS = {
    "schedule": ("schedule:",),
    "api": ("arn:aws:iam:",),
    "invoke": ("invoke", "event:"),
    "documents": ("invoke",),
}


def test_sample_purge_requests_come_from_the_caller_of_their_folder() -> None:
    actors = {path: submission(event(path)).actor for path in submissions()}
    assert [p for p, actor in actors.items() if not actor.startswith(ACTORS[p.parent.name])] == []


def test_samples_of_the_api_call_routes_of_the_template() -> None:
    for path in SAMPLES:
        if path.parent.name == "api":
            assert is_http(event(path)), path
            call = HttpCall(event(path))
            assert call.route_key in template.routes(), path
            assert call.actor.startswith("arn:aws:iam:"), path
            verb, _, rest = call.route_key.partition(" ")
            assert event(path)["requestContext"]["http"]["method"] == verb, path
            assert event(path)["rawPath"] == rest.format(**call.path_parameters), path


@pytest.mark.parametrize("path", rules(), ids=id_of)
def test_sample_purge_rule_has_no_error(path: Path) -> None:
    platform = "live" if path.stem.endswith("_live") else "documented"
    bench = RuleBench(genesys_platform=platform)
    assert bench.errors(submission(event(path)).payload) == {}


def test_rule_of_the_first_document_has_its_documented_facts() -> None:
    rule = event(DOCUMENTS / "D1.json")
    filters = [f"{f['field']} {f['operator']} {f['value']}" for f in rule["scope"]["filters"]]
    assert (rule["type"], filters) == ("conversation", ["type eq voice", "status eq completed"])
    assert rule["schedule"].keys() == {"recurrence", "timeOfDay", "timezone"}
    assert rule["schedule"]["recurrence"] == "daily"
    assert rule["retentionPeriod"]["days"] >= 30
    assert 100 <= rule["maxBatchSize"] <= 10_000
    assert rule["snapshotBeforeDelete"] is rule["complianceLockCheck"] is True


def test_rule_of_the_first_document_is_created_with_its_webhook() -> None:
    bench, rule = RuleBench(), event(DOCUMENTS / "D1.json")
    submitted = bench.create(**rule)
    assert (submitted.status, submitted.webhook_id) == ("registered", "hook-1")
    assert bench.creations == [rule]
    assert [each["events"] for each in bench.registered] == [["purgerules:rule:execute"]]


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "events" / "genesys").glob("post_webhook*.json")),
    ids=lambda path: path.name,
)
def test_sample_webhook_is_signed_with_the_secret_in_the_readme(
    path: Path,
) -> None:
    assert "`example-secret`" in (ROOT / "README.md").read_text()
    call = HttpCall(event(path))
    assert call.route_key in template.routes()
    body, signature = call.content(65_536), call.headers["x-genesys-webhook-signature"]
    assert body is not None
    assert is_genuine(body, signature, [b"example-secret"])
    webhook, dropped = RuleWebhook.read(body)
    assert (webhook.is_unexpected, dropped) == (False, None)


@pytest.mark.parametrize(
    "path", [path for path in SAMPLES if path.name.startswith("partner_audit")], ids=id_of
)
def test_sample_platform_event_matches_the_sdk_and_is_recorded(
    path: Path,
) -> None:
    found = PartnerEvent.read(event(path))
    assert found is not None
    assert found.is_ours
    assert len(found.record(NOON).to_json()["platformEvent"]) == 8
    entry = event(path)["detail"]["eventBody"]
    assert list(sdk.misfits(entry, "AuditTopicAuditLogMessage")) == []


def test_purge_schedule_sends_an_event_like_its_sample() -> None:
    schedule = template.resources("AWS::Scheduler::Schedule")["RetentionPurgeSchedule"]
    sent = schedule["Target"]["Input"]["Fn::Sub"].replace("${PurgeScheduleRequest}", "{}")
    (sample, *_) = sorted((ROOT / "events" / "schedule").glob("*.json"))
    assert json.loads(sent) | {"request": None} == json.loads(sample.read_text()) | {
        "request": None
    }


def test_schedule_of_a_policy_sends_an_event_like_its_sample() -> None:
    sample = json.loads((ROOT / "events" / "schedule" / "run_policy.json").read_text())
    assert json.loads(input_of("nightly-voice", 1)) == sample


def test_sample_of_a_scheduled_policy_starts_its_run() -> None:
    bench = Workbench()
    stored(bench.purge_policies, schedule="cron(0 13 * * ? *)")
    sent = submission(event(ROOT / "events" / "schedule" / "run_policy.json"))
    assert bench.run_policy(sent).run_id == "policy-nightly-voice-20261121T120000Z"


def test_export_schedule_sends_an_event_like_its_sample() -> None:
    schedule = template.resources("AWS::Scheduler::Schedule")["ExportRuleChangesSchedule"]
    text, variables = schedule["Target"]["Input"]["Fn::Sub"]
    glue, split = variables["Campaigns"]["Fn::Join"]
    assert split == {"Fn::Split": [",", {"Ref": "ExportCampaigns"}]}
    sample = json.loads(
        (ROOT / "events" / "schedule" / "export_campaign_rule_changes.json").read_text()
    )
    campaigns = sample["request"]["campaignIds"]
    assert json.loads(text.replace("${Campaigns}", glue.join(campaigns))) == sample
    assert re.fullmatch(
        template.template()["Parameters"]["ExportCampaigns"]["AllowedPattern"], ",".join(campaigns)
    )


@pytest.mark.parametrize(
    "path", [path for path in SAMPLES if path.name.startswith("export_")], ids=id_of
)
def test_sample_export_names_its_campaigns(path: Path) -> None:
    submitted = submission(event(path))
    bench = ExportBench()
    exported = ExportCampaignRuleChanges(bench.export_of)(submitted).exports
    assert exported
    assert all(each.campaign_id.count("-") == 4 for each in exported)
    assert submitted.actor.startswith({"schedule": "schedule:"}.get(path.parent.name, "invoke"))


@pytest.mark.parametrize(
    "path", [path for path in SAMPLES if path.name.startswith(CAMPAIGN_RULES)], ids=id_of
)
def test_sample_campaign_rules_have_no_error(path: Path) -> None:
    submitted = submission(event(path))
    platform = LivePlatform() if path.stem.endswith("_live") else DocumentedPlatform()
    assert checked(submitted.payload, lambda _: platform).rule_set.rules
    assert submitted.actor.startswith({"api": "arn:aws:iam:"}.get(path.parent.name, "invoke"))


def test_sample_evaluations_are_evaluated() -> None:
    files = MemoryFiles()
    evaluate = EvaluateContacts(files, MemoryMeter())
    inline = evaluate(event(ROOT / "events" / "invoke" / "evaluate_contacts.json"))
    assert [len(each["rules"]) for each in inline["matches"]] == [1, 2, 0, 0]
    assert (inline["evaluated"], inline["conflicts"]) == (4, 1)
    assert inline["unreadable"] == {"Valued customers first": 1}
    sample = event(ROOT / "events" / "invoke" / "evaluate_contacts_file.json")
    files.objects[sample["contactsFrom"]] = b'{"region": "north"}\n{"region": "south"}\n'
    assert evaluate(sample)["evaluated"] == 2
