"""Public keys in the form that `openssl` reads."""

from __future__ import annotations

from base64 import b64encode
from textwrap import wrap

LINE = 64


def pem_of(der: bytes) -> str:
    """A public key as PEM, from its DER-encoded SubjectPublicKeyInfo."""
    lines = [
        "-----BEGIN PUBLIC KEY-----",
        *wrap(b64encode(der).decode(), LINE),
        "-----END PUBLIC KEY-----",
    ]
    return "".join(f"{line}\n" for line in lines)
