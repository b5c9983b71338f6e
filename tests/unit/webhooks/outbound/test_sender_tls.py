"""HttpsSender over TLS: the host is verified by the name in the URL."""

from __future__ import annotations

from pathlib import Path

import pytest
from genesys_purge.webhooks.outbound.https_sender import HttpsSender, NoAnswer

from tests.unit.webhooks.outbound.certificates import Authority
from tests.unit.webhooks.outbound.endpoint import (
    BODY,
    HOST,
    NO_CONTENT,
    SHORT,
    Endpoint,
    Names,
    answers,
    diverted,
    hangs,
    sender,
    url,
)
from tests.unit.webhooks.outbound.test_sender_limits import ticking


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def test_host_is_verified_and_requested_by_the_name_in_the_url(
    authority: Authority, tmp_path: Path
) -> None:
    named: list[str] = []
    context = authority.server(tmp_path, HOST)
    context.sni_callback = lambda _, name, __: named.append(name)
    with Endpoint(answers(NO_CONTENT), tls=context) as endpoint:
        post = sender(endpoint, ssl_context=authority.trusting).post
        assert post(url(endpoint, "https"), {"webhook-id": "msg_1"}, BODY) == 204
        assert post(url(endpoint, "https"), {}, bytes(100_000)) == 204
    assert endpoint.received()[0].endswith(b"\r\n\r\n" + BODY)
    assert endpoint.received()[1].endswith(b"\r\n\r\n" + bytes(100_000))
    assert named == [HOST, HOST]
    assert endpoint.protocols == ["http/1.1", "http/1.1"]


def test_public_address_is_called_at_the_port_of_the_url(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(["8.8.8.8"], ["10.0.0.1"])
    with Endpoint(answers(NO_CONTENT), tls=authority.server(tmp_path, HOST)) as endpoint:
        connections = diverted(monkeypatch, endpoint)
        trusting = authority.trusting
        post = HttpsSender(frozenset({HOST}), resolver=names, ssl_context=trusting).post
        assert post(f"https://{HOST}/", {}, BODY) == 204
    assert (names.asked, connections) == ([(HOST, 443)], [("8.8.8.8", 443)])
    assert f"\r\nHost: {HOST}\r\n".encode() in endpoint.received()[0]


@pytest.mark.parametrize("certified", ["other.example", "127.0.0.1", f"a.{HOST}"])
def test_certificate_for_another_name_is_refused(
    authority: Authority, tmp_path: Path, certified: str
) -> None:
    with Endpoint(answers(NO_CONTENT), tls=authority.server(tmp_path, certified)) as endpoint:
        post = sender(endpoint, ssl_context=authority.trusting).post
        with pytest.raises(NoAnswer, match=r"no answer: SSLCertVerificationError$"):
            post(url(endpoint, "https"), {}, BODY)
    assert endpoint.received() == [b""]


def test_certificate_of_an_unknown_authority_is_refused(
    authority: Authority, tmp_path: Path
) -> None:
    with (
        Endpoint(answers(NO_CONTENT), tls=authority.server(tmp_path, HOST)) as endpoint,
        pytest.raises(NoAnswer, match=r"no answer: SSLCertVerificationError$"),
    ):
        sender(endpoint).post(url(endpoint, "https"), {}, BODY)
    assert endpoint.received() == [b""]


def test_missing_handshake_ends_at_the_deadline_with_nothing_sent() -> None:
    with Endpoint(hangs) as endpoint, pytest.raises(NoAnswer, match="gave no answer within"):
        sender(endpoint, timeout_seconds=SHORT).post(url(endpoint, "https"), {}, BODY)
    assert BODY not in endpoint.received()[0]


def test_silence_after_the_handshake_ends_at_the_deadline(
    authority: Authority, tmp_path: Path
) -> None:
    with Endpoint(hangs, tls=authority.server(tmp_path, HOST)) as endpoint:
        post = sender(endpoint, ssl_context=authority.trusting, timeout_seconds=SHORT).post
        with pytest.raises(NoAnswer, match="gave no answer within"):
            post(url(endpoint, "https"), {}, BODY)


def test_deadline_ends_every_step_over_tls(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusting = authority.server(tmp_path, HOST), authority.trusting
    for seconds in range(1, 7):
        ticking(monkeypatch)
        with Endpoint(answers(NO_CONTENT), tls=context) as endpoint:
            post = sender(endpoint, ssl_context=trusting, timeout_seconds=seconds).post
            with pytest.raises(NoAnswer, match=f"gave no answer within {seconds} seconds$"):
                post(url(endpoint, "https"), {}, BODY)
