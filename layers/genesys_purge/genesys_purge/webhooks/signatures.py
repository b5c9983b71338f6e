"""HMAC-SHA256 signatures: those of Genesys that we check, and those that we make."""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

PREFIX = "sha256="
DIGEST_BYTES = 32
HEX_LENGTH = 2 * DIGEST_BYTES
LONGEST = 100


def is_genuine(body: bytes, signature: str, secrets: Iterable[bytes]) -> bool:
    """Whether `signature` is the digest of these very bytes under one of the secrets.

    `sha256=` and the digest in hex or base64, the prefix being optional; every secret is tried, in
    constant time, whichever fits.
    """
    given = _digest_in(signature)
    if given is None:
        return False
    fits = [hmac.compare_digest(_digest(body, secret), given) for secret in secrets]
    return any(fits)


def standard_headers(
    notification_id: str, timestamp: int, body: bytes, secret: bytes
) -> dict[str, str]:
    """The headers of Standard Webhooks; `timestamp` is in seconds since 1970."""
    content = b".".join((notification_id.encode(), str(timestamp).encode(), body))
    return {
        "webhook-id": notification_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{b64encode(_digest(content, secret)).decode()}",
    }


def signed_entry(entry: Mapping[str, Any], secret: bytes) -> dict[str, Any]:
    """The entry with `auditSignature`: `sha256=` and the hex digest of its canonical JSON.

    Canonical is as in RFC 8785, which is keys in order and no blanks where there are no fractions.
    """
    content = orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)
    return {**entry, "auditSignature": PREFIX + _digest(content, secret).hex()}


def _digest(content: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, content, "sha256")


def _digest_in(signature: str) -> bytes | None:
    text = signature.strip().removeprefix(PREFIX)
    if len(text) > LONGEST:
        return None
    try:
        digest = bytes.fromhex(text) if len(text) == HEX_LENGTH else b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return digest if len(digest) == DIGEST_BYTES else None
