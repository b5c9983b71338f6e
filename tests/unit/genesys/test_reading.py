"""Reading calls: authorised, retried within limits, and read leniently."""

from __future__ import annotations

import httpx
import orjson
import pytest
from genesys_purge.errors import (
    AuthenticationFailed,
    GenesysUnavailable,
    JobLost,
    NotAtGenesys,
    PermissionMissing,
    PurgeError,
    RateLimited,
    RefusedByGenesys,
    StillWorking,
    StorageExhausted,
    UnreadableAnswer,
)
from genesys_purge.operation import Missing

from tests.unit.genesys.exchange import ONCE, READ, Answer, Exchange, Reply, token


def test_reading_call_has_token_and_json() -> None:
    exchange = Exchange(Answer(200, {"results": []}))
    assert exchange.read() == {"results": []}
    (call,) = exchange.calls
    assert (call.method, str(call.url)) == (READ.verb, "https://api.test" + READ.path)
    assert orjson.loads(call.content) == {"entity": "conversation"}
    assert call.headers["authorization"] == "Bearer token-1"
    assert call.headers["content-type"] == call.headers["accept"] == "application/json"


@pytest.mark.parametrize(
    ("job_id", "url"),
    [
        ("job-1", "https://api.test/api/v2/jobs/job-1"),
        ("a/../b", "https://api.test/api/v2/jobs/a%2F..%2Fb"),
        ("a?b=c#d", "https://api.test/api/v2/jobs/a%3Fb%3Dc%23d"),
        ("a b\n", "https://api.test/api/v2/jobs/a%20b%0A"),
        ("{x}%", "https://api.test/api/v2/jobs/%7Bx%7D%25"),
    ],
)
def test_id_in_the_path_of_a_reading_call_is_quoted(job_id: str, url: str) -> None:
    exchange = Exchange()
    exchange.client.read(ONCE, job_id=job_id)
    assert str(exchange.calls[0].url) == url
    assert exchange.calls[0].content == b""


@pytest.mark.parametrize(
    "failure",
    [
        Answer(429),
        Answer(500),
        Answer(502),
        Answer(503),
        Answer(504),
        Answer(408),
        Answer(200, "<html>"),
        Answer(200, "[]"),
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("dropped"),
        httpx.DecodingError("not gzip"),
    ],
)
def test_temporary_failure_is_tried_at_most_four_times(failure: Reply) -> None:
    recovered = Exchange(failure, failure, failure, Answer(200, {"ok": True}))
    assert recovered.read() == {"ok": True}
    assert len(recovered.calls) == 4
    assert len(recovered.slept) == 3
    broken = Exchange(failure)
    with pytest.raises(PurgeError):
        broken.read()
    assert len(broken.calls) == 4


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RefusedByGenesys),
        (401, AuthenticationFailed),
        (403, PermissionMissing),
        (404, RefusedByGenesys),
        (409, RefusedByGenesys),
        (413, RefusedByGenesys),
        (422, RefusedByGenesys),
        (302, RefusedByGenesys),
        (507, StorageExhausted),
    ],
)
def test_permanent_failure_is_not_retried(status: int, kind: type[PurgeError]) -> None:
    exchange = Exchange(Answer(status))
    with pytest.raises(kind):
        exchange.read()
    # A refused token is renewed once.
    assert len(exchange.calls) == (2 if status == 401 else 1)
    assert exchange.slept == []


@pytest.mark.parametrize(
    ("missing", "kind"),
    [
        (Missing.JOB, JobLost),
        (Missing.ENTITY, NotAtGenesys),
        (Missing.REFUSED, RefusedByGenesys),
    ],
)
def test_404_means_what_its_operation_declares(missing: Missing, kind: type[PurgeError]) -> None:
    exchange = Exchange(Answer(404, {"message": "no such thing"}))
    with pytest.raises(kind, match="answered 404: no such thing") as failed:
        exchange.read(READ._replace(missing=missing))
    assert type(failed.value) is kind


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (Answer(429, headers=(("Retry-After", "9"),)), RateLimited),
        (Answer(504), StillWorking),
        (Answer(503), GenesysUnavailable),
        (Answer(200, "OK"), UnreadableAnswer),
        (httpx.ReadTimeout("slow"), GenesysUnavailable),
    ],
)
def test_status_poll_is_not_retried(failure: Reply, kind: type[PurgeError]) -> None:
    exchange = Exchange(failure)
    with pytest.raises(kind):
        exchange.read(ONCE, job_id="job-1")
    assert (len(exchange.calls), exchange.slept) == (1, [])


def test_retry_waits_at_least_the_retry_after() -> None:
    exchange = Exchange(Answer(429, headers=(("Retry-After", "3"),)), Answer())
    exchange.read()
    assert 3 <= exchange.slept[0] <= 4


def test_retry_after_beyond_the_longest_backoff_raises_the_error() -> None:
    exchange = Exchange(Answer(429, headers=(("Retry-After", "9"),)), Answer())
    with pytest.raises(RateLimited) as refused:
        exchange.read()
    assert (refused.value.retry_after, exchange.slept) == (9, [])


def test_backoff_grows_and_has_jitter() -> None:
    pauses = [_pauses() for _ in range(40)]
    assert all(0 <= pause <= 0.5 * 2 ** (n + 1) for each in pauses for n, pause in enumerate(each))
    assert max(each[2] for each in pauses) > 1
    assert len({each[0] for each in pauses}) > 1


def _pauses() -> list[float]:
    exchange = Exchange(Answer(503), Answer(503), Answer(503), Answer())
    exchange.read()
    return exchange.slept


def test_refused_token_is_renewed_once() -> None:
    exchange = Exchange(Answer(401), Answer(200, {"ok": True}), tokens=(token("a"), token("b")))
    assert exchange.read() == {"ok": True}
    sent = [call.headers["authorization"] for call in exchange.calls]
    assert sent == ["Bearer a", "Bearer b"]


def test_refused_new_token_raises_authentication_failed() -> None:
    exchange = Exchange(Answer(401, {"message": "no"}), tokens=(token("a"), token("b")))
    with pytest.raises(AuthenticationFailed, match="answered 401: no"):
        exchange.read()
    assert (len(exchange.calls), len(exchange.token_requests)) == (2, 2)


@pytest.mark.parametrize("scope", ["analytics:query", "purge:read analytics:query", None, "", "  "])
def test_call_is_sent_if_its_scope_is_present_or_not_reported(scope: str | None) -> None:
    exchange = Exchange(tokens=(token(scope=scope),))
    exchange.read()
    assert len(exchange.calls) == 1


def test_missing_scope_is_named_and_no_call_is_sent() -> None:
    exchange = Exchange(tokens=(token(scope="purge:write analytics:events:read"),))
    with pytest.raises(PermissionMissing) as refused:
        exchange.read()
    assert refused.value.permission == "analytics:query"
    assert "no scope analytics:query" in str(refused.value)
    assert exchange.calls == []


def test_forbidden_call_names_the_required_scope() -> None:
    exchange = Exchange(Answer(403, {"message": "missing.permissions"}))
    with pytest.raises(PermissionMissing) as refused:
        exchange.read()
    assert refused.value.permission == "analytics:query"
    assert "missing.permissions; the OAuth client needs analytics:query" in str(refused.value)
