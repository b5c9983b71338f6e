"""A purge rule on the simulated live platform becomes one retention policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from genesys_purge.purge_rules.live.api import LIST
from genesys_purge.wiring import calls

from simulator import Fault, FaultKind, Operation, SimulatorSettings
from simulator.organisation.live_settings import LiveSettings
from tests.application import Application, running
from tests.builders import corpus
from tests.unit.purge_rules.rule_bench import condition, document

CAP = 1_000
QUEUE = "5b0f0b5e-2f6d-4d0e-9a57-0e2f3c1d4b5a"
ROUTE = "POST /purge-rules"


def rule(name: str, **fields: Any) -> dict[str, Any]:
    filters = [condition("type", "eq", "voice"), condition("queueId", "eq", QUEUE)]
    asked = {"name": name, "scope": {"filters": filters}, "snapshotBeforeDelete": False}
    return document(**asked | fields)


@pytest.fixture(scope="module")
def app() -> Iterator[Application]:
    settings = SimulatorSettings(
        requests_per_second=None,
        live=LiveSettings(requests_per_minute=None, retention_days=CAP),
        live_only=True,
    )
    with running(corpus(), settings, environment={"GENESYS_PLATFORM": "live"}) as started:
        yield started


def policies(name: str) -> list[Mapping[str, Any]]:
    """The policies of that name at Genesys."""
    found: list[Mapping[str, Any]] = calls.genesys(None).read(LIST, name=name, page="1")["entities"]
    return found


def test_live_rule_is_one_policy_and_the_answer_has_the_remarks(app: Application) -> None:
    refused = app.post(ROUTE, rule("queue-1", retentionPeriod={"days": CAP + 1}))
    assert (refused["statusCode"], policies("queue-1")) == (400, [])
    assert refused["body"]["errors"][0]["path"] == "retentionPeriod.days"

    answers = [app.post(ROUTE, rule("queue-1")) for _ in range(3)]

    (policy,) = policies("queue-1")
    assert policy["mediaPolicies"] == {
        "callPolicy": {
            "conditions": {"forQueues": [{"id": QUEUE}]},
            "actions": {
                "retainRecording": True,
                "deleteRecording": False,
                "alwaysDelete": False,
                "retentionDuration": {"deleteRetention": {"days": 730}},
            },
        }
    }
    assert [each["statusCode"] for each in answers] == [201] * 3
    (answer,) = {str(each["body"]): each["body"] for each in answers}.values()
    assert (answer["ruleId"], answer["status"]) == (policy["id"], "created")
    assert f"no interaction for more than {CAP} days" in answer["detail"]
    (record,) = app.rule_audit(policy["id"])
    assert (record["action"], record["detail"]) == ("rule_created", answer["detail"])
    shown = app.get("GET /purge-rules/{ruleId}", {"ruleId": policy["id"]})["body"]
    assert record["rule"] == shown["definition"]
    assert policy | record["rule"] == policy
    assert shown["rule"] | rule("queue-1") == shown["rule"]
    assert app.get("GET /purge-rules", {})["body"]["rules"][0]["ruleId"] == policy["id"]
    assert app.post(ROUTE, rule("queue-1", maxBatchSize=501))["statusCode"] == 409
    operations = [each.operation for each in app.simulator.requests]
    assert Operation.UPDATE_DATA_RETENTION not in operations
    assert Operation.REGISTER_WEBHOOK not in operations


def test_policy_of_an_unanswered_call_is_found_again(app: Application) -> None:
    app.simulator.faults.add(Fault(FaultKind.DROP_AFTER, Operation.CREATE_RETENTION_POLICY))
    since = len(app.simulator.requests)

    answer = app.post(ROUTE, rule("queue-2"))

    (policy,) = policies("queue-2")
    assert (answer["statusCode"], answer["body"]["ruleId"]) == (201, policy["id"])
    assert answer["body"]["detail"].startswith("found at Genesys after an unanswered call")
    operations = [each.operation for each in app.simulator.requests[since:]]
    assert operations.count(Operation.CREATE_RETENTION_POLICY) == 1
    assert app.rule_audit(policy["id"])[0]["action"] == "rule_created"
