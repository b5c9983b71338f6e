"""Deleting calls are sent at most once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta

import httpx
import orjson
import pytest
from genesys_purge.calling.permit import Permit
from genesys_purge.errors import (
    AuthenticationFailed,
    GenesysUnavailable,
    OutcomeUnknown,
    PermissionMissing,
    PermitExpired,
    PurgeError,
    RateLimited,
    RefusedByGenesys,
    StorageExhausted,
    TryLater,
    UnreadableAnswer,
)
from genesys_purge.genesys.client import FIRST_BYTE
from genesys_purge.genesys.transport import FRESH
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import NOON
from tests.unit.genesys.exchange import DELETE, Answer, Exchange, Reply, token

# The statuses by which the documented contract or RFC 9110 refuses a call.
NOT_EXECUTED = {400, 401, 403, 404, 405, 409, 411, 413, 414, 415, 422, 429, 431}
UNKNOWN: list[Reply] = [
    Answer(200, "<html>accepted</html>"),
    Answer(202, ""),
    Answer(204, b""),
    Answer(200, "[]"),
    Answer(200, '"job-1"'),
    httpx.ReadTimeout("slow"),
    httpx.WriteTimeout("slow"),
    httpx.ReadError("reset"),
    httpx.WriteError("reset"),
    httpx.CloseError("reset"),
    httpx.RemoteProtocolError("dropped"),
    httpx.LocalProtocolError("odd"),
    httpx.ProxyError("odd"),
    httpx.DecodingError("not gzip"),
]
UNSENT: list[Reply] = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
    httpx.PoolTimeout("busy"),
    httpx.UnsupportedProtocol("odd"),
]
REFUSED: list[tuple[int, type[PurgeError]]] = [
    (400, RefusedByGenesys),
    (403, PermissionMissing),
    (404, RefusedByGenesys),
    (409, RefusedByGenesys),
    (413, RefusedByGenesys),
    (422, RefusedByGenesys),
    (429, RateLimited),
]


def described(reply: object) -> str:
    return str(reply.status) if isinstance(reply, Answer) else type(reply).__name__


def test_accepted_deleting_call_returns_its_answer() -> None:
    exchange = Exchange(Answer(202, {"purgeId": "purge-1"}))
    assert exchange.delete() == {"purgeId": "purge-1"}
    (call,) = exchange.calls
    assert (call.method, call.url.path) == (DELETE.verb, DELETE.path)
    assert orjson.loads(call.content) == {"interactions": []}


def test_each_sending_needs_a_fresh_connection() -> None:
    exchange = Exchange(Answer(401), Answer(202, {"purgeId": "purge-1"}))
    exchange.delete()
    assert [call.extensions.get(FRESH) for call in exchange.calls] == [True, True]


@pytest.mark.parametrize("reply", UNKNOWN, ids=described)
def test_call_that_may_be_executed_is_sent_once_with_unknown_outcome(
    reply: Reply,
) -> None:
    exchange = Exchange(reply)
    with pytest.raises(OutcomeUnknown):
        exchange.delete()
    assert (len(exchange.calls), exchange.slept) == (1, [])


def test_only_a_status_that_proves_it_means_not_executed() -> None:
    """101 and every status from 300 to 599; a 401 is sent again with a new token."""
    proven = set()
    for status in (101, *range(300, 600)):
        exchange = Exchange(Answer(status, {"message": "no"}))
        with pytest.raises(PurgeError, match=f"answered {status}: no") as failed:
            exchange.delete()
        if not isinstance(failed.value, OutcomeUnknown):
            proven.add(status)
    assert proven == NOT_EXECUTED


def test_missing_storage_refuses_an_operation_that_declares_it() -> None:
    operation = DELETE._replace(refusals=(507,))
    with pytest.raises(StorageExhausted):
        Exchange(Answer(507)).delete(operation=operation)


@pytest.mark.parametrize("reply", UNSENT, ids=described)
def test_call_that_was_not_sent_raises_genesys_unavailable(reply: Reply) -> None:
    exchange = Exchange(reply)
    with pytest.raises(GenesysUnavailable, match="was not sent"):
        exchange.delete()
    assert (len(exchange.calls), exchange.slept) == (1, [])


@pytest.mark.parametrize(("status", "kind"), REFUSED)
def test_refused_call_is_sent_once_and_raises_its_error(
    status: int, kind: type[PurgeError]
) -> None:
    exchange = Exchange(Answer(status, {"message": "no"}, (("Retry-After", "2"),)))
    with pytest.raises(kind, match=f"answered {status}: no"):
        exchange.delete()
    assert (len(exchange.calls), exchange.slept) == (1, [])


def test_refused_call_has_its_status_and_retry_after() -> None:
    with pytest.raises(RefusedByGenesys) as refused:
        Exchange(Answer(409)).delete()
    assert refused.value.status == 409
    with pytest.raises(RateLimited) as limited:
        Exchange(Answer(429, headers=(("Retry-After", "7"),))).delete()
    assert limited.value.retry_after == 7


def test_client_sends_only_one_call_for_a_permit() -> None:
    exchange, permit = Exchange(), Permit("run-1", 0, 1, NOON)
    exchange.delete(permit)
    with pytest.raises(PermitExpired, match="already used"):
        exchange.delete(permit)
    assert len(exchange.calls) == 1


@pytest.mark.parametrize(("age", "sends"), [(0, 1), (2, 1), (2.001, 0), (-0.001, 0)])
def test_client_refuses_a_permit_older_than_two_seconds(age: float, sends: int) -> None:
    exchange = Exchange()
    with nullcontext() if sends else pytest.raises(PermitExpired, match="call was not sent"):
        exchange.delete(Permit("run-1", 0, 1, NOON - timedelta(seconds=age)))
    assert len(exchange.calls) == sends


@pytest.mark.parametrize(("seconds", "sends"), [(2, True), (2.001, False)])
def test_permit_that_expires_while_connecting_sends_no_byte(seconds: float, *, sends: bool) -> None:
    def connect_slowly() -> Answer:
        exchange.clock.wait(seconds)
        exchange.requests[-1].extensions["trace"](FIRST_BYTE, {})
        return Answer(202, {"id": "1"})

    exchange = Exchange(connect_slowly)
    with nullcontext() if sends else pytest.raises(PermitExpired, match="call was not sent"):
        assert exchange.delete() == {"id": "1"}


def test_all_that_waits_comes_before_the_permit() -> None:
    order = list[str]()

    def circuit(send: Callable[[], httpx.Response]) -> httpx.Response:
        order.append("circuit")
        return send()

    def pace() -> None:
        order.append("pace")
        assert exchange.authorised == []

    exchange = Exchange(circuit=circuit, pace=pace)
    exchange.delete()
    assert order == ["circuit", "pace"]
    # At the permit, the token was there, and nothing else had been sent.
    assert (exchange.authorised, len(exchange.token_requests)) == ([1], 1)


def test_call_whose_wait_used_up_the_time_asks_for_no_permit() -> None:
    left = [100.0]
    exchange = Exchange(pace=lambda: left.append(9.9), time_left=lambda: left[-1])
    with pytest.raises(GenesysUnavailable, match="nothing was sent"):
        exchange.delete()
    assert (exchange.authorised, exchange.calls) == ([], [])


def test_call_with_a_refused_token_needs_a_new_permit() -> None:
    exchange, permit = Exchange(Answer(401)), Permit("run-1", 0, 1, NOON)
    with pytest.raises(PermitExpired, match="already used"):
        exchange.delete(permit, permit)
    assert len(exchange.calls) == 1
    # The second permit comes after the new token.
    assert exchange.authorised == [1, 3]


def test_call_with_a_refused_token_is_sent_again_with_a_new_one() -> None:
    exchange = Exchange(Answer(401), Answer(202, {"id": "1"}), tokens=(token("a"), token("b")))
    assert exchange.delete() == {"id": "1"}
    assert [call.headers["authorization"] for call in exchange.calls] == ["Bearer a", "Bearer b"]


def test_unanswered_call_with_a_new_token_has_an_unknown_outcome() -> None:
    exchange = Exchange(Answer(401), httpx.ReadTimeout("slow"))
    with pytest.raises(OutcomeUnknown):
        exchange.delete()
    assert len(exchange.calls) == 2


def test_second_refused_token_raises_authentication_failed() -> None:
    exchange = Exchange(Answer(401))
    with pytest.raises(AuthenticationFailed):
        exchange.delete()
    assert len(exchange.calls) == 2


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Answer(401), AuthenticationFailed),
        (Answer(500), GenesysUnavailable),
        (Answer(200, "?"), UnreadableAnswer),
        (httpx.ReadTimeout("slow"), GenesysUnavailable),
    ],
)
def test_without_a_token_no_deleting_call_is_sent(reply: Reply, kind: type[PurgeError]) -> None:
    exchange = Exchange(tokens=(reply,))
    with pytest.raises(kind):
        exchange.delete()
    assert exchange.calls == []


def test_without_a_required_scope_no_deleting_call_is_sent() -> None:
    exchange = Exchange(tokens=(token(scope="purge:read"),))
    with pytest.raises(PermissionMissing) as refused:
        exchange.delete()
    assert refused.value.permission == "purge:write or purge:admin"
    assert exchange.calls == []


def test_one_of_several_scopes_is_sufficient() -> None:
    exchange = Exchange(Answer(202, {"id": "1"}), tokens=(token(scope="purge:admin"),))
    assert exchange.delete() == {"id": "1"}


def test_with_an_open_circuit_no_deleting_call_is_sent() -> None:
    def opened(_: Callable[[], httpx.Response]) -> httpx.Response:
        raise GenesysUnavailable("paused", retry_after=30)

    exchange = Exchange(circuit=opened)
    with pytest.raises(GenesysUnavailable, match="paused"):
        exchange.delete()
    assert exchange.requests == []


@given(
    status=st.integers(200, 599),
    body=st.binary(max_size=50) | st.sampled_from([b"{}", b'{"id": 1}', b"[]", b"null"]),
)
def test_any_failed_answer_raises_one_of_our_errors_after_one_call(
    status: int, body: bytes
) -> None:
    exchange = Exchange(Answer(status, body))
    outcome: object
    try:
        outcome = exchange.delete()
    except PurgeError as error:
        outcome = error
    assert len(exchange.calls) == (2 if status == 401 else 1)
    if isinstance(outcome, TryLater):
        assert status == 429
    if 200 <= status < 300:
        assert isinstance(outcome, dict | OutcomeUnknown)
