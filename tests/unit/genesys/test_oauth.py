"""The token: shared by threads, refreshed before it expires, and never shown."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import httpx
import pytest
from genesys_purge.errors import AuthenticationFailed, GenesysUnavailable, PurgeError
from genesys_purge.genesys.oauth import Credentials, Token
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import NOON
from tests.unit.genesys.exchange import Answer, Exchange, Reply, token


def basic(client_id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def test_token_request_follows_the_contract() -> None:
    exchange = Exchange()
    current = exchange.tokens.current()
    assert current == Token("token-1", NOON + timedelta(seconds=3_480), None)
    (request,) = exchange.requests
    assert (request.method, str(request.url)) == ("POST", "https://login.test/oauth/token")
    assert request.headers["authorization"] == basic("client-1", "secret-old")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.content == b"grant_type=client_credentials"


@pytest.mark.parametrize(
    ("seconds", "good_for"),
    [(3_600, 3_480), (86_399, 86_279), (240, 120), (200, 100), (100, 50), (1.5, 0.75)],
)
def test_token_is_refreshed_before_it_expires(seconds: float, good_for: float) -> None:
    exchange = Exchange(tokens=(token("a", seconds), token("b")))
    exchange.tokens.current()
    exchange.clock.wait(good_for - 0.25)
    assert exchange.tokens.current().value == "a"
    exchange.clock.wait(0.25)
    assert exchange.tokens.current().value == "b"


@pytest.mark.parametrize("seconds", [0, -1, -1e300])
def test_token_without_a_lifetime_is_used_once(seconds: float) -> None:
    exchange = Exchange(tokens=(token("a", seconds), token("b")))
    assert [exchange.tokens.current().value for _ in range(2)] == ["a", "b"]


@pytest.mark.parametrize("seconds", [1e300, 2**63, 172_801])
def test_token_lifetime_is_at_most_two_days(seconds: float) -> None:
    current = Exchange(tokens=(token("a", seconds),)).tokens.current()
    assert current.refresh_at == NOON + timedelta(days=2, seconds=-120)


def test_threads_share_one_token_refresh() -> None:
    barrier = Barrier(8)
    exchange = Exchange()

    def use(_: int) -> str:
        barrier.wait(5)
        return exchange.tokens.current().value

    with ThreadPoolExecutor(8) as threads:
        values = set(threads.map(use, range(8)))
    assert (values, len(exchange.requests)) == ({"token-1"}, 1)


def test_threads_with_a_refused_token_share_one_renewal() -> None:
    barrier = Barrier(8)
    exchange = Exchange(tokens=(token("a"), token("b"), token("c")))
    refused = exchange.tokens.current()

    def renew(_: int) -> str:
        barrier.wait(5)
        return exchange.tokens.renewed(refused).value

    with ThreadPoolExecutor(8) as threads:
        values = set(threads.map(renew, range(8)))
    assert (values, len(exchange.requests)) == ({"b"}, 2)


@pytest.mark.parametrize("status", [400, 401])
def test_refused_secret_is_read_again_once(status: int) -> None:
    exchange = Exchange(tokens=(Answer(status), token("a")))
    assert exchange.tokens.current().value == "a"
    assert exchange.secrets == [False, True]
    sent = [request.headers["authorization"] for request in exchange.requests]
    assert sent == [basic("client-1", "secret-old"), basic("client-1", "secret-new")]


@pytest.mark.parametrize(("status", "attempts"), [(400, 2), (401, 2), (403, 1)])
def test_refused_credentials_name_their_secret_but_do_not_show_it(
    status: int, attempts: int
) -> None:
    refusal = Answer(status, {"error": "invalid_client", "error_description": "unknown client"})
    exchange = Exchange(tokens=(refusal,))
    with pytest.raises(AuthenticationFailed) as refused:
        exchange.tokens.current()
    text = str(refused.value)
    assert f"login.test answered {status}: unknown client; invalid_client" in text
    assert text.endswith("; check the client id and secret in the secret of client-1")
    assert "secret-old" not in text
    assert len(exchange.requests) == attempts


@pytest.mark.parametrize(
    "reply",
    [
        Answer(404),
        Answer(409),
        Answer(429, {}, (("Retry-After", "11"),)),
        Answer(500),
        Answer(503),
        Answer(504),
        Answer(507),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.DecodingError("not gzip"),
    ],
    ids=lambda reply: str(getattr(reply, "status", type(reply).__name__)),
)
def test_other_token_failures_raise_genesys_unavailable(reply: Reply) -> None:
    with pytest.raises(GenesysUnavailable) as refused:
        Exchange(tokens=(reply,)).tokens.current()
    limited = isinstance(reply, Answer) and reply.status == 429
    assert refused.value.retry_after == (11 if limited else None)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"access_token": "a"},
        {"access_token": "", "expires_in": 1},
        {"access_token": None, "expires_in": 1},
        {"access_token": ["a"], "expires_in": 1},
        {"access_token": "a b", "expires_in": 1},
        {"access_token": "a\r\nX-Injected: 1", "expires_in": 1},
        {"access_token": "ä", "expires_in": 1},
        {"access_token": "a" * 8_193, "expires_in": 1},
        {"access_token": "a", "expires_in": ""},
        {"access_token": "a", "expires_in": "-1"},
        {"access_token": "a", "expires_in": "1e9"},
        {"access_token": "a", "expires_in": " 1"},
        {"access_token": "a", "expires_in": "nan"},
        {"access_token": "a", "expires_in": "\u0661"},
        {"access_token": "a", "expires_in": "9" * 400},
        {"access_token": "a", "expires_in": True},
        {"access_token": "a", "expires_in": None},
    ],
)
def test_malformed_token_answer_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(GenesysUnavailable):
        Exchange(tokens=(Answer(200, body),)).tokens.current()


@pytest.mark.parametrize("seconds", [3_600, 3_600.5, "3600", "3600.5"])
def test_lifetime_of_a_token_may_be_a_number_or_its_text(seconds: object) -> None:
    exchange = Exchange(tokens=(token("a", seconds), token("b")))
    first = exchange.tokens.current()
    assert (first.value, exchange.tokens.current()) == ("a", first)
    exchange.clock.wait(3_600)
    assert exchange.tokens.current().value == "b"


values = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.lists(st.text())
)
bodies = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("access_token", "expires_in", "scope"), values)
)


@given(bodies)
def test_any_token_answer_raises_only_our_errors(body: Any) -> None:
    try:
        value = Exchange(tokens=(Answer(200, body),)).tokens.current().value
    except PurgeError:
        value = ""
    assert value.isascii()


def test_token_has_the_reported_scopes() -> None:
    current = Exchange(tokens=(token(scope="a  b\tc"),)).tokens.current()
    assert current.scopes == frozenset("abc")


def test_secret_and_token_are_never_shown() -> None:
    shown = f"{Credentials('id', 'hush')} {Credentials('id', 'hush')!r}"
    shown += f"{Token('hush', NOON, None)} {Token('hush', NOON, None)!r}"
    shown += f"{vars(Exchange().tokens)}"
    assert "hush" not in shown
    assert "secret-old" not in shown
