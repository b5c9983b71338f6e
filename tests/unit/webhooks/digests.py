"""HMAC-SHA256 without the module `hmac`, as an independent reference."""

from __future__ import annotations

from hashlib import sha256


def by_hand(body: bytes, secret: bytes) -> bytes:
    """HMAC as RFC 2104 writes it."""
    key = (sha256(secret).digest() if len(secret) > 64 else secret).ljust(64, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in key) + body).digest()
    return sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()
