"""Signed statements: DSSE 1.0.2 envelopes, and Sigstore bundles 0.3 around them."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Protocol

import orjson

PAYLOAD_TYPE = "application/vnd.in-toto+json"
SIGSTORE_BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"


class CertificateKey(Protocol):
    """A P-256 key whose private half signs and cannot be read."""

    @property
    def der(self) -> bytes:
        """The public key as a DER-encoded SubjectPublicKeyInfo."""

    def sign(self, digest: bytes) -> bytes:
        """The DER-encoded ECDSA signature of a SHA-256; each one differs."""


def key_id_of(der: bytes) -> str:
    """The id of a public key: the SHA-256 in hex of its DER form."""
    return hashlib.sha256(der).hexdigest()


def pre_authentication(payload: bytes) -> bytes:
    """The bytes that are signed: type and payload, each behind its length."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def envelope_of(payload: bytes, key: CertificateKey) -> bytes:
    """The statement with one signature, as the text of a file."""
    signature = key.sign(hashlib.sha256(pre_authentication(payload)).digest())
    signed = {"keyid": key_id_of(key.der), "sig": _encoded(signature)}
    content = {"payloadType": PAYLOAD_TYPE, "payload": _encoded(payload), "signatures": [signed]}
    return orjson.dumps(content)


def payload_of(envelope: bytes) -> bytes:
    """The statement in an envelope; no signature is checked."""
    return b64decode(orjson.loads(envelope)["payload"], validate=True)


def sigstore_bundle_of(envelope: bytes) -> bytes:
    """The same envelope in the form that `cosign` reads, with the id of the key as a hint."""
    content: Mapping[str, Any] = orjson.loads(envelope)
    (signed,) = content["signatures"]
    bundle = {
        "mediaType": SIGSTORE_BUNDLE,
        "verificationMaterial": {"publicKey": {"hint": signed["keyid"]}},
        "dsseEnvelope": {**content, "signatures": [{"sig": signed["sig"], "keyid": ""}]},
    }
    return orjson.dumps(bundle)


def _encoded(data: bytes) -> str:
    return b64encode(data).decode()
