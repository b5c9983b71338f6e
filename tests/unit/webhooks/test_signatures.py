"""Signatures: which prove the sender, and how ours are made."""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from hashlib import sha256
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.webhooks.signatures import is_genuine, signed_entry, standard_headers
from hypothesis import assume, given
from hypothesis import strategies as st

BODY = b'{"deletedCount": 5}'
CURRENT, PREVIOUS, OLDER = b"current-secret", b"previous-secret", b"older-secret"
SECRETS = [CURRENT, PREVIOUS]


def digest(body: bytes = BODY, secret: bytes = CURRENT, algorithm: str = "sha256") -> bytes:
    return hmac.new(secret, body, algorithm).digest()


def by_hand(body: bytes, secret: bytes) -> bytes:
    """HMAC as RFC 2104 writes it, by hashing alone."""
    key = (sha256(secret).digest() if len(secret) > 64 else secret).ljust(64, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in key) + body).digest()
    return sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()


HEX, BASE64 = digest().hex(), b64encode(digest()).decode()


@pytest.mark.parametrize("prefix", ["sha256=", ""])
@pytest.mark.parametrize("text", [HEX, HEX.upper(), BASE64])
@pytest.mark.parametrize("frame", ["{}", " {}", "{}\t", "\r\n{}\r\n"])
def test_a_digest_is_taken_in_hex_and_in_base64_with_the_prefix_or_without(
    prefix: str, text: str, frame: str
) -> None:
    assert is_genuine(BODY, frame.format(prefix + text), SECRETS)


def test_the_digest_is_that_of_the_standard() -> None:
    assert is_genuine(BODY, by_hand(BODY, CURRENT).hex(), SECRETS)
    long = b"s" * 65
    assert is_genuine(BODY, by_hand(BODY, long).hex(), [long])


def test_the_body_of_nothing_may_be_signed() -> None:
    assert is_genuine(b"", digest(b"").hex(), SECRETS)


@pytest.mark.parametrize(
    ("secret", "genuine"), [(CURRENT, True), (PREVIOUS, True), (OLDER, False), (b"", False)]
)
def test_the_current_secret_and_the_one_before_it_count_and_no_other(
    secret: bytes, *, genuine: bool
) -> None:
    for text in (digest(secret=secret).hex(), b64encode(digest(secret=secret)).decode()):
        assert is_genuine(BODY, f"sha256={text}", SECRETS) is genuine


def test_without_a_secret_nothing_is_genuine() -> None:
    assert not is_genuine(BODY, HEX, [])


@pytest.mark.parametrize(
    "body",
    [b"", BODY + b" ", b" " + BODY, BODY[:-1], BODY.replace(b" ", b""), BODY.replace(b"5", b"6")],
)
def test_a_signature_of_other_bytes_proves_nothing(body: bytes) -> None:
    assert not is_genuine(body, f"sha256={HEX}", SECRETS)


@pytest.mark.parametrize("text", [HEX, BASE64])
@pytest.mark.parametrize("prefix", ["sha256=", ""])
def test_a_truncated_digest_proves_nothing(text: str, prefix: str) -> None:
    cut = [text[:length] for length in range(len(text))] + [text[start:] for start in (1, 2, 4)]
    assert not any(is_genuine(BODY, prefix + each, SECRETS) for each in cut)


def test_no_bit_of_a_digest_may_differ() -> None:
    for bit in range(256):
        wrong = bytearray(digest())
        wrong[bit // 8] ^= 1 << bit % 8
        assert not is_genuine(BODY, f"sha256={wrong.hex()}", SECRETS)
        assert not is_genuine(BODY, b64encode(wrong).decode(), SECRETS)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        " ",
        "sha256",
        "sha256=",
        f"sha256=sha256={HEX}",
        f"SHA256={HEX}",
        f"sha256 = {HEX}",
        f"sha1={HEX}",
        f"v1,{BASE64}",
        f"{HEX},{HEX}",
        f"{HEX} {HEX}",
        f"{BASE64},{BASE64}",
        f"0x{HEX}",
        f"{HEX[:32]} {HEX[32:]}",
        f"{HEX[:31]} {HEX[32:]}",
        HEX + "00",
        BASE64.rstrip("="),
        BASE64 + "=",
        f"{BASE64[:20]}\n{BASE64[20:]}",
        digest(algorithm="sha1").hex(),
        digest(algorithm="sha512").hex(),
        sha256(BODY).hexdigest(),
        HEX.encode().hex(),
        b64encode(HEX.encode()).decode(),
        "0" * 64,
        "\u0660" * 64,
        "\ud800" * 64,
        "\0" * 44,
        "A" * 1_000_000,
    ],
)
def test_anything_else_is_no_signature(signature: str) -> None:
    assert not is_genuine(BODY, signature, SECRETS)


def test_base64_for_urls_is_not_taken() -> None:
    body = next(
        each for each in (str(n).encode() for n in range(1_000)) if b"/" in b64encode(digest(each))
    )
    assert not is_genuine(body, urlsafe_b64encode(digest(body)).decode(), SECRETS)
    assert is_genuine(body, b64encode(digest(body)).decode(), SECRETS)


@pytest.mark.parametrize("secret", [CURRENT, PREVIOUS, OLDER])
def test_every_secret_is_compared_in_constant_time_whichever_fits(secret: bytes) -> None:
    with patch("hmac.compare_digest", wraps=hmac.compare_digest) as compare:
        is_genuine(BODY, digest(secret=secret).hex(), SECRETS)
    assert compare.call_count == len(SECRETS)


secrets = st.lists(st.binary(min_size=1, max_size=80), max_size=3)
forms = st.sampled_from(
    [
        lambda given: given.hex(),
        lambda given: f"sha256={given.hex()}",
        lambda given: b64encode(given).decode(),
        lambda given: f"sha256={b64encode(given).decode()}",
    ]
)
signatures = st.text(st.characters(exclude_categories=[])) | st.builds(
    lambda form, given: form(given),
    forms,
    st.binary(max_size=40) | st.binary(min_size=32, max_size=32),
)


@given(st.binary(), signatures, secrets)
def test_no_bytes_and_no_header_pass_without_the_secret(
    body: bytes, signature: str, secrets: list[bytes]
) -> None:
    assert not is_genuine(body, signature, secrets)


@given(st.binary(), st.binary(min_size=1), secrets, forms)
def test_what_is_signed_under_another_secret_does_not_pass(
    body: bytes, secret: bytes, others: list[bytes], form: Any
) -> None:
    # A key is filled up with zero bytes, so that these would be the same.
    assume(secret.rstrip(b"\0") not in {each.rstrip(b"\0") for each in others})
    signature = form(digest(body, secret))
    assert not is_genuine(body, signature, others)
    assert is_genuine(body, signature, [*others, secret])


def test_the_headers_are_those_of_standard_webhooks() -> None:
    """The example that the standard's own implementations are tested with."""
    headers = standard_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        b'{"test": 2432232314}',
        b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(st.text("abcdefmsg_019", min_size=1), st.integers(0, 2**40), st.binary(), st.binary())
def test_the_headers_hold_whatever_is_signed(
    notification_id: str, timestamp: int, body: bytes, secret: bytes
) -> None:
    headers = standard_headers(notification_id, timestamp, body, secret)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    version, _, text = headers["webhook-signature"].partition(",")
    assert (version, b64decode(text)) == ("v1", by_hand(signed, secret))


keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(keys, values, max_size=5), st.binary())
def test_an_entry_is_signed_over_its_canonical_json(entry: dict[str, Any], secret: bytes) -> None:
    signed = signed_entry(entry, secret)
    rest = {name: value for name, value in signed.items() if name != "auditSignature"}
    assert rest == {name: value for name, value in entry.items() if name != "auditSignature"}
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    expected = by_hand(canonical.encode(), secret).hex()
    assert signed["auditSignature"] == f"sha256={expected}"


def test_an_entry_is_signed_the_same_in_whatever_order_it_is_written() -> None:
    one = signed_entry({"a": 1, "b": {"c": 2, "d": 3}}, CURRENT)
    other = signed_entry({"b": {"d": 3, "c": 2}, "a": 1}, CURRENT)
    assert one == other
    assert one["auditSignature"] != signed_entry({"a": 1}, CURRENT)["auditSignature"]
