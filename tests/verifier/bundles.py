"""Proof bundles of runs, with keys of their own: written after the formats, not by the product."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from tests.verifier.plans import plan_of
from tests.verifier.runs import predicate_of, records_of
from tests.verifier.shapes import Shape
from tests.verifier.trees import leaf, path, root

Files = dict[str, bytes]
ORIGIN = "purge.example.com/prod/seals"
SEAL = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
OTHER_SEAL = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
CERTIFICATE = ec.derive_private_key(1234567, ec.SECP256R1())
WITNESS = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
ASN1 = PublicFormat.SubjectPublicKeyInfo
CERTIFICATE_DER = CERTIFICATE.public_key().public_bytes(Encoding.DER, ASN1)
CERTIFICATE_KEY = f"sha256:{hashlib.sha256(CERTIFICATE_DER).hexdigest()}"
TYPE = "application/vnd.in-toto+json"
CERTIFICATE_TYPE = "urn:genesys-purge:certificate-of-destruction:v1"
PROOF_V1 = "c2sp.org/tlog-proof@v1"
MANIFEST = "manifest-sha256.txt"
STATEMENT = "certificate/statement.json"
DSSE = "certificate/certificate.dsse.json"
SIGSTORE = "certificate/certificate.sigstore.json"
PROOF = "certificate/certificate.tlog-proof"


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def key_line(name: str, key: Ed25519PrivateKey) -> tuple[str, bytes]:
    """The key of a log as one line, and the id that its signatures have."""
    raw = b"\x01" + key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key_id = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    return f"{name}+{key_id.hex()}+{encoded(raw)}", key_id


VKEY, KEY_ID = key_line(ORIGIN, SEAL)


def note(
    size: int, top: bytes, *more: str, key: Ed25519PrivateKey = SEAL, origin: str = ORIGIN
) -> str:
    """A checkpoint, signed by the log; `more` are lines with the signatures of others."""
    body = f"{origin}\n{size}\n{encoded(top)}\n"
    line = f"— {ORIGIN} {encoded(KEY_ID + key.sign(body.encode()))}\n"
    return f"{body}\n{''.join(more)}{line}"


def witness_line(name: str = "witness.example.org") -> str:
    """A line with the signature of somebody else."""
    return f"— {name} {encoded(key_line(name, WITNESS)[1] + WITNESS.sign(b'something'))}\n"


def audit_of(records: Sequence[Mapping[str, Any]]) -> bytes:
    """The records as they are stored, one a line."""
    lines = (json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in records)
    return "".join(f"{line}\n" for line in lines).encode()


def statement_of(predicate: Mapping[str, Any], audit: bytes, plan: bytes) -> dict[str, Any]:
    files = {"audit.jsonl": audit, "plan.jsonl": plan}
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": name, "digest": {"sha256": hashlib.sha256(content).hexdigest()}}
            for name, content in files.items()
        ],
        "predicateType": CERTIFICATE_TYPE,
        "predicate": predicate,
    }


def sealed(audit: bytes) -> dict[str, Any]:
    """What the certificate says about these records as a whole."""
    lines = audit.split(b"\n")[:-1]
    first, last = json.loads(lines[0]), json.loads(lines[-1])
    return {
        "runId": first["runId"],
        "treeSize": len(lines),
        "rootHash": encoded(root([leaf(line) for line in lines])),
        "firstAt": first["at"],
        "lastAt": last["at"],
    }


def no_change(_: dict[str, Any]) -> None:
    """Change nothing."""


def bundle(
    shape: Shape | None = None,
    *,
    records: Sequence[Mapping[str, Any]] | None = None,
    audit: bytes | None = None,
    plan: bytes | None = None,
    change: Callable[[dict[str, Any]], None] = no_change,
    entries: tuple[int, int] = (2, 3),
    witnesses: Sequence[str] = (),
) -> Files:
    """A bundle of a run; `change` edits the statement before it is signed and sealed.

    `entries` are how many entries the log has before and after the certificate.
    """
    shape = shape or Shape()
    predicate = predicate_of(shape, records_of(shape))
    content = audit_of(records or records_of(shape)) if audit is None else audit
    lines = plan_of(shape) if plan is None else plan
    statement = statement_of({**predicate, "audit": sealed(content)}, content, lines)
    change(statement)
    evidence = {"audit.jsonl": content, "plan.jsonl": lines, STATEMENT: written(statement)}
    return signed(evidence, entries, witnesses)


def written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def signed(evidence: Files, entries: tuple[int, int], witnesses: Sequence[str]) -> Files:
    """The files of a bundle with this evidence, whose statement is true or not."""
    statement = evidence[STATEMENT]
    before, after = (
        [b"%s %d" % (name, n) for n in range(size)]
        for name, size in zip((b"a", b"b"), entries, strict=True)
    )
    leaves = [leaf(entry) for entry in (*before, statement, *after)]
    hashes = "".join(f"{encoded(each)}\n" for each in path(len(before), leaves))
    head, checkpoint = (
        f"{PROOF_V1}\nindex {len(before)}\n",
        note(len(leaves), root(leaves), *witnesses),
    )
    envelope = envelope_of(statement)
    return with_manifest(
        {
            **evidence,
            DSSE: envelope,
            SIGSTORE: sigstore_of(envelope),
            PROOF: f"{head}{hashes}\n{checkpoint}".encode(),
            "certificate/certificate.html": b"<h1>Certificate</h1>\n",
            "keys/seal.vkey": f"{VKEY}\n".encode(),
            "keys/seal.pem": SEAL.public_key().public_bytes(Encoding.PEM, ASN1),
            "keys/certificate.pem": CERTIFICATE.public_key().public_bytes(Encoding.PEM, ASN1),
            "HOW-TO-VERIFY.txt": b"python verify.py ...\n",
        }
    )


def envelope_of(statement: bytes, key: ec.EllipticCurvePrivateKey = CERTIFICATE) -> bytes:
    message = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(statement), statement)
    signature = encoded(key.sign(message, ec.ECDSA(SHA256())))
    signatures = [{"keyid": CERTIFICATE_KEY.removeprefix("sha256:"), "sig": signature}]
    return written({"payloadType": TYPE, "payload": encoded(statement), "signatures": signatures})


def sigstore_of(envelope: bytes) -> bytes:
    """The envelope in a Sigstore bundle."""
    given = json.loads(envelope)
    (signature,) = given["signatures"]
    kind = "application/vnd.dev.sigstore.bundle.v0.3+json"
    hint = {"publicKey": {"hint": signature["keyid"]}}
    again = {**given, "signatures": [{"sig": signature["sig"], "keyid": ""}]}
    return written({"mediaType": kind, "verificationMaterial": hint, "dsseEnvelope": again})


def with_manifest(files: Mapping[str, bytes]) -> Files:
    """The files with a manifest that fits them."""
    others = {name: content for name, content in files.items() if name != MANIFEST}
    lines = (f"{hashlib.sha256(others[name]).hexdigest()}  {name}\n" for name in sorted(others))
    return {**others, MANIFEST: "".join(lines).encode()}


def put(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The folder with these files."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@cache
def by_cryptography(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the key signed the message, without a process; only cached for one bundle."""
    public = load_der_public_key(key)
    try:
        if isinstance(public, Ed25519PublicKey):
            public.verify(signature, message)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def random_log(random: Random) -> dict[str, Any]:
    """How many entries the log has around the certificate, and who else signed it."""
    return {"entries": (random.randrange(40), random.randrange(40))}
