"""What goes wrong on purpose."""

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


def struck(*faults: Fault) -> Caller:
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
def test_a_submit_fails_on_the_server_before_or_after_it_took_effect(kind: FaultKind) -> None:
    caller = struck(Fault(kind=kind, operation=Operation.SUBMIT))
    answer = caller.submit_archive(["a"])
    assert answer.status_code == answer.json()["status"] == STATUSES[kind]
    jobs = jobs_after(kind, caller)
    assert caller.submit_archive(["b"]).status_code == 202
    assert len(caller.simulator.jobs) == jobs + 1


@pytest.mark.parametrize("kind", UNANSWERED)
def test_a_submit_is_not_answered_before_or_after_it_took_effect(kind: FaultKind) -> None:
    caller = struck(Fault(kind=kind, operation=Operation.SUBMIT))
    with pytest.raises(UNANSWERED[kind]):
        caller.submit_archive(["a"])
    jobs_after(kind, caller)
    assert caller.submit_archive(["b"]).status_code == 202
    logged = caller.simulator.requests[1]
    assert (logged.status, logged.fault) == (None, kind)


@pytest.mark.parametrize("kind", [FaultKind.MALFORMED_BEFORE, FaultKind.MALFORMED_AFTER])
def test_a_submit_is_answered_with_half_a_body(kind: FaultKind) -> None:
    caller = struck(Fault(kind=kind, operation=Operation.SUBMIT))
    answer = caller.submit_archive(["a"])
    assert answer.is_success
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    jobs_after(kind, caller)


@pytest.mark.parametrize("retry_after", [None, 7])
def test_a_429_comes_with_and_without_retry_after(retry_after: int | None) -> None:
    caller = struck(Fault(kind=FaultKind.RATE_LIMITED, retry_after=retry_after))
    answer = caller.submit_archive(["a"])
    assert answer.status_code == 429
    assert answer.headers.get("Retry-After") == (None if retry_after is None else "7")
    assert caller.simulator.jobs == []


def test_a_revoked_token_stays_revoked_and_a_new_one_works() -> None:
    caller = struck(Fault(kind=FaultKind.TOKEN_REVOKED, operation=Operation.QUERY))
    assert statuses(caller, 2) == [401, 401]
    caller.log_in()
    assert statuses(caller, 1) == [200]


def test_a_second_401_strikes_the_new_token_as_well() -> None:
    caller = struck(Fault(kind=FaultKind.TOKEN_REVOKED, operation=Operation.QUERY, times=2))
    assert statuses(caller, 1) == [401]
    caller.log_in()
    assert statuses(caller, 1) == [401]


def test_credentials_can_be_rejected() -> None:
    caller = struck(Fault(kind=FaultKind.TOKEN_REVOKED, operation=Operation.TOKEN))
    answer = caller.token()
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert caller.token().status_code == 200


def test_the_next_n_requests_are_struck() -> None:
    assert statuses(struck(Fault(kind=FaultKind.UNAVAILABLE, times=2)), 4) == [503, 503, 200, 200]


def test_every_request_after_the_kth_is_struck() -> None:
    fault = Fault(kind=FaultKind.UNAVAILABLE, times=None, after=2)
    assert statuses(struck(fault), 5) == [200, 200, 503, 503, 503]


def test_requests_between_two_numbers_are_struck() -> None:
    fault = Fault(kind=FaultKind.UNAVAILABLE, times=1, after=1)
    assert statuses(struck(fault), 4) == [200, 503, 200, 200]


def test_always_is_until_it_is_cleared() -> None:
    caller = struck(Fault(kind=FaultKind.UNAVAILABLE, times=None))
    assert statuses(caller, 20) == [503] * 20
    caller.simulator.faults.clear()
    assert statuses(caller, 1) == [200]


def test_faults_strike_one_after_the_other() -> None:
    caller = struck(Fault(kind=FaultKind.UNAVAILABLE), Fault(kind=FaultKind.SERVER_ERROR))
    assert statuses(caller, 3) == [503, 500, 200]


@pytest.mark.parametrize("operation", Operation)
def test_a_fault_strikes_its_operation_alone(operation: Operation) -> None:
    caller = struck(Fault(kind=FaultKind.SERVER_ERROR, operation=operation, times=None))
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
    assert [each for each, answer in answers.items() if answer.status_code == 500] == [operation]


def test_a_fault_strikes_its_method_alone() -> None:
    caller = struck(Fault(kind=FaultKind.SERVER_ERROR, method=Method.DATA_DELETION))
    assert caller.submit_archive(["a"]).status_code == 202
    assert caller.submit_deletion().status_code == 500


def test_the_faults_that_may_still_strike_are_known() -> None:
    once, always = Fault(kind=FaultKind.UNAVAILABLE), Fault(kind=FaultKind.SERVER_ERROR, times=None)
    caller = struck(once, always)
    statuses(caller, 2)
    assert caller.simulator.faults.waiting() == [always]


def test_a_submit_that_is_refused_anyway_is_answered_with_its_refusal() -> None:
    caller = struck(Fault(kind=FaultKind.GATEWAY_TIMEOUT_AFTER, operation=Operation.SUBMIT))
    assert caller.submit_archive([]).status_code == 400
