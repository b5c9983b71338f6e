"""The way out: only to what was checked, under the host's own name, and never for long."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from genesys_purge.webhooks.receiver import HttpsReceiver, ReceiverRefused, ReceiverUnreachable
from hypothesis import given
from hypothesis import strategies as st

HOST = "hooks.example"
BODY = b'{"event":"run.finished"}'
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
SHORT = 0.2
SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)

Behaviour = Callable[[socket.socket], None]


class Endpoint:
    """A server on this machine that behaves as it is told, one caller after the other."""

    def __init__(
        self, behaviour: Behaviour, *, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1"
    ) -> None:
        self.protocols: list[str | None] = []
        self._received: list[bytes] = []
        self._behaviour = behaviour
        self._tls = tls
        self._family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, 0), family=self._family)
        self.port: int = self._listener.getsockname()[1]
        self._last_caller: object = None
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Endpoint:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.received()

    def received(self) -> list[bytes]:
        """What each caller sent; nobody is served after this."""
        if self._last_caller is None:
            address = self._listener.getsockname()
            with socket.socket(self._family) as caller:
                caller.bind((address[0], 0))
                self._last_caller = caller.getsockname()
                caller.connect(address)
                self._thread.join()
            self._listener.close()
        return self._received

    def _serve(self) -> None:
        while True:
            caller, address = self._listener.accept()
            caller.settimeout(10 * SHORT)
            with caller:
                if address == self._last_caller:
                    return
                self._received.append(b"")
                self._answer(caller)

    def _answer(self, caller: socket.socket) -> None:
        try:
            if self._tls is None:
                self._exchange(caller)
                return
            with self._tls.wrap_socket(caller, server_side=True) as secured:
                self.protocols.append(secured.selected_alpn_protocol())
                self._exchange(secured)
        except OSError:
            # The caller hung up, which is what many of these tests are about.
            return

    def _exchange(self, caller: socket.socket) -> None:
        while b"\r\n\r\n" not in self._received[-1] or not self._is_whole():
            chunk = caller.recv(65_536)
            if not chunk:
                return
            self._received[-1] += chunk
        self._behaviour(caller)

    def _is_whole(self) -> bool:
        head, _, body = self._received[-1].partition(b"\r\n\r\n")
        _, _, length = head.lower().partition(b"content-length: ")
        return len(body) >= int(length.split(b"\r\n")[0])


def answers(answer: bytes) -> Behaviour:
    return lambda caller: caller.sendall(answer)


def drips(lead: bytes, drop: bytes, end: bytes) -> Behaviour:
    """Drop by drop for some ten deadlines, after which it ends well."""

    def drip(caller: socket.socket) -> None:
        caller.sendall(lead)
        caller.settimeout(SHORT / 10)
        for _ in range(100):
            caller.sendall(drop)
            try:
                if caller.recv(1) == b"":
                    return
            except TimeoutError:
                continue
        caller.sendall(end)

    return drip


def hangs(caller: socket.socket) -> None:
    """Until the caller hangs up, or for some ten deadlines."""
    caller.recv(1)


class Names:
    """A resolver: one answer after the other, the last for ever; `asked` is what it was asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


class Authority:
    """Issues certificates; `trusting` is a context that trusts it."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
        self._certificate = self._signed(self._name, self._key, ())

    def trusting(self) -> ssl.SSLContext:
        pem = self._certificate.public_bytes(Encoding.PEM).decode()
        context = ssl.create_default_context(cadata=pem)
        # As newer versions of Python have it from the start.
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    def server(self, folder: Path, host: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(x509.Name([]), key, (host,))
        file = folder / "server.pem"
        file.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + certificate.public_bytes(Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        context.set_alpn_protocols(["h2", "http/1.1"])
        return context

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, hosts: Sequence[str]
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=not hosts, path_length=None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )
        extension = names if hosts else SIGNS_CERTIFICATES
        return builder.add_extension(extension, critical=True).sign(self._key, hashes.SHA256())


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def receiver(endpoint: Endpoint, names: Names | None = None, **changes: Any) -> HttpsReceiver:
    """One that may call the endpoint, under the host's name, and has a name for it."""
    allowed = frozenset({f"{HOST}:{endpoint.port}"})
    given: dict[str, Any] = {"allowed_hosts": allowed, "loopback": True, **changes}
    return HttpsReceiver(**{"resolver": names or Names(["127.0.0.1"]), **given})


def url(endpoint: Endpoint, scheme: str = "http", path: str = "/hook") -> str:
    return f"{scheme}://{HOST}:{endpoint.port}{path}"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(answers(NO_CONTENT)) as started:
        yield started


def diverted(monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint) -> list[tuple[str, int]]:
    """Where connections are asked for from now on; each goes to the endpoint instead."""
    connect = socket.create_connection
    asked: list[tuple[str, int]] = []

    def to_the_endpoint(address: tuple[str, int], *rest: Any, **named: Any) -> socket.socket:
        asked.append(address)
        return connect(("127.0.0.1", endpoint.port), *rest, **named)

    monkeypatch.setattr(socket, "create_connection", to_the_endpoint)
    return asked


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint) -> list[tuple[str, int]]:
    return diverted(monkeypatch, endpoint)


def test_a_post_is_sent_whole_and_answered_by_its_status(endpoint: Endpoint) -> None:
    status = receiver(endpoint).post(url(endpoint, path="/a?b=c"), {"webhook-id": "msg_1"}, BODY)
    assert status == 204
    (request,) = endpoint.received()
    head, _, body = request.partition(b"\r\n\r\n")
    assert body == BODY
    assert head.split(b"\r\n") == [
        b"POST /a?b=c HTTP/1.1",
        f"Host: {HOST}:{endpoint.port}".encode(),
        b"Connection: close",
        b"webhook-id: msg_1",
        b"Content-Length: 24",
    ]


def test_a_body_of_many_pieces_arrives_whole(endpoint: Endpoint) -> None:
    body = bytes(range(256)) * 1_024
    assert receiver(endpoint).post(url(endpoint), {}, body) == 204
    assert endpoint.received()[0].endswith(b"\r\n\r\n" + body)


@pytest.mark.parametrize("status", [200, 299, 301, 302, 307, 308, 400, 401, 410, 429, 500, 503])
def test_every_status_is_returned_and_none_is_followed(status: int) -> None:
    with Endpoint(hangs) as elsewhere:
        answer = f"HTTP/1.1 {status} X\r\nLocation: {url(elsewhere)}\r\nContent-Length: 0\r\n\r\n"
        with Endpoint(answers(answer.encode())) as endpoint:
            allowed = frozenset({f"{HOST}:{endpoint.port}", f"{HOST}:{elsewhere.port}"})
            sender = receiver(endpoint, allowed_hosts=allowed)
            assert sender.post(url(endpoint), {}, BODY) == status
        assert (len(endpoint.received()), elsewhere.received()) == (1, [])


def test_no_connection_is_used_twice(endpoint: Endpoint) -> None:
    sender = receiver(endpoint)
    assert [sender.post(url(endpoint), {}, BODY) for _ in range(3)] == [204] * 3
    assert len(endpoint.received()) == 3


def test_a_preliminary_answer_is_not_the_status() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n"
    with Endpoint(answers(early)) as endpoint:
        assert receiver(endpoint).post(url(endpoint), {}, BODY) == 202


def test_a_url_that_is_not_allowed_is_not_even_resolved(endpoint: Endpoint) -> None:
    names = Names(["127.0.0.1"])
    for sender, target in (
        (receiver(endpoint, names, loopback=False), url(endpoint)),
        (receiver(endpoint, names, allowed_hosts=frozenset({HOST})), url(endpoint)),
        (receiver(endpoint, names), url(endpoint) + "#part"),
    ):
        with pytest.raises(ReceiverRefused):
            sender.post(target, {}, BODY)
    assert (names.asked, endpoint.received()) == ([], [])


@pytest.mark.parametrize("addresses", [["8.8.8.8", "10.0.0.1"], ["10.0.0.1", "8.8.8.8"]])
def test_a_name_with_a_closed_address_among_public_ones_is_refused(
    endpoint: Endpoint, connections: list[tuple[str, int]], addresses: list[str]
) -> None:
    sender = receiver(endpoint, Names(addresses), loopback=False)
    with pytest.raises(ReceiverRefused, match=rf"^{HOST} is 10\.0\.0\.1, which is not called"):
        sender.post(url(endpoint, "https"), {}, BODY)
    assert connections == []


def test_a_name_for_this_machine_is_refused_without_loopback(
    endpoint: Endpoint, connections: list[tuple[str, int]]
) -> None:
    with pytest.raises(ReceiverRefused, match=rf"^{HOST} is 127\.0\.0\.1, which is not called"):
        receiver(endpoint, loopback=False).post(url(endpoint, "https"), {}, BODY)
    assert connections == []


def test_with_loopback_a_private_address_is_still_refused(
    endpoint: Endpoint, connections: list[tuple[str, int]]
) -> None:
    with pytest.raises(ReceiverRefused, match=r"is 192\.168\.0\.1, which is not called over http$"):
        receiver(endpoint, Names(["127.0.0.1", "192.168.0.1"])).post(url(endpoint), {}, BODY)
    assert connections == []


def test_a_name_is_resolved_once_and_what_was_checked_is_what_is_called(
    endpoint: Endpoint, connections: list[tuple[str, int]]
) -> None:
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    assert receiver(endpoint, names).post(url(endpoint), {}, BODY) == 204
    assert names.asked == [(HOST, endpoint.port)]
    assert connections == [("127.0.0.1", endpoint.port)]


def test_the_system_is_asked_for_a_name_once(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve, asked = socket.getaddrinfo, []

    def recorded(host: str, *rest: Any, **named: Any) -> Any:
        asked.append(host)
        return resolve("127.0.0.1", *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", recorded)
    sender = HttpsReceiver(frozenset({f"{HOST}:{endpoint.port}"}), loopback=True)
    assert sender.post(url(endpoint), {}, BODY) == 204
    assert asked == [HOST, "127.0.0.1"]


def test_a_name_without_an_address_may_have_one_later(endpoint: Endpoint) -> None:
    def unknown(*_: object) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    for resolver in (unknown, Names([])):
        with pytest.raises(ReceiverUnreachable, match=f"^{HOST} gave no answer: gaierror$"):
            receiver(endpoint, resolver=resolver).post(url(endpoint), {}, BODY)
    assert endpoint.received() == []


def test_addresses_are_called_in_their_order_until_one_accepts(
    endpoint: Endpoint, connections: list[tuple[str, int]]
) -> None:
    sender = receiver(endpoint, Names(["127.0.0.3", "127.0.0.2"]))
    assert sender.post(url(endpoint), {}, BODY) == 204
    assert connections == [("127.0.0.3", endpoint.port)]


def test_where_one_address_does_not_accept_the_next_is_called(endpoint: Endpoint) -> None:
    assert (
        receiver(endpoint, Names(["127.0.0.2", "127.0.0.1"])).post(url(endpoint), {}, BODY) == 204
    )


def test_nobody_listening_may_be_tried_again(endpoint: Endpoint) -> None:
    with pytest.raises(ReceiverUnreachable, match=f"^{HOST} gave no answer: ConnectionRefused"):
        receiver(endpoint, Names(["127.0.0.2"])).post(url(endpoint), {}, BODY)


def test_ipv6_is_called_and_named_in_brackets() -> None:
    with Endpoint(answers(NO_CONTENT), address="::1") as endpoint:
        allowed = frozenset({f"[::1]:{endpoint.port}"})
        sender = HttpsReceiver(allowed, loopback=True)
        assert sender.post(f"http://[::1]:{endpoint.port}/", {}, BODY) == 204
    assert f"\r\nHost: [::1]:{endpoint.port}\r\n".encode() in endpoint.received()[0]


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_used(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with Endpoint(answers(b"HTTP/1.1 502 Proxy\r\n\r\n")) as proxy:
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert receiver(endpoint).post(url(endpoint), {}, BODY) == 204
        assert proxy.received() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-id", "a\r\nX-Injected: b"),
        ("webhook-id", "a\nX-Injected: b"),
        ("webhook-id", "a\rb"),
        ("webhook-id", "a\0b"),
        ("webhook-id", "a\r\n\r\nPOST / HTTP/1.1"),
        ("webhook-id", "secret\r\n"),
        ("webhook-id", "é"),
        ("webhook-id\r\nX-Injected", "b"),
        ("webhook-id:", "b"),
        ("webhook id", "b"),
        ("", "b"),
        ("ﬁ", "b"),
    ],
)
def test_a_header_that_is_more_than_one_is_refused_and_not_repeated(
    endpoint: Endpoint, name: str, value: str
) -> None:
    with pytest.raises(ReceiverRefused) as refused:
        receiver(endpoint).post(url(endpoint), {name: value}, BODY)
    assert str(refused.value) == f"a header for {HOST} cannot be sent"
    assert refused.value.__suppress_context__
    assert not any(endpoint.received())


@pytest.mark.parametrize("name", ["Host", "connection", "Content-Length", "TRANSFER-ENCODING"])
def test_a_header_that_frames_the_request_is_not_the_callers(endpoint: Endpoint, name: str) -> None:
    with pytest.raises(ReceiverRefused, match=f"^{name} for {HOST} is not the caller's to set$"):
        receiver(endpoint).post(url(endpoint), {name: "1"}, BODY)
    assert endpoint.received() == []


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(hangs, id="silence"),
        pytest.param(drips(b"", b"H", NO_CONTENT), id="no status line"),
        pytest.param(drips(b"HTTP/1.1 200 OK\r\nA: ", b"a", b"\r\n\r\n"), id="an endless header"),
        pytest.param(drips(b"", b"HTTP/1.1 100 C\r\n\r\n", NO_CONTENT), id="patience"),
    ],
)
def test_a_receiver_that_takes_its_time_is_left_at_the_deadline(behaviour: Behaviour) -> None:
    with (
        Endpoint(behaviour) as endpoint,
        pytest.raises(ReceiverUnreachable, match=f"^{HOST} gave no answer within 0.2 seconds$"),
    ):
        receiver(endpoint, timeout_seconds=SHORT).post(url(endpoint), {}, BODY)


def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on every look at the clock takes a second."""
    clock = SimpleNamespace(monotonic=count().__next__)
    monkeypatch.setattr("genesys_purge.webhooks.receiver.time", clock)


@pytest.mark.parametrize(
    "seconds",
    range(1, 6),
    ids=["resolving", "connecting", "sending the head", "sending the body", "reading"],
)
def test_whatever_is_done_when_time_runs_out_is_the_last(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    ticking(monkeypatch)
    with pytest.raises(ReceiverUnreachable, match=f"gave no answer within {seconds} seconds$"):
        receiver(endpoint, timeout_seconds=seconds).post(url(endpoint), {}, BODY)


def test_a_delivery_that_ends_in_time_is_not_cut_off(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticking(monkeypatch)
    assert receiver(endpoint, timeout_seconds=6).post(url(endpoint), {}, BODY) == 204


def test_a_receiver_that_does_not_read_is_left_at_the_deadline() -> None:
    """A connection is accepted by the system before the server does it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        sender = HttpsReceiver(
            frozenset({f"127.0.0.1:{port}"}), loopback=True, timeout_seconds=SHORT
        )
        with pytest.raises(ReceiverUnreachable, match="gave no answer within"):
            sender.post(f"http://127.0.0.1:{port}/", {}, bytes(64 * 1024 * 1024))


def test_a_resolver_that_hangs_is_left_at_the_deadline(endpoint: Endpoint) -> None:
    over, waited = threading.Event(), []

    def hanging(*_: object) -> Sequence[str]:
        waited.append(over.wait(10 * SHORT))
        return ["127.0.0.1"]

    sender = receiver(endpoint, resolver=hanging, timeout_seconds=SHORT)
    with pytest.raises(ReceiverUnreachable, match="gave no answer within"):
        sender.post(url(endpoint), {}, BODY)
    assert waited == []
    over.set()
    assert endpoint.received() == []


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n" + b"A: a\r\n" * 1_000_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"a" * 6_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 300_000 + NO_CONTENT,
        b"a" * 6_000_000,
    ],
    ids=["headers", "a header", "preliminary answers", "no answer"],
)
def test_a_giant_head_is_not_read_to_its_end(answer: bytes) -> None:
    with (
        Endpoint(answers(answer)) as endpoint,
        pytest.raises(ReceiverUnreachable, match=f"^{HOST} gave no answer: RemoteProtocolError$"),
    ):
        receiver(endpoint).post(url(endpoint), {}, BODY)


def padded(length: int) -> bytes:
    """An answer that ends with its status at that length."""
    lead, end = b"HTTP/1.1 100 Continue\r\nA: ", b"\r\n\r\n" + NO_CONTENT
    return lead.ljust(length - len(end), b"a") + end


def test_what_is_read_of_an_answer_is_64_kib_and_no_more() -> None:
    with Endpoint(answers(padded(64 * 1024))) as endpoint:
        assert receiver(endpoint).post(url(endpoint), {}, BODY) == 204
    with Endpoint(answers(padded(64 * 1024 + 1))) as endpoint, pytest.raises(ReceiverUnreachable):
        receiver(endpoint).post(url(endpoint), {}, BODY)


def test_a_giant_body_is_not_read_and_its_status_counts() -> None:
    sent: list[int] = []

    def giant(caller: socket.socket) -> None:
        caller.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(10_000):
            caller.sendall(b"FFFF\r\n" + b"a" * 0xFFFF + b"\r\n")
            sent.append(0xFFFF)

    with Endpoint(giant) as endpoint:
        assert receiver(endpoint).post(url(endpoint), {}, BODY) == 200
    assert len(sent) < 10_000


def test_a_body_that_never_comes_is_not_waited_for() -> None:
    with Endpoint(drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"", b"")) as endpoint:
        assert receiver(endpoint).post(url(endpoint), {}, BODY) == 200


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: a\r\n\r\n",
        b"HTTP/1.1 200 OK\r\na b: secret\r\n\r\n",
    ],
)
def test_an_answer_that_is_no_http_is_no_answer_and_not_repeated(answer: bytes) -> None:
    with Endpoint(answers(answer)) as endpoint, pytest.raises(ReceiverUnreachable) as unreachable:
        receiver(endpoint).post(url(endpoint), {}, BODY)
    assert str(unreachable.value) == f"{HOST} gave no answer: RemoteProtocolError"
    assert unreachable.value.__suppress_context__


@given(answer=st.binary(max_size=200) | st.binary(max_size=99).map(b"HTTP/1.1 200 ".__add__))
def test_any_bytes_are_a_status_or_no_answer(answer: bytes) -> None:
    with Endpoint(answers(answer)) as endpoint:
        try:
            status = receiver(endpoint).post(url(endpoint), {}, BODY)
        except ReceiverUnreachable:
            return
    assert 200 <= status < 600


def test_over_tls_the_host_is_verified_and_named_by_the_urls_name(
    authority: Authority, tmp_path: Path
) -> None:
    named: list[str] = []
    context = authority.server(tmp_path, HOST)
    context.sni_callback = lambda _, name, __: named.append(name)
    with Endpoint(answers(NO_CONTENT), tls=context) as endpoint:
        sender = receiver(endpoint, ssl_context=authority.trusting)
        assert sender.post(url(endpoint, "https"), {"webhook-id": "msg_1"}, BODY) == 204
        assert sender.post(url(endpoint, "https"), {}, bytes(100_000)) == 204
    assert endpoint.received()[0].endswith(b"\r\n\r\n" + BODY)
    assert endpoint.received()[1].endswith(b"\r\n\r\n" + bytes(100_000))
    assert named == [HOST, HOST]
    assert endpoint.protocols == ["http/1.1", "http/1.1"]


def test_a_public_address_is_called_at_the_port_of_the_url_under_its_name(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(["8.8.8.8"], ["10.0.0.1"])
    with Endpoint(answers(NO_CONTENT), tls=authority.server(tmp_path, HOST)) as endpoint:
        connections = diverted(monkeypatch, endpoint)
        sender = HttpsReceiver(frozenset({HOST}), resolver=names, ssl_context=authority.trusting)
        assert sender.post(f"https://{HOST}/", {}, BODY) == 204
    assert (names.asked, connections) == ([(HOST, 443)], [("8.8.8.8", 443)])
    assert f"\r\nHost: {HOST}\r\n".encode() in endpoint.received()[0]


@pytest.mark.parametrize("certified", ["other.example", "127.0.0.1", f"a.{HOST}"])
def test_a_certificate_for_another_name_is_not_accepted(
    authority: Authority, tmp_path: Path, certified: str
) -> None:
    with Endpoint(answers(NO_CONTENT), tls=authority.server(tmp_path, certified)) as endpoint:
        sender = receiver(endpoint, ssl_context=authority.trusting)
        with pytest.raises(ReceiverUnreachable, match=r"no answer: SSLCertVerificationError$"):
            sender.post(url(endpoint, "https"), {}, BODY)
    assert endpoint.received() == [b""]


def test_a_certificate_of_an_unknown_authority_is_not_accepted(
    authority: Authority, tmp_path: Path
) -> None:
    with (
        Endpoint(answers(NO_CONTENT), tls=authority.server(tmp_path, HOST)) as endpoint,
        pytest.raises(ReceiverUnreachable, match=r"no answer: SSLCertVerificationError$"),
    ):
        receiver(endpoint).post(url(endpoint, "https"), {}, BODY)
    assert endpoint.received() == [b""]


def test_a_receiver_that_never_begins_tls_is_left_at_the_deadline_with_nothing_sent() -> None:
    with (
        Endpoint(hangs) as endpoint,
        pytest.raises(ReceiverUnreachable, match="gave no answer within"),
    ):
        receiver(endpoint, timeout_seconds=SHORT).post(url(endpoint, "https"), {}, BODY)
    assert BODY not in endpoint.received()[0]


def test_a_receiver_that_hangs_after_the_handshake_is_left_at_the_deadline(
    authority: Authority, tmp_path: Path
) -> None:
    with Endpoint(hangs, tls=authority.server(tmp_path, HOST)) as endpoint:
        sender = receiver(endpoint, ssl_context=authority.trusting, timeout_seconds=SHORT)
        with pytest.raises(ReceiverUnreachable, match="gave no answer within"):
            sender.post(url(endpoint, "https"), {}, BODY)


@pytest.mark.parametrize("seconds", range(1, 7))
def test_over_tls_too_whatever_is_done_when_time_runs_out_is_the_last(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    ticking(monkeypatch)
    with Endpoint(answers(NO_CONTENT), tls=authority.server(tmp_path, HOST)) as endpoint:
        sender = receiver(endpoint, ssl_context=authority.trusting, timeout_seconds=seconds)
        with pytest.raises(ReceiverUnreachable, match=f"gave no answer within {seconds} seconds$"):
            sender.post(url(endpoint, "https"), {}, BODY)
