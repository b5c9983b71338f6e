"""The signatures of notifications: HMAC-SHA256 under each key of the subscriber."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import orjson


def standard_headers(
    notification_id: str, timestamp: int, body: bytes, keys: Sequence[bytes]
) -> dict[str, str]:
    """The headers of Standard Webhooks; `timestamp` is in seconds since 1970.

    The signatures under the keys are separated by blanks.
    """
    content = b".".join((notification_id.encode(), str(timestamp).encode(), body))
    signatures = [f"v1,{b64encode(_digest(content, key)).decode()}" for key in keys]
    return {
        "webhook-id": notification_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def signed_entry(entry: Mapping[str, Any], keys: Sequence[bytes]) -> dict[str, Any]:
    """The entry with `auditSignature`: `sha256=` and the hex digest of its canonical JSON.

    Several keys give several signatures, separated by blanks. Canonical JSON is that of RFC 8785.
    Without fractions this means keys sorted by their UTF-16 code units, and no blanks.
    """
    content = orjson.dumps(_sorted(entry))
    signatures = [f"sha256={_digest(content, key).hex()}" for key in keys]
    return {**entry, "auditSignature": " ".join(signatures)}


def _sorted(value: Any) -> Any:
    match value:
        case Mapping():
            names = sorted(value, key=lambda name: str(name).encode("utf-16-be"))
            return {name: _sorted(value[name]) for name in names}
        case list():
            return [_sorted(each) for each in value]
    return value


def _digest(content: bytes, key: bytes) -> bytes:
    return hmac.digest(key, content, "sha256")
