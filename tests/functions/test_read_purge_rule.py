"""ReadPurgeRule over the real tables: rules with schedule and state, and their audit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleStatus
from genesys_purge.wiring import adapters, purge_rules

from tests import template, wiring_caches
from tests.application import http_event
from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.mocked_aws import mocked_aws
from tests.unit.purge_rules.rule_bench import NAME, ONCE, document, rule

LIST, RULE, AUDIT = (f"GET /purge-rules{path}" for path in ("", "/{ruleId}", "/{ruleId}/audit"))
SCHEDULE = {"recurrence": "daily", "timeOfDay": "02:30:00", "timezone": "Europe/Berlin"}
CREATED = rule(status=RuleStatus.CREATED, rule_id="rule-1", attempt=ONCE.settled())


@pytest.fixture(autouse=True)
def deployed() -> Iterator[None]:
    with mocked_aws("RulesTable", "AuditTable"), patch.dict("os.environ", template.environment()):
        wiring_caches.forget()
        yield
        wiring_caches.forget()


def put(*stored: PurgeRule) -> None:
    for each in stored:
        purge_rules.rules().put(each)


def get(invoke: Invoke, route: str, rule_id: str | None = None, **query: str) -> tuple[int, Any]:
    query = {name.rstrip("_"): value for name, value in query.items()}
    path = {"ruleId": rule_id} if rule_id else None
    answer = invoke("ReadPurgeRule", http_event(route, path=path, query=query or None))
    return answer["statusCode"], json.loads(answer["body"])


def test_rule_is_returned_with_its_schedule_state_and_policy(invoke: Invoke) -> None:
    put(CREATED)
    assert get(invoke, RULE, "rule-1") == (
        200,
        {
            "name": NAME,
            "ruleId": "rule-1",
            "status": "created",
            "requestedAt": "2026-11-21T12:00:00Z",
            "requestedBy": "tests",
            "attempts": 1,
            "rule": document(),
            "definition": document(),
            "policy": {"minimumDays": 730, "basis": "Retention set in the request"},
        },
    )


def test_list_shows_schedule_and_state_but_no_scope(invoke: Invoke) -> None:
    failed = ONCE.refused("RefusedByGenesys: no")
    put(rule(organisation="emea", status=RuleStatus.FAILED, attempt=failed))
    status, body = get(invoke, LIST)
    assert (status, body) == (
        200,
        {
            "rules": [
                {
                    "name": NAME,
                    "organisation": "emea",
                    "status": "failed",
                    "requestedAt": "2026-11-21T12:00:00Z",
                    "requestedBy": "tests",
                    "rule": {
                        "type": "conversation",
                        "enabled": True,
                        "schedule": SCHEDULE,
                        "retentionPeriod": {"days": 730},
                    },
                    "detail": "RefusedByGenesys: no",
                }
            ]
        },
    )


@pytest.mark.parametrize("rule_id", ["rule-2", "..", "ü"])
def test_rule_that_the_application_did_not_create_is_404(invoke: Invoke, rule_id: str) -> None:
    put(CREATED)
    status, body = get(invoke, RULE, rule_id)
    assert (status, body["errors"][0]["message"]) == (404, "no purge rule has such an id")


def test_audit_of_a_rule_is_in_the_words_of_its_document(invoke: Invoke) -> None:
    record = AuditRecord(
        run_id="webhook:1",
        sequence=1,
        at=NOON,
        actor="genesys",
        action=Action.WEBHOOK_RECEIVED,
        rule_id="rule-1",
        targeted=10,
        deleted=9,
        latency_seconds=1.5,
        success_rate=0.9,
        compliance_ok=True,
    )
    adapters.ledger().record_once(record)
    assert get(invoke, AUDIT, "rule-1") == (
        200,
        {
            "records": [
                {
                    "runId": "webhook:1",
                    "sequence": 1,
                    "timestamp": "2026-11-21T12:00:00Z",
                    "actor": "genesys",
                    "action": "webhook_received",
                    "ruleId": "rule-1",
                    "targetedCount": 10,
                    "deletedCount": 9,
                    "latencySec": 1.5,
                    "successRate": 0.9,
                    "complianceOk": True,
                }
            ]
        },
    )
    assert get(invoke, AUDIT, "..")[0] == 404


def test_audit_of_a_rule_is_paged_and_its_token_is_bound_to_the_rule(invoke: Invoke) -> None:
    for number in range(3):
        record = AuditRecord(
            run_id=f"webhook:{number}",
            sequence=1,
            at=NOON + timedelta(seconds=number),
            actor="genesys",
            action=Action.WEBHOOK_RECEIVED,
            rule_id="rule-1",
        )
        adapters.ledger().record_once(record)
    _, first = get(invoke, AUDIT, "rule-1", limit="2")
    _, rest = get(invoke, AUDIT, "rule-1", next=first["next"])
    found = [each["runId"] for each in first["records"] + rest["records"]]
    assert (found, "next" in rest) == (["webhook:0", "webhook:1", "webhook:2"], False)
    status, refused = get(invoke, AUDIT, "rule-2", next=first["next"], colour="", limit="0")
    paths = {error["path"] for error in refused["errors"]}
    assert (status, paths) == (400, {"next", "colour", "limit"})
