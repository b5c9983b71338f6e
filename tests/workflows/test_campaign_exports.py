"""Rules change at a simulated Genesys, and each change is exported once despite faults."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import httpx
import pytest
from genesys_purge.campaign_rules.exporting.campaign_export import CampaignExport
from genesys_purge.errors import GenesysUnavailable, Unexpected
from genesys_purge.model.audit import Action
from genesys_purge.store.campaign_exports import DynamoChangeExports
from genesys_purge.wiring import adapters

from simulator import Corpus, Fault, FaultKind, Operation, SimulatorSettings
from tests.application import Application, running
from tests.mocked_aws import client as aws
from tests.workflows.interruptions import Killed, once_at

CAMPAIGN = "campaign-1"
RULES = f"https://genesys.test/api/v2/outbound/campaigns/{CAMPAIGN}/rules"
BUCKET = "changes"
DAY = 86_400
FAULTS = (
    FaultKind.RATE_LIMITED,
    FaultKind.UNAVAILABLE,
    FaultKind.TIMEOUT_AFTER,
    FaultKind.DROP_BEFORE,
    FaultKind.MALFORMED_AFTER,
    FaultKind.TOKEN_REVOKED,
)
EXPORT = "ExportCampaignRuleChangesFunction"


class Campaigns:
    """The application, and a client that changes rules at Genesys."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self._web = httpx.Client(transport=app.simulator.transport())

    def create(self, number: int) -> str:
        answer = self._call("POST", RULES, json=_rule(number, 1))
        self.app.clock.wait(1)
        return str(answer.json()["id"])

    def update(self, rule_id: str, number: int, version: int) -> None:
        self._call("PUT", f"{RULES}/{rule_id}", json=_rule(number, version))
        self.app.clock.wait(1)

    def delete(self, rule_id: str) -> None:
        self._call("DELETE", f"{RULES}/{rule_id}")

    def _call(self, verb: str, url: str, **body: Any) -> httpx.Response:
        """Call with a new token, because months may pass between calls."""
        token = self._web.post(
            "https://genesys.test/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=("simulator", "simulator-secret"),
        ).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        return self._web.request(verb, url, headers=headers, **body).raise_for_status()

    def change(self) -> None:
        """Three settled changes of two rules, which are deleted afterwards."""
        for number in (1, 2):
            rule_id = self.create(number)
            if number == 1:
                self.update(rule_id, number, 2)
            self.delete(rule_id)
        self.app.clock.wait(60)

    def export(self) -> list[Any]:
        """The answer to the schedule."""
        event = {
            "scheduledTime": "2026-11-21T11:00:00Z",
            "scheduleArn": "arn:aws:scheduler:us-east-1:123456789012:schedule/default/exports",
            "request": {"campaignIds": [CAMPAIGN]},
        }
        return list(self.app.invoke(EXPORT, event)["exports"])

    @property
    def happened(self) -> list[dict[str, object]]:
        """Every event at Genesys, in order."""
        return [event.wire for event in self.app.simulator.campaigns()[CAMPAIGN].events]

    def kept(self, suffix: str = ".jsonl") -> list[str]:
        """The content of every object in the bucket, in order of time."""
        listed = aws("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])
        keys = sorted(each["Key"] for each in listed if each["Key"].endswith(suffix))
        return [
            aws("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read().decode() for key in keys
        ]

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for content in self.kept() for line in content.splitlines()]


def _rule(number: int, version: int) -> dict[str, Any]:
    return {"name": f"rule {number}", "version": version, "priority": 10, "executionOrder": number}


def events_in(records: list[dict[str, Any]]) -> list[dict[str, object]]:
    """The events of the records."""
    return [
        {"timestamp": r["timestamp"], "eventName": r["eventType"], "entityId": r["entityId"]}
        for r in records
    ]


@pytest.fixture(scope="module")
def shared() -> Iterator[Campaigns]:
    settings = SimulatorSettings(requests_per_second=None, event_page_size=2)
    with running(Corpus([]), settings, environment={"CHANGES_BUCKET": BUCKET}) as app:
        aws("s3").create_bucket(Bucket=BUCKET)
        yield Campaigns(app)


@pytest.fixture
def campaigns(shared: Campaigns) -> Campaigns:
    shared.app.simulator.faults.clear()
    shared.change()
    return shared


def test_changes_are_exported_in_order_to_both_files(campaigns: Campaigns) -> None:
    (exported,) = campaigns.export()
    assert exported["changes"] == 3
    assert events_in(campaigns.records) == campaigns.happened
    rows = list(csv.DictReader(io.StringIO(campaigns.kept(".csv")[-1], newline="")))
    assert [row["timestamp"] for row in rows] == [each["timestamp"] for each in campaigns.records]


def test_change_is_joined_with_its_rule_if_that_exists(
    campaigns: Campaigns,
) -> None:
    rule_id = campaigns.create(7)
    campaigns.app.clock.wait(60)
    (exported,) = campaigns.export()
    *gone, there = campaigns.records[-exported["changes"] :]
    assert [{"ruleName", "version", "priority"} & set(each) for each in gone] == [set()] * 3
    assert (there["ruleName"], there["version"], there["priority"]) == ("rule 7", 1, 10)
    campaigns.delete(rule_id)


@pytest.mark.parametrize("operation", [Operation.QUERY_EVENTS, Operation.READ_CAMPAIGN_RULE])
def test_temporary_fault_loses_and_repeats_no_change(
    campaigns: Campaigns, operation: Operation
) -> None:
    for kind in FAULTS:
        campaigns.change()
        campaigns.app.simulator.faults.add(Fault(kind, operation, after=1))
        campaigns.export()
        assert campaigns.app.simulator.faults.waiting() == []
        assert events_in(campaigns.records) == campaigns.happened, kind


@pytest.mark.parametrize("operation", [Operation.QUERY_EVENTS, Operation.READ_CAMPAIGN_RULE])
def test_failed_export_is_completed_by_the_next_one(
    campaigns: Campaigns, operation: Operation
) -> None:
    fault = Fault(FaultKind.UNAVAILABLE, operation, times=None, after=1)
    campaigns.app.simulator.faults.add(fault)
    with pytest.raises(GenesysUnavailable):
        campaigns.export()
    campaigns.app.simulator.faults.clear()
    first, second = campaigns.export()
    assert first["window"]["end"] == second["window"]["start"]
    assert (first["changes"], second["changes"]) == (3, 0)
    assert events_in(campaigns.records) == campaigns.happened


def test_completed_export_without_an_answer_is_not_repeated(
    campaigns: Campaigns,
) -> None:
    def unanswered(write: Callable[[], Any]) -> None:
        write()
        raise Killed

    def completes(export: CampaignExport) -> bool:
        return export.window is None

    with once_at("put", completes, unanswered, DynamoChangeExports), pytest.raises(Unexpected):
        campaigns.export()
    assert all(each["changes"] == 0 for each in campaigns.export())
    assert events_in(campaigns.records) == campaigns.happened


def test_changes_are_exported_after_two_months(campaigns: Campaigns) -> None:
    campaigns.app.clock.wait(60 * DAY)
    assert [each["changes"] for each in campaigns.export()] == [3, 0, 0]
    assert events_in(campaigns.records) == campaigns.happened


def test_every_window_is_audited_under_its_campaign(campaigns: Campaigns) -> None:
    campaigns.export()
    records = adapters.ledger().page(f"campaign-export:{CAMPAIGN}", 1, 200).records
    assert len(records) == len(campaigns.kept(".jsonl")) == len(campaigns.kept(".csv"))
    assert {(each.action, each.actor) for each in records} == {
        (Action.CAMPAIGN_CHANGES_EXPORTED, "schedule:exports")
    }
    for record, content in zip(records, campaigns.kept(), strict=True):
        assert record.export is not None
        assert record.export.json_lines_sha256 == sha256(content.encode()).hexdigest()
