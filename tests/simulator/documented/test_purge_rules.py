"""Purge rules: creation, executions and schedules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from simulator import ConversationStatus, Fault, FaultKind, Operation
from tests.simulator.caller import NOW, start_simulator
from tests.simulator.documented.purge_rule_calls import (
    RULES,
    conversation,
    corpus,
    create_rule,
    created_rule,
    executions,
    force,
    rule,
    schedule,
    scope,
)


def changed(path: str, value: object) -> dict[str, Any]:
    """A valid rule with another value at a dotted path; `...` removes the field."""
    body: Any = rule()
    *parents, last = path.split(".")
    place = body
    for each in parents:
        place = place[int(each) if each.isdecimal() else each]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return dict(body)


def test_created_rule_is_returned_with_its_id() -> None:
    answer = create_rule(start_simulator())
    assert answer.status_code == 201
    made = answer.json()
    assert made.pop("id")
    assert made == rule()


def test_harmless_fields_have_defaults() -> None:
    defaults = {"description": "", "snapshotBeforeDelete": True, "complianceLockCheck": True}
    for field, default in defaults.items():
        answer = start_simulator().http.post(RULES, json=changed(field, ...))
        assert answer.json()[field] == default


def test_values_up_to_the_limits_are_accepted() -> None:
    cases: list[tuple[str, object]] = [
        ("retentionPeriod.days", 30),
        ("retentionPeriod.days", 36500),
        ("maxBatchSize", 100),
        ("maxBatchSize", 10_000),
        ("scope.filters", []),
        ("scope.filters.0.operator", "neq"),
        ("scope.filters.0.field", "attributes.region"),
        ("scope.filters.0.value", 7.5),
        ("schedule.recurrence", "monthly"),
        ("schedule.timeOfDay", "23:59:59"),
        ("schedule.timezone", "America/Argentina/Buenos_Aires"),
        ("enabled", False),
    ]
    for path, value in cases:
        answer = start_simulator().http.post(RULES, json=changed(path, value))
        assert answer.status_code == 201, path


def test_value_beyond_a_limit_is_422_and_names_the_field() -> None:
    caller = start_simulator()
    cases: list[tuple[str, object]] = [
        ("retentionPeriod.days", 29),
        ("retentionPeriod.days", 36501),
        ("retentionPeriod.days", "365"),
        ("retentionPeriod.days", ...),
        ("maxBatchSize", 99),
        ("maxBatchSize", 10_001),
        ("maxBatchSize", 100.5),
        ("scope.filters.0.operator", "in"),
        ("scope.filters.0.field", "jurisdiction"),
        ("scope.filters.0.field", "attributes."),
        ("scope.filters.0.field", 7),
        ("scope.filters.0.value", None),
        ("scope.filters.0.value", ["completed"]),
        ("scope.filters.0.value", 2**70),
        ("schedule.recurrence", "hourly"),
        ("schedule.timeOfDay", "24:00:00"),
        ("schedule.timeOfDay", "2:00:00"),
        ("schedule.timeOfDay", "02:00"),
        ("schedule.timeOfDay", "02:00:00\n"),
        ("schedule.timezone", "Mars/Olympus"),
        ("schedule.timezone", "America"),
        ("schedule.timezone", "../UTC"),
        ("schedule.timezone", "/etc/localtime"),
        ("schedule.timezone", ""),
        ("schedule.timezone", "\x00"),
        ("schedule.timezone", "x" * 5000),
        ("type", "interaction"),
        ("name", ""),
        ("enabled", "yes"),
        ("owner", "me"),
    ]
    for path, value in cases:
        answer = caller.http.post(RULES, json=changed(path, value))
        body = answer.json()
        assert (answer.status_code, body["status"], body["code"]) == (422, 422, "engine.limit")
        assert [each["path"] for each in body["errors"]] == [path]
        assert body["errors"][0]["message"] in body["message"]
        assert body["contextId"] == answer.headers["X-Correlation-Id"]
    assert caller.http.get("/_simulator/rules").json() == {"rules": []}


def test_all_broken_limits_are_reported_together() -> None:
    answer = create_rule(start_simulator(), type="call", maxBatchSize=1)
    assert [each["path"] for each in answer.json()["errors"]] == ["type", "maxBatchSize"]


def test_infinite_value_is_422() -> None:
    body = str(rule(scope=scope(("status", "gt", 0)))).replace("'value': 0", "'value': 1e999")
    json = body.replace("'", '"').replace("True", "true")
    answer = start_simulator().http.post(RULES, content=json.encode())
    assert [each["path"] for each in answer.json()["errors"]] == ["scope.filters.0.value"]


def test_body_that_is_not_a_json_object_is_400() -> None:
    caller = start_simulator()
    for body in (b"", b"\x00", b"\xff", b"rule", b"[]", b"null", b"1", b'"rule"', b"{", b"{}}"):
        assert caller.http.post(RULES, content=body).status_code == 400, body


def test_rule_with_a_used_name_is_409_and_names_the_other() -> None:
    caller = start_simulator()
    first = created_rule(caller)
    answer = create_rule(caller, schedule=schedule("03:00:00"))
    assert answer.status_code == 409
    assert answer.json()["entityId"] == first
    assert answer.json()["entityName"] == "old voice"


def test_rule_with_a_used_schedule_and_scope_is_409() -> None:
    one, other = ("type", "eq", "voice"), ("queueId", "eq", "queue-1")
    caller = start_simulator()
    first = created_rule(caller, scope=scope(one, other))
    answer = create_rule(caller, name="another", scope=scope(other, one))
    assert (answer.status_code, answer.json()["entityId"]) == (409, first)


@pytest.mark.parametrize(
    "changes",
    [{"schedule": schedule("03:00:00")}, {"scope": scope(("type", "eq", "voice"))}],
)
def test_rule_with_another_schedule_or_scope_is_created(
    changes: dict[str, object],
) -> None:
    caller = start_simulator()
    created_rule(caller)
    assert create_rule(caller, name="another", **changes).status_code == 201


def test_create_needs_the_write_scope() -> None:
    refused = create_rule(start_simulator(scopes=("purgerules:read", "webhooks:write")))
    assert refused.status_code == 403
    assert refused.json()["details"] == [{"missingScope": "purgerules:write"}]
    assert create_rule(start_simulator(scopes=("purgerules:write",))).status_code == 201


def test_create_is_rate_limited_and_logged_without_a_method() -> None:
    caller = start_simulator(requests_per_second=1)
    assert [create_rule(caller).status_code for _ in range(2)] == [201, 429]
    logged = caller.simulator.requests[1]
    assert (logged.operation, logged.method) == (Operation.CREATE_PURGE_RULE, None)
    assert (logged.client_id, logged.status, logged.path) == ("simulator", 201, RULES)


def test_missing_storage_for_the_snapshot_is_507_without_a_rule() -> None:
    caller = start_simulator()
    fault = Fault(FaultKind.INSUFFICIENT_STORAGE, Operation.CREATE_PURGE_RULE)
    caller.simulator.faults.add(fault)
    answer = create_rule(caller)
    assert (answer.status_code, answer.json()["code"]) == (507, "insufficient.storage")
    assert create_rule(caller).status_code == 201


def test_rule_exists_although_its_answer_was_lost() -> None:
    caller = start_simulator()
    caller.simulator.faults.add(Fault(FaultKind.UNAVAILABLE_AFTER, Operation.CREATE_PURGE_RULE))
    assert create_rule(caller).status_code == 503
    [found] = caller.http.get("/_simulator/rules").json()["rules"]
    assert create_rule(caller).json()["entityId"] == found["id"]


def test_rules_can_only_be_created() -> None:
    caller = start_simulator()
    assert caller.http.get(f"{RULES}/{created_rule(caller)}").status_code == 404
    assert caller.http.get(RULES).status_code == 405


def test_execution_deletes_matches_and_returns_their_count() -> None:
    caller = start_simulator(corpus(conversation("a"), conversation("b", queue_id="other")))
    rule_id = created_rule(caller, scope=scope(("queueId", "eq", "queue-1")))
    assert force(caller, rule_id) == {
        "deletedCount": 1,
        "complianceOk": True,
        "executedAt": "2026-03-01T12:00:00.000Z",
    }
    assert caller.simulator.corpus.deleted_ids(rule_id) == ["a"]
    assert caller.simulator.corpus.status_of("a") is ConversationStatus.PURGED
    assert force(caller, rule_id)["deletedCount"] == 0


def test_execution_needs_every_filter_to_accept() -> None:
    caller = start_simulator(corpus(conversation("a")))
    matching, other = ("type", "eq", "voice"), ("classification", "eq", "pii")
    rule_id = created_rule(caller, scope=scope(matching, other))
    assert force(caller, rule_id)["deletedCount"] == 0


def test_retention_ends_exactly() -> None:
    caller = start_simulator(corpus(conversation("a", 365)))
    rule_id = created_rule(caller)
    caller.clock.now = NOW - timedelta(microseconds=1)
    assert force(caller, rule_id)["deletedCount"] == 0
    caller.clock.now = NOW
    assert force(caller, rule_id)["deletedCount"] == 1


def test_execution_keeps_active_deleted_and_protected_records() -> None:
    cases: list[dict[str, Any]] = [
        {"status": ConversationStatus.ACTIVE},
        {"status": ConversationStatus.DELETED},
        {"end": None},
        {"legal_hold": True},
        {"litigation": True},
    ]
    kept = [conversation(str(number), **fields) for number, fields in enumerate(cases)]
    caller = start_simulator(corpus(*kept))
    rule_id = created_rule(caller, scope=scope())
    assert force(caller, rule_id)["deletedCount"] == 0
    assert caller.simulator.corpus.deleted_ids() == []


def test_execution_deletes_at_most_a_batch_oldest_first() -> None:
    many = [conversation(str(number), 400 + number) for number in range(101)]
    caller = start_simulator(corpus(*many))
    rule_id = created_rule(caller)
    assert force(caller, rule_id)["deletedCount"] == 100
    assert caller.simulator.corpus.ids(status=ConversationStatus.COMPLETED) == ["0"]


def test_without_lock_check_protected_are_deleted_not_compliant() -> None:
    held, litigated = conversation("a", legal_hold=True), conversation("b", litigation=True)
    caller = start_simulator(corpus(held, litigated, conversation("c", 300, legal_hold=True)))
    rule_id = created_rule(caller, complianceLockCheck=False)
    outcome = force(caller, rule_id)
    assert (outcome["deletedCount"], outcome["complianceOk"]) == (2, False)
    assert caller.simulator.corpus.deleted_ids() == ["a", "b"]


def test_forced_execution_can_only_deny_compliance() -> None:
    caller = start_simulator()
    heeding, heedless = (
        created_rule(caller, name=name, schedule=schedule(at), complianceLockCheck=check)
        for name, at, check in (("a", "01:00:00", True), ("b", "02:00:00", False))
    )
    assert force(caller, heeding, {"complianceOk": False})["complianceOk"] is False
    assert force(caller, heedless, {"complianceOk": True})["complianceOk"] is False


def test_forced_execution_accepts_no_body_or_a_valid_one() -> None:
    caller = start_simulator()
    path = f"/_simulator/rules/{created_rule(caller)}/execute"
    assert caller.http.post(path).status_code == 200
    assert caller.http.post(path, json={"complianceOk": "no"}).status_code == 400
    assert caller.http.post("/_simulator/rules/unknown/execute").status_code == 404


def test_forced_execution_does_not_change_the_schedule() -> None:
    caller = start_simulator()
    rule_id = created_rule(caller, schedule=schedule("13:00:00"))
    force(caller, rule_id)
    caller.clock.advance(3600)
    caller.simulator.tick()
    forced, ticked = executions(caller, rule_id)
    assert (forced["scheduledFor"], ticked["scheduledFor"]) == (None, "2026-03-01T13:00:00.000Z")


def test_disabled_rule_can_be_forced() -> None:
    caller = start_simulator(corpus(conversation("a")))
    assert force(caller, created_rule(caller, enabled=False))["deletedCount"] == 1


def test_rule_runs_once_for_each_scheduled_time() -> None:
    caller = start_simulator()
    rule_id = created_rule(caller, schedule=schedule("12:00:10"))
    runs = []
    for seconds in (9.999, 0.001, 0, 86_399, 1):
        caller.clock.advance(seconds)
        caller.simulator.tick()
        runs.append(len(executions(caller, rule_id)))
    assert runs == [0, 1, 1, 1, 2]


def test_one_execution_replaces_all_missed_executions() -> None:
    caller = start_simulator()
    rule_id = created_rule(caller)
    caller.clock.advance(5 * 86_400)
    caller.simulator.tick()
    caller.simulator.tick()
    [execution] = executions(caller, rule_id)
    assert execution["scheduledFor"] == "2026-03-02T02:00:00.000Z"
    assert execution["executedAt"] == "2026-03-06T12:00:00.000Z"


def test_disabled_rule_never_runs_on_schedule() -> None:
    caller = start_simulator(corpus(conversation("a")))
    created_rule(caller, enabled=False)
    caller.clock.advance(5 * 86_400)
    caller.simulator.tick()
    [listed] = caller.http.get("/_simulator/rules").json()["rules"]
    assert (listed["executions"], listed["nextExecutionAt"]) == ([], None)
    assert caller.simulator.corpus.deleted_ids() == []


def test_rule_list_has_times_and_executions() -> None:
    caller = start_simulator()
    rule_id = created_rule(caller)
    force(caller, rule_id)
    [listed] = caller.http.get("/_simulator/rules", headers={"Authorization": ""}).json()["rules"]
    assert listed == rule() | {
        "id": rule_id,
        "createdAt": "2026-03-01T12:00:00.000Z",
        "nextExecutionAt": "2026-03-02T02:00:00.000Z",
        "executions": [
            {
                "deletedCount": 0,
                "complianceOk": True,
                "executedAt": "2026-03-01T12:00:00.000Z",
                "scheduledFor": None,
            }
        ],
    }


def test_rule_does_not_delete_again_after_a_job() -> None:
    caller = start_simulator(corpus(conversation("a")), job_base_seconds=10)
    rule_id = created_rule(caller, schedule=schedule("12:00:30"))
    caller.submit_archive(["a"])
    caller.clock.advance(30)
    caller.simulator.tick()
    assert executions(caller, rule_id)[0]["deletedCount"] == 0
