"""What goes wrong on purpose with campaign rules and their events."""

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
LEFT = {
    Operation.CREATE_CAMPAIGN_RULE: ([1, 1], ["created", "created"]),
    Operation.UPDATE_CAMPAIGN_RULE: ([2], ["created", "updated"]),
    Operation.DELETE_CAMPAIGN_RULE: ([], ["created"]),
}
UNTOUCHED = ([1], ["created"])

each_call = pytest.mark.parametrize("operation", CALLS)
each_write = pytest.mark.parametrize("operation", WRITES)


def struck(*faults: Fault) -> tuple[Caller, str]:
    """A caller and the id of a rule that was there before the faults."""
    caller = start_simulator()
    rule_id = created(caller)
    caller.simulator.faults.add(*faults)
    return caller, rule_id


def left_by(caller: Caller) -> tuple[list[object], list[str]]:
    """The versions of the rules and the names of the events."""
    campaign = caller.simulator.campaigns()["campaign-1"]
    names = [each.name.removeprefix("outbound.rule.") for each in campaign.events]
    return [each["version"] for each in campaign.rules], names


def strike(kind: FaultKind, operation: Operation) -> Caller:
    """A caller whose one such call was struck, answered or not."""
    caller, rule_id = struck(Fault(kind=kind, operation=operation))
    with suppress(httpx.TransportError):
        CALLS[operation](caller, rule_id)
    assert caller.simulator.requests[-1].fault is kind
    return caller


@each_write
@pytest.mark.parametrize("kind", AFTER)
def test_a_fault_after_the_effect_has_carried_the_change_out(
    operation: Operation, kind: FaultKind
) -> None:
    assert left_by(strike(kind, operation)) == LEFT[operation]


@each_write
@pytest.mark.parametrize("kind", BEFORE)
def test_a_fault_before_the_effect_has_changed_nothing(
    operation: Operation, kind: FaultKind
) -> None:
    assert left_by(strike(kind, operation)) == UNTOUCHED


@each_call
@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FaultKind.TOKEN_REVOKED, 401),
        (FaultKind.RATE_LIMITED, 429),
        (FaultKind.SERVER_ERROR, 500),
        (FaultKind.SERVER_ERROR_AFTER, 500),
        (FaultKind.BAD_GATEWAY, 502),
        (FaultKind.UNAVAILABLE, 503),
        (FaultKind.UNAVAILABLE_AFTER, 503),
        (FaultKind.GATEWAY_TIMEOUT_AFTER, 504),
    ],
)
def test_each_operation_can_be_answered_with_an_error_once(
    operation: Operation, kind: FaultKind, status: int
) -> None:
    caller, rule_id = struck(Fault(kind=kind, operation=operation, retry_after=2))
    answer = CALLS[operation](caller, rule_id)
    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers.get("Retry-After") == ("2" if status == 429 else None)
    assert caller.simulator.faults.waiting() == []


@each_call
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.DROP_BEFORE, httpx.RemoteProtocolError),
        (FaultKind.DROP_AFTER, httpx.RemoteProtocolError),
        (FaultKind.TIMEOUT_BEFORE, httpx.ReadTimeout),
        (FaultKind.TIMEOUT_AFTER, httpx.ReadTimeout),
    ],
)
def test_each_operation_can_be_left_unanswered(
    operation: Operation, kind: FaultKind, error: type[Exception]
) -> None:
    caller, rule_id = struck(Fault(kind=kind, operation=operation))
    with pytest.raises(error):
        CALLS[operation](caller, rule_id)


@pytest.mark.parametrize("kind", [FaultKind.MALFORMED_BEFORE, FaultKind.MALFORMED_AFTER])
@pytest.mark.parametrize("operation", [each for each in CALLS if "delete" not in each])
def test_each_answer_with_a_body_can_be_cut_off(operation: Operation, kind: FaultKind) -> None:
    caller, rule_id = struck(Fault(kind=kind, operation=operation))
    answer = CALLS[operation](caller, rule_id)
    assert answer.is_success
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_204_has_nothing_to_cut_off() -> None:
    caller, rule_id = struck(Fault(kind=FaultKind.MALFORMED_AFTER))
    answer = caller.http.delete(f"{RULES}/{rule_id}")
    assert (answer.status_code, answer.content) == (204, b"")


def test_an_update_whose_answer_was_lost_is_a_version_mismatch_when_repeated() -> None:
    caller, rule_id = struck(Fault(FaultKind.DROP_AFTER, Operation.UPDATE_CAMPAIGN_RULE))
    with pytest.raises(httpx.RemoteProtocolError):
        update(caller, rule_id)
    assert update(caller, rule_id).json()["code"] == "version.mismatch"
    assert update(caller, rule_id, version=3).status_code == 200


def test_a_create_whose_answer_was_lost_is_a_duplicate_when_repeated() -> None:
    caller, _ = struck(Fault(FaultKind.UNAVAILABLE_AFTER, Operation.CREATE_CAMPAIGN_RULE))
    assert [create(caller, 2).status_code for _ in range(2)] == [503, 409]
    assert left_by(caller) == LEFT[Operation.CREATE_CAMPAIGN_RULE]


def test_a_change_that_is_refused_anyway_is_answered_with_its_refusal() -> None:
    caller, rule_id = struck(Fault(FaultKind.DROP_AFTER, Operation.UPDATE_CAMPAIGN_RULE))
    assert update(caller, rule_id, version=9).status_code == 409


def test_a_fault_of_an_operation_is_planned_by_its_name_over_http() -> None:
    caller, rule_id = struck()
    body = {"kind": "unavailable", "operation": "delete_campaign_rule"}
    assert caller.http.post("/_simulator/faults", json=body).status_code == 201
    statuses = [caller.http.delete(f"{RULES}/{rule_id}").status_code for _ in range(2)]
    assert statuses == [503, 204]


def test_the_rate_limit_counts_campaign_calls() -> None:
    caller = start_simulator(requests_per_second=2)
    statuses = [caller.http.get(RULES).status_code, create(caller).status_code]
    refused = query_events(caller)
    assert (statuses, refused.status_code) == ([200, 201], 429)
    assert refused.headers["Retry-After"] == "1"
