"""is_genuine: which signatures prove the sender of a webhook."""

from __future__ import annotations

import hmac
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.webhooks.inbound.signature import is_genuine
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.webhooks.digests import by_hand

BODY = b'{"deletedCount": 5}'
CURRENT, PREVIOUS, OLDER = b"current-secret", b"previous-secret", b"older-secret"
SECRETS = [CURRENT, PREVIOUS]


def digest(body: bytes = BODY, secret: bytes = CURRENT, algorithm: str = "sha256") -> bytes:
    return hmac.new(secret, body, algorithm).digest()


HEX, BASE64 = digest().hex(), b64encode(digest()).decode()


def test_digest_is_accepted_in_hex_and_base64_with_and_without_prefix() -> None:
    for prefix in ("sha256=", ""):
        for text in (HEX, HEX.upper(), BASE64):
            for frame in ("{}", " {}", "{}\t", "\r\n{}\r\n"):
                assert is_genuine(BODY, frame.format(prefix + text), SECRETS)


def test_digest_is_hmac_sha256() -> None:
    assert is_genuine(BODY, by_hand(BODY, CURRENT).hex(), SECRETS)
    long = b"s" * 65
    assert is_genuine(BODY, by_hand(BODY, long).hex(), [long])


def test_empty_body_may_be_signed() -> None:
    assert is_genuine(b"", digest(b"").hex(), SECRETS)


@pytest.mark.parametrize(
    ("secret", "genuine"), [(CURRENT, True), (PREVIOUS, True), (OLDER, False), (b"", False)]
)
def test_only_the_current_and_the_previous_secret_prove_the_sender(
    secret: bytes, *, genuine: bool
) -> None:
    for text in (digest(secret=secret).hex(), b64encode(digest(secret=secret)).decode()):
        assert is_genuine(BODY, f"sha256={text}", SECRETS) is genuine


def test_without_a_secret_no_signature_is_genuine() -> None:
    assert not is_genuine(BODY, HEX, [])


def test_signature_of_other_bytes_is_not_genuine() -> None:
    others = [b"", BODY + b" ", b" " + BODY, BODY[:-1], BODY.replace(b" ", b"")]
    others.append(BODY.replace(b"5", b"6"))
    assert [body for body in others if is_genuine(body, f"sha256={HEX}", SECRETS)] == []


def test_truncated_digest_is_not_genuine() -> None:
    for text in (HEX, BASE64):
        cut = [text[:length] for length in range(len(text))] + [text[start:] for start in (1, 2, 4)]
        for prefix in ("sha256=", ""):
            assert not any(is_genuine(BODY, prefix + each, SECRETS) for each in cut)


def test_digest_with_one_wrong_bit_is_not_genuine() -> None:
    for bit in range(256):
        wrong = bytearray(digest())
        wrong[bit // 8] ^= 1 << bit % 8
        assert not is_genuine(BODY, f"sha256={wrong.hex()}", SECRETS)
        assert not is_genuine(BODY, b64encode(wrong).decode(), SECRETS)


WRONG = [
    *("", " ", "sha256", "sha256=", f"sha256=sha256={HEX}", f"SHA256={HEX}", f"sha256 = {HEX}"),
    *(f"sha1={HEX}", f"v1,{BASE64}", f"{HEX},{HEX}", f"{HEX} {HEX}", f"{BASE64},{BASE64}"),
    *(f"0x{HEX}", f"{HEX[:32]} {HEX[32:]}", f"{HEX[:31]} {HEX[32:]}", HEX + "00"),
    *(BASE64.rstrip("="), BASE64 + "=", f"{BASE64[:20]}\n{BASE64[20:]}"),
    digest(algorithm="sha1").hex(),
    digest(algorithm="sha512").hex(),
    sha256(BODY).hexdigest(),
    HEX.encode().hex(),
    b64encode(HEX.encode()).decode(),
    *("0" * 64, "\u0660" * 64, "\ud800" * 64, "\0" * 44, "A" * 1_000_000),
]


def test_any_other_text_is_not_genuine() -> None:
    assert [each[:80] for each in WRONG if is_genuine(BODY, each, SECRETS)] == []


def test_base64_for_urls_is_not_accepted() -> None:
    body = next(
        each for each in (str(n).encode() for n in range(1_000)) if b"/" in b64encode(digest(each))
    )
    assert not is_genuine(body, urlsafe_b64encode(digest(body)).decode(), SECRETS)
    assert is_genuine(body, b64encode(digest(body)).decode(), SECRETS)


def test_every_secret_is_compared_in_constant_time() -> None:
    for secret in (CURRENT, PREVIOUS, OLDER):
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
def test_random_signature_is_not_genuine(body: bytes, signature: str, secrets: list[bytes]) -> None:
    assert not is_genuine(body, signature, secrets)


@given(st.binary(), st.binary(min_size=1), secrets, forms)
def test_signature_under_another_secret_is_not_genuine(
    body: bytes, secret: bytes, others: list[bytes], form: Any
) -> None:
    # HMAC fills a key up with zero bytes, so these keys would be the same.
    assume(secret.rstrip(b"\0") not in {each.rstrip(b"\0") for each in others})
    signature = form(digest(body, secret))
    assert not is_genuine(body, signature, others)
    assert is_genuine(body, signature, [*others, secret])
