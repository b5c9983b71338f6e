"""The export and the evaluation, as Lambda invokes them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.campaign_rules.evaluating.evaluate_contacts import EvaluateContacts
from genesys_purge.campaign_rules.exporting.export_campaign_rule_changes import (
    ExportCampaignRuleChanges,
)
from genesys_purge.errors import InvalidRequest, TryLater, Unexpected
from genesys_purge.wiring import adapters, campaign_evaluating, campaign_exporting

from tests import template, wiring_caches
from tests.change_fakes import MemoryFiles
from tests.fakes import MemoryMeter
from tests.functions.conftest import Invoke
from tests.mocked_aws import client, mocked_aws
from tests.unit.campaign_rules.examples import condition, rule, rule_set
from tests.unit.campaign_rules.exporting.bench import CAMPAIGN, ExportBench

EXPORT, EVALUATE = "ExportCampaignRuleChanges", "EvaluateContacts"
PERSONAL = "jane.doe@example.com"
SCHEDULED = {
    "scheduledTime": "2026-11-21T11:00:00Z",
    "scheduleArn": "arn:aws:scheduler:us-east-1:123456789012:schedule/default/exports",
    "request": {"campaignIds": [CAMPAIGN, "campaign-2"]},
}


@pytest.fixture
def tenant() -> Iterator[ExportBench]:
    """The use case behind the export handler."""
    bench = ExportBench()
    use_case = ExportCampaignRuleChanges(bench.export_of)
    with patch.object(campaign_exporting, "export_campaign_rule_changes", lambda: use_case):
        yield bench


@pytest.fixture
def files() -> Iterator[MemoryFiles]:
    """The files behind the evaluation handler."""
    files = MemoryFiles()
    use_case = EvaluateContacts(files, MemoryMeter())
    with patch.object(campaign_evaluating, "evaluate_contacts", lambda: use_case):
        yield files


def test_export_is_invoked_with_a_campaign(tenant: ExportBench, invoke: Invoke) -> None:
    tenant.tenant.happen(ago=100)
    (exported,) = invoke(EXPORT, {"campaignId": CAMPAIGN})["exports"]
    name = "s3://changes/campaign-1/20261120T120000.000Z_20261121T115900.000Z"
    assert exported == {
        "campaignId": CAMPAIGN,
        "window": {"start": "2026-11-20T12:00:00Z", "end": "2026-11-21T11:59:00Z"},
        "changes": 1,
        "jsonLines": f"{name}.jsonl",
        "csv": f"{name}.csv",
    }
    assert [record.actor for record in tenant.audit.every] == ["invoke"]


def test_export_is_invoked_by_its_schedule(tenant: ExportBench, invoke: Invoke) -> None:
    exports = invoke(EXPORT, SCHEDULED)["exports"]
    assert [each["campaignId"] for each in exports] == [CAMPAIGN, "campaign-2"]
    assert {record.actor for record in tenant.audit.every} == {"schedule:exports"}


@pytest.mark.usefixtures("tenant")
def test_invalid_export_request_is_an_error_by_its_class(invoke: Invoke) -> None:
    events: list[object] = [None, {}, {"campaignId": "../x"}, SCHEDULED | {"request": []}]
    for event in events:
        with pytest.raises(InvalidRequest):
            invoke(EXPORT, event)


def test_failed_export_raises_so_that_lambda_retries_it(
    tenant: ExportBench, invoke: Invoke
) -> None:
    def fail(_: str) -> None:
        raise TryLater("503")

    tenant.files.before_put = fail
    with pytest.raises(TryLater):
        invoke(EXPORT, SCHEDULED)


@pytest.mark.usefixtures("files")
def test_evaluation_is_answered_as_json(invoke: Invoke) -> None:
    north = rule("north", conditions=[condition("region", "equals", "north", "string")])
    contacts = [{"region": "north"}, {"region": "south"}]
    answer = json.loads(json.dumps(invoke(EVALUATE, rule_set(north, contacts=contacts))))
    assert answer["matches"] == [{"contact": 0, "rules": ["north"]}, {"contact": 1, "rules": []}]


def test_log_contains_nothing_of_a_contact(
    files: MemoryFiles, invoke: Invoke, log: io.StringIO
) -> None:
    lines = [PERSONAL, json.dumps([PERSONAL]), json.dumps({"a": PERSONAL})]
    for line in lines:
        files.objects["s3://contacts/c.jsonl"] = line.encode() + b"\n!"
        with pytest.raises(InvalidRequest):
            invoke(EVALUATE, rule_set(rule(), contactsFrom="s3://contacts/c.jsonl"))
        with pytest.raises(InvalidRequest):
            invoke(EVALUATE, rule_set(rule(), contacts=[line, PERSONAL]))
    assert log.getvalue().count("refused") == 2 * len(lines)
    assert "jane" not in log.getvalue()


@pytest.fixture
def deployed() -> Iterator[None]:
    """The deployed account, before any use case is built."""
    variables = {**template.environment(), "CHANGES_BUCKET": "changes"}
    with (
        mocked_aws("ExportsTable", "AuditTable", "SettingsTable"),
        patch.dict("os.environ", variables),
    ):
        for bucket in ("changes", "contacts"):
            client("s3").create_bucket(Bucket=bucket)
        wiring_caches.forget()
        yield
        wiring_caches.forget()


@pytest.mark.usefixtures("deployed")
def test_use_case_is_built_once() -> None:
    for name in ("export_campaign_rule_changes", "evaluate_contacts", "exports"):
        build: Any = getattr(wiring_caches.module_of(name), name)
        assert build() is build()


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize("variable", ["EXPORTS_TABLE", "CHANGES_BUCKET"])
def test_missing_variable_is_named_in_the_log_only(
    invoke: Invoke, log: io.StringIO, variable: str
) -> None:
    with patch.dict("os.environ", {variable: ""}), pytest.raises(Unexpected) as failed:
        invoke(EXPORT, {"campaignId": CAMPAIGN})
    assert f"{variable} is not set" in log.getvalue()
    assert variable not in str(failed.value)


@pytest.mark.usefixtures("deployed")
def test_file_is_evaluated_through_the_real_adapters(invoke: Invoke) -> None:
    client("s3").put_object(Bucket="contacts", Key="c.jsonl", Body=b"{}\n{}\n")
    with patch.object(adapters, "meter", MemoryMeter):
        answer = invoke(EVALUATE, rule_set(rule(), contactsFrom="s3://contacts/c.jsonl"))
    key = answer["matchesAt"].removeprefix("s3://contacts/")
    stored = client("s3").get_object(Bucket="contacts", Key=key)["Body"].read()
    assert [json.loads(line)["rules"] for line in stored.splitlines()] == [["A"], ["A"]]
