"""Faults: which requests they affect, and what the caller gets."""

import json

import httpx
import pytest

from simulator import Corpus, Fault, FaultKind, Method, Operation
from tests.simulator.caller import ARCHIVE, NOW, Caller, start_simulator
from tests.simulator.documented.campaign_calls import all_operations
from tests.simulator.documented.purge_rule_calls import create_rule, register_webhook
from tests.simulator.live.calls import live_operations

STATUSES = {
    FaultKind.SERVER_ERROR: 500,
    FaultKind.BAD_GATEWAY: 502,
    FaultKind.UNAVAILABLE: 503,
    FaultKind.GATEWAY_TIMEOUT: 504,
    FaultKind.INSUFFICIENT_STORAGE: 507,
    FaultKind.SERVER_ERROR_AFTER: 500,
    FaultKind.BAD_GATEWAY_AFTER: 502,
    FaultKind.UNAVAILABLE_AFTER: 503,
    FaultKind.GATEWAY_TIMEOUT_AFTER: 504,
}
UNANSWERED = {
    FaultKind.TIMEOUT_BEFORE: httpx.ReadTimeout,
    FaultKind.TIMEOUT_AFTER: httpx.ReadTimeout,
    FaultKind.DROP_BEFORE: httpx.RemoteProtocolError,
    FaultKind.DROP_AFTER: httpx.RemoteProtocolError,
}


def with_faults(*faults: Fault) -> Caller:
    caller = start_simulator(Corpus.compose(now=NOW, eligible=3))
    caller.simulator.faults.add(*faults)
    return caller


def statuses(caller: Caller, calls: int) -> list[int]:
    return [caller.count().status_code for _ in range(calls)]


def jobs_after(kind: FaultKind, caller: Caller) -> int:
    expected = 1 if kind.endswith("_after") else 0
    assert len(caller.simulator.jobs) == expected
    return expected


@pytest.mark.parametrize("kind", STATUSES)
def test_submit_can_fail_before_or_after_its_effect(kind: FaultKind) -> None:
    caller = with_faults(Fault(kind=kind, operation=Operation.SUBMIT))
    answer = caller.submit_archive(["a"])
    assert answer.status_code == answer.json()["status"] == STATUSES[kind]
    jobs = jobs_after(kind, caller)
    assert caller.submit_archive(["b"]).status_code == 202
    assert len(caller.simulator.jobs) == jobs + 1


@pytest.mark.parametrize("kind", UNANSWERED)
def test_submit_can_get_no_answer_before_or_after_its_effect(kind: FaultKind) -> None:
    caller = with_faults(Fault(kind=kind, operation=Operation.SUBMIT))
    with pytest.raises(UNANSWERED[kind]):
        caller.submit_archive(["a"])
    jobs_after(kind, caller)
    assert caller.submit_archive(["b"]).status_code == 202
    logged = caller.simulator.requests[1]
    assert (logged.status, logged.fault) == (None, kind)


@pytest.mark.parametrize("kind", [FaultKind.MALFORMED_BEFORE, FaultKind.MALFORMED_AFTER])
def test_submit_can_get_a_malformed_body(kind: FaultKind) -> None:
    caller = with_faults(Fault(kind=kind, operation=Operation.SUBMIT))
    answer = caller.submit_archive(["a"])
    assert answer.is_success
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    jobs_after(kind, caller)


@pytest.mark.parametrize("retry_after", [None, 7])
def test_429_can_have_retry_after(retry_after: int | None) -> None:
    caller = with_faults(Fault(kind=FaultKind.RATE_LIMITED, retry_after=retry_after))
    answer = caller.submit_archive(["a"])
    assert answer.status_code == 429
    assert answer.headers.get("Retry-After") == (None if retry_after is None else "7")
    assert caller.simulator.jobs == []


def test_revoked_token_stays_revoked_and_a_new_token_works() -> None:
    caller = with_faults(Fault(kind=FaultKind.TOKEN_REVOKED, operation=Operation.QUERY))
    assert statuses(caller, 2) == [401, 401]
    caller.log_in()
    assert statuses(caller, 1) == [200]


def test_fault_can_revoke_the_new_token_too() -> None:
    caller = with_faults(Fault(kind=FaultKind.TOKEN_REVOKED, operation=Operation.QUERY, times=2))
    assert statuses(caller, 1) == [401]
    caller.log_in()
    assert statuses(caller, 1) == [401]


def test_fault_can_reject_client_credentials() -> None:
    caller = with_faults(Fault(kind=FaultKind.TOKEN_REVOKED, operation=Operation.TOKEN))
    answer = caller.token()
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert caller.token().status_code == 200


def test_fault_applies_to_the_next_requests() -> None:
    assert statuses(with_faults(Fault(kind=FaultKind.UNAVAILABLE, times=2)), 4) == [
        503,
        503,
        200,
        200,
    ]


def test_fault_can_apply_to_all_requests_after_a_number() -> None:
    fault = Fault(kind=FaultKind.UNAVAILABLE, times=None, after=2)
    assert statuses(with_faults(fault), 5) == [200, 200, 503, 503, 503]


def test_fault_can_apply_to_one_request_after_a_number() -> None:
    fault = Fault(kind=FaultKind.UNAVAILABLE, times=1, after=1)
    assert statuses(with_faults(fault), 4) == [200, 503, 200, 200]


def test_fault_without_times_applies_until_it_is_removed() -> None:
    caller = with_faults(Fault(kind=FaultKind.UNAVAILABLE, times=None))
    assert statuses(caller, 20) == [503] * 20
    caller.simulator.faults.clear()
    assert statuses(caller, 1) == [200]


def test_faults_apply_one_after_the_other() -> None:
    caller = with_faults(Fault(kind=FaultKind.UNAVAILABLE), Fault(kind=FaultKind.SERVER_ERROR))
    assert statuses(caller, 3) == [503, 500, 200]


def test_fault_affects_only_its_operation() -> None:
    seconds = {operation: number for number, operation in enumerate(Operation)}
    caller = with_faults(
        *(
            Fault(FaultKind.RATE_LIMITED, operation, times=None, retry_after=number)
            for operation, number in seconds.items()
        )
    )
    answers = {
        Operation.TOKEN: caller.token(),
        Operation.SUBMIT: caller.submit_archive(["a"]),
        Operation.POLL: caller.http.get(f"{ARCHIVE}/unknown"),
        Operation.QUERY: caller.count(),
        Operation.CREATE_PURGE_RULE: create_rule(caller),
        Operation.REGISTER_WEBHOOK: register_webhook(caller, "unknown"),
        **all_operations(caller),
        **live_operations(caller),
    }
    assert {each: int(answers[each].headers["Retry-After"]) for each in Operation} == seconds


def test_fault_affects_only_its_method() -> None:
    caller = with_faults(Fault(kind=FaultKind.SERVER_ERROR, method=Method.DATA_DELETION))
    assert caller.submit_archive(["a"]).status_code == 202
    assert caller.submit_deletion().status_code == 500


def test_waiting_lists_the_faults_that_may_still_apply() -> None:
    once, always = Fault(kind=FaultKind.UNAVAILABLE), Fault(kind=FaultKind.SERVER_ERROR, times=None)
    caller = with_faults(once, always)
    statuses(caller, 2)
    assert caller.simulator.faults.waiting() == [always]


def test_refused_submit_returns_its_refusal_despite_the_fault() -> None:
    caller = with_faults(Fault(kind=FaultKind.GATEWAY_TIMEOUT_AFTER, operation=Operation.SUBMIT))
    assert caller.submit_archive([]).status_code == 400
