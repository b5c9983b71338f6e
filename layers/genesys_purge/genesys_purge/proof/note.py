"""Checkpoints of the log as signed notes: C2SP signed-note 1.0.0 and tlog-checkpoint 1.0.0."""

from __future__ import annotations

import base64
import hashlib
from typing import NamedTuple

from genesys_purge.proof.pem import pem_of

ED25519 = b"\x01"
# What stands before the raw key in the DER form of an Ed25519 public key (RFC 8410).
SPKI_PREFIX = bytes.fromhex("302a300506032b6570032100")
RAW_KEY_BYTES = 32
SIGNATURE_BYTES = 64
KEY_ID_BYTES = 4


class VerifierKey(NamedTuple):
    """The public key of a log: its name, which is the origin of its checkpoints, and 32 bytes."""

    name: str
    raw: bytes

    @classmethod
    def of_der(cls, name: str, der: bytes) -> VerifierKey:
        """The key of a DER-encoded SubjectPublicKeyInfo; ValueError for another kind of key."""
        if len(der) != len(SPKI_PREFIX) + RAW_KEY_BYTES or not der.startswith(SPKI_PREFIX):
            raise ValueError("the public key is no Ed25519 key")
        return cls(name, der[len(SPKI_PREFIX) :])

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.raw).digest()[:4]

    @property
    def file(self) -> str:
        """The name of its files in the evidence bucket, without their endings."""
        return f"keys/{self.key_id.hex()}"

    @property
    def pem(self) -> str:
        """The key as `openssl` reads it."""
        return pem_of(SPKI_PREFIX + self.raw)

    def __str__(self) -> str:
        """The key as one line of text, which verifiers take."""
        return f"{self.name}+{self.key_id.hex()}+{_encoded(ED25519 + self.raw)}"


class Checkpoint(NamedTuple):
    """The state of a log: whose it is, how many entries it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def body(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{_encoded(self.root)}\n"

    @classmethod
    def in_note(cls, note: str) -> Checkpoint:
        """The checkpoint of a note. It checks no signature; ValueError for another text."""
        match note.partition("\n\n")[0].split("\n"):
            case [origin, size, root] if size.isdecimal() and str(int(size)) == size:
                return cls(origin, int(size), base64.b64decode(root, validate=True))
        raise ValueError("no checkpoint of three lines")

    def line(self, key: VerifierKey, signature: bytes) -> str:
        """The line of its note with a signature over the body; a note may have several."""
        if key.name != self.origin or len(signature) != SIGNATURE_BYTES:
            raise ValueError("the signature is not of this log's key")
        return f"— {key.name} {_encoded(key.key_id + signature)}\n"


def key_ids_in(note: str) -> frozenset[bytes]:
    """The ids of the keys that signed a note; no signature is checked."""
    signatures = note.partition("\n\n")[2].splitlines()
    return frozenset(base64.b64decode(each.split(" ")[2])[:KEY_ID_BYTES] for each in signatures)


def is_same_note(note: str, other: str) -> bool:
    """Whether both have the same text and a signature in common; other keys may sign as well."""
    text, _, signatures = note.partition("\n\n")
    other_text, _, others = other.partition("\n\n")
    return text == other_text and not {*signatures.splitlines()}.isdisjoint(others.splitlines())


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
