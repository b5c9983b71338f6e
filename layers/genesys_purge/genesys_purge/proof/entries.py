"""The entries of the log: in-toto statements of one line each, without personal data."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from genesys_purge.model.dates import zulu
from genesys_purge.model.merkle import Frontier

STATEMENT = "https://in-toto.io/Statement/v1"
RUN_SEAL = "urn:genesys-purge:run-seal:v1"
EVENT_SEAL = "urn:genesys-purge:event-seal:v1"
CERTIFICATE = "urn:genesys-purge:certificate-of-destruction:v1"
HEARTBEAT = "urn:genesys-purge:heartbeat:v1"
CERTIFICATE_WITHDRAWN = "urn:genesys-purge:certificate-withdrawn:v1"
KEY_CHANGE = "urn:genesys-purge:key-change:v1"
# The actions that state the totals of a run. The last of them decides about its certificate.
LAST_ACTIONS = frozenset(
    {"run_completed", "run_rejected", "run_failed", "run_cancelled", "run_corrected"}
)


class Segment(NamedTuple):
    """The records of a run that one seal covers: their numbers, and the file they are in."""

    run_id: str
    first: int
    last: int
    digest: str

    @property
    def key(self) -> str:
        """The key of the file in the evidence bucket."""
        return f"runs/{self.run_id}/audit/{self.first:06}-{self.last:06}.jsonl"


def content_of(lines: Sequence[bytes]) -> bytes:
    """The file of a segment: the stored bytes of each record, and a line feed."""
    return b"".join(line + b"\n" for line in lines)


def has_totals(line: bytes) -> bool:
    """Whether a record states the totals of its run."""
    # Parsing every line would take most of the time.
    return b'"run_' in line and orjson.loads(line)["action"] in LAST_ACTIONS


def run_seal(run_id: str, before: Frontier, after: Frontier, lines: Sequence[bytes]) -> bytes:
    """The entry that seals the records by which the tree of a run has grown."""
    first, last = orjson.loads(lines[0]), orjson.loads(lines[-1])
    segment = Segment(run_id, before.size + 1, after.size, digest_of(content_of(lines)))
    predicate = {
        "runId": run_id,
        "previousSize": before.size,
        "size": after.size,
        "rootHash": b64encode(after.root).decode(),
        "firstAt": first["at"],
        "lastAt": last["at"],
        "status": "finished" if any(map(has_totals, lines)) else "open",
    }
    return statement(RUN_SEAL, [(segment.key, segment.digest)], predicate)


def segments_in(entry: bytes) -> Sequence[Segment]:
    """The segments that an entry seals; none for an entry of another kind."""
    found = orjson.loads(entry)
    seal, digests = found["predicate"], [each["digest"]["sha256"] for each in found["subject"]]
    if found["predicateType"] == RUN_SEAL:
        return [Segment(seal["runId"], seal["previousSize"] + 1, seal["size"], *digests)]
    if found["predicateType"] == EVENT_SEAL:
        runs = zip(seal["runs"], digests, strict=True)
        return [Segment(run["runId"], 1, run["size"], digest) for run, digest in runs]
    return ()


def certified_in(entry: bytes) -> str | None:
    """The folder of a certificate; None for an entry of another kind."""
    found = orjson.loads(entry)
    if found["predicateType"] != CERTIFICATE:
        return None
    predicate = found["predicate"]
    number = predicate["certificateId"].rpartition("-")[2]
    return certificate_folder(predicate["audit"]["runId"], int(number))


def finished_in(entry: bytes) -> str | None:
    """The run whose end an entry seals; None for any other entry."""
    predicate = orjson.loads(entry)["predicate"]
    return str(predicate["runId"]) if predicate.get("status") == "finished" else None


def heartbeat(at: datetime, checkpoint: tuple[str, str]) -> bytes:
    """The entry of an idle log; its subject is the checkpoint before it: name and SHA-256."""
    return statement(HEARTBEAT, [checkpoint], {"at": zulu(at)})


def times_in(entry: bytes) -> tuple[datetime, datetime]:
    """When the first and the last fact of an entry happened."""
    predicate = orjson.loads(entry)["predicate"]
    at = predicate.get("issuedAt") or predicate.get("at")
    first, last = predicate.get("firstAt", at), predicate.get("lastAt", at)
    return datetime.fromisoformat(first), datetime.fromisoformat(last)


def certificate_folder(run_id: str, number: int) -> str:
    """Where the files of a run's certificate are in the evidence bucket; the first one is 1."""
    return f"runs/{run_id}/certificate/{number}"


def statement(kind: str, subjects: Sequence[tuple[str, str]], predicate: Any) -> bytes:
    """An in-toto statement about files, given by their names and SHA-256 in hex."""
    named = [{"name": name, "digest": {"sha256": digest}} for name, digest in subjects]
    content = {"_type": STATEMENT, "subject": named, "predicateType": kind, "predicate": predicate}
    return orjson.dumps(content)


def digest_of(content: bytes) -> str:
    """The SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()
