"""The signature of a webhook: HMAC-SHA256 over the raw bytes."""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode
from collections.abc import Iterable

PREFIX = "sha256="
DIGEST_BYTES = 32
HEX_LENGTH = 2 * DIGEST_BYTES
LONGEST = 100


def is_genuine(body: bytes, signature: str, secrets: Iterable[bytes]) -> bool:
    """Whether `signature` is the digest of exactly these bytes under one of the secrets.

    The digest is in hex or base64, with or without `sha256=`. Every secret is compared in constant
    time, even after one that matches.
    """
    given = _digest_in(signature)
    if given is None:
        return False
    matches = [
        hmac.compare_digest(hmac.digest(secret, body, "sha256"), given) for secret in secrets
    ]
    return any(matches)


def _digest_in(signature: str) -> bytes | None:
    text = signature.strip().removeprefix(PREFIX)
    if len(text) > LONGEST:
        return None
    try:
        digest = bytes.fromhex(text) if len(text) == HEX_LENGTH else b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return digest if len(digest) == DIGEST_BYTES else None
