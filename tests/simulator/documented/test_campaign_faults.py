"""Faults of campaign rules and their events."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress

import httpx
import pytest

from simulator import Fault, FaultKind, Operation
from simulator.organisation.faults import FATES
from tests.simulator.caller import Caller, start_simulator
from tests.simulator.documented.campaign_calls import (
    RULES,
    create,
    created,
    query_events,
    update,
)

Call = Callable[[Caller, str], httpx.Response]

AFTER = [kind for kind in FaultKind if kind.endswith("_after")]
BEFORE = [kind for kind in FaultKind if kind not in AFTER and kind not in FATES]
READS: dict[Operation, Call] = {
    Operation.LIST_CAMPAIGN_RULES: lambda caller, _: caller.http.get(RULES),
    Operation.READ_CAMPAIGN_RULE: lambda caller, rule_id: caller.http.get(f"{RULES}/{rule_id}"),
    Operation.QUERY_EVENTS: lambda caller, _: query_events(caller),
}
WRITES: dict[Operation, Call] = {
    Operation.CREATE_CAMPAIGN_RULE: lambda caller, _: create(caller, 2),
    Operation.UPDATE_CAMPAIGN_RULE: update,
    Operation.DELETE_CAMPAIGN_RULE: lambda caller, rule_id: caller.http.delete(
        f"{RULES}/{rule_id}"
    ),
}
CALLS = READS | WRITES
CHANGED = {
    Operation.CREATE_CAMPAIGN_RULE: ([1, 1], ["created", "created"]),
    Operation.UPDATE_CAMPAIGN_RULE: ([2], ["created", "updated"]),
    Operation.DELETE_CAMPAIGN_RULE: ([], ["created"]),
}
UNCHANGED = ([1], ["created"])
# Kinds that do not change the rules, so that one caller can meet all of them.
STATUSES = {
    FaultKind.TOKEN_REVOKED: 401,
    FaultKind.RATE_LIMITED: 429,
    FaultKind.SERVER_ERROR: 500,
    FaultKind.BAD_GATEWAY: 502,
    FaultKind.UNAVAILABLE: 503,
    FaultKind.GATEWAY_TIMEOUT: 504,
}
UNANSWERED: dict[FaultKind, type[Exception]] = {
    FaultKind.DROP_BEFORE: httpx.RemoteProtocolError,
    FaultKind.TIMEOUT_BEFORE: httpx.ReadTimeout,
}

each_call = pytest.mark.parametrize("operation", CALLS)
each_write = pytest.mark.parametrize("operation", WRITES)


def with_faults(*faults: Fault) -> tuple[Caller, str]:
    """A caller with planned faults, and the id of an existing rule."""
    caller = start_simulator()
    rule_id = created(caller)
    caller.simulator.faults.add(*faults)
    return caller, rule_id


def state_after(caller: Caller) -> tuple[list[object], list[str]]:
    """The versions of the rules and the names of the events."""
    campaign = caller.simulator.campaigns()["campaign-1"]
    names = [each.name.removeprefix("outbound.rule.") for each in campaign.events]
    return [each["version"] for each in campaign.rules], names


def call_with_fault(kind: FaultKind, operation: Operation) -> Caller:
    """A caller after one call of the operation with the fault."""
    caller, rule_id = with_faults(Fault(kind=kind, operation=operation))
    with suppress(httpx.TransportError):
        CALLS[operation](caller, rule_id)
    assert caller.simulator.requests[-1].fault is kind
    return caller


@each_write
def test_after_fault_applies_the_change(operation: Operation) -> None:
    for kind in AFTER:
        assert state_after(call_with_fault(kind, operation)) == CHANGED[operation], kind


@each_write
def test_before_fault_changes_nothing(operation: Operation) -> None:
    for kind in BEFORE:
        assert state_after(call_with_fault(kind, operation)) == UNCHANGED, kind


@each_call
def test_operation_returns_the_status_of_the_fault_once(operation: Operation) -> None:
    caller, rule_id = with_faults()
    for kind, status in STATUSES.items():
        caller.simulator.faults.add(Fault(kind=kind, operation=operation, retry_after=2))
        answer = CALLS[operation](caller, rule_id)
        assert answer.status_code == answer.json()["status"] == status
        assert answer.headers.get("Retry-After") == ("2" if status == 429 else None)
        assert caller.simulator.faults.waiting() == []
        caller.log_in()


@each_call
def test_operation_can_time_out_or_lose_its_connection(operation: Operation) -> None:
    caller, rule_id = with_faults()
    for kind, error in UNANSWERED.items():
        caller.simulator.faults.add(Fault(kind=kind, operation=operation))
        with pytest.raises(error):
            CALLS[operation](caller, rule_id)


@pytest.mark.parametrize("operation", [each for each in CALLS if "delete" not in each])
def test_operation_can_return_a_malformed_body(operation: Operation) -> None:
    for kind in (FaultKind.MALFORMED_BEFORE, FaultKind.MALFORMED_AFTER):
        caller, rule_id = with_faults(Fault(kind=kind, operation=operation))
        answer = CALLS[operation](caller, rule_id)
        assert answer.is_success
        with pytest.raises(json.JSONDecodeError):
            answer.json()


def test_malformed_204_has_no_body() -> None:
    caller, rule_id = with_faults(Fault(kind=FaultKind.MALFORMED_AFTER))
    answer = caller.http.delete(f"{RULES}/{rule_id}")
    assert (answer.status_code, answer.content) == (204, b"")


def test_repeated_update_after_a_lost_answer_is_409() -> None:
    caller, rule_id = with_faults(Fault(FaultKind.DROP_AFTER, Operation.UPDATE_CAMPAIGN_RULE))
    with pytest.raises(httpx.RemoteProtocolError):
        update(caller, rule_id)
    assert update(caller, rule_id).json()["code"] == "version.mismatch"
    assert update(caller, rule_id, version=3).status_code == 200


def test_repeated_create_after_a_lost_answer_is_409() -> None:
    caller, _ = with_faults(Fault(FaultKind.UNAVAILABLE_AFTER, Operation.CREATE_CAMPAIGN_RULE))
    assert [create(caller, 2).status_code for _ in range(2)] == [503, 409]
    assert state_after(caller) == CHANGED[Operation.CREATE_CAMPAIGN_RULE]


def test_refused_change_returns_its_refusal_despite_the_fault() -> None:
    caller, rule_id = with_faults(Fault(FaultKind.DROP_AFTER, Operation.UPDATE_CAMPAIGN_RULE))
    assert update(caller, rule_id, version=9).status_code == 409


def test_fault_of_an_operation_can_be_planned_over_http() -> None:
    caller, rule_id = with_faults()
    body = {"kind": "unavailable", "operation": "delete_campaign_rule"}
    assert caller.http.post("/_simulator/faults", json=body).status_code == 201
    statuses = [caller.http.delete(f"{RULES}/{rule_id}").status_code for _ in range(2)]
    assert statuses == [503, 204]


def test_rate_limit_counts_campaign_calls() -> None:
    caller = start_simulator(requests_per_second=2)
    statuses = [caller.http.get(RULES).status_code, create(caller).status_code]
    refused = query_events(caller)
    assert (statuses, refused.status_code) == ([200, 201], 429)
    assert refused.headers["Retry-After"] == "1"
