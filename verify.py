#!/usr/bin/env python3
"""Verifies the proof of a purge offline: `verify.py BUNDLE --vkey KEY --certificate-key KEY`.

With `--log FOLDER` it also checks that the log has only grown, and withdraws nothing.

It needs Python 3.9 or newer and the command `openssl` of OpenSSL 3.0 or newer, nothing else.
The exit status is 0 if the proof is valid, 1 if it is not, and 2 if that cannot be decided.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Callable, NamedTuple

MANIFEST, STATEMENT = "manifest-sha256.txt", "certificate/statement.json"
AUDIT, PLAN = "audit.jsonl", "plan.jsonl"
DSSE, PROOF = "certificate/certificate.dsse.json", "certificate/certificate.tlog-proof"
SIGSTORE = "certificate/certificate.sigstore.json"
SEAL_VKEY, SEAL_PEM, CERTIFICATE_PEM = "keys/seal.vkey", "keys/seal.pem", "keys/certificate.pem"
EVIDENCE = (AUDIT, PLAN, STATEMENT, DSSE, SIGSTORE, PROOF, SEAL_VKEY, SEAL_PEM, CERTIFICATE_PEM)
FILES = sorted((*EVIDENCE, "HOW-TO-VERIFY.txt", "certificate/certificate.html"))
# Fields that are erasable and not erased, and the sealed records after those of the certificate.
DISCLOSURES, LATER = "disclosures.jsonl", "later.jsonl"
OPTIONAL = (DISCLOSURES, LATER)
# Of the records of an erasure, so many are named.
NAMED = 20
JSON_TYPE = "application/vnd.in-toto+json"
SIGSTORE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
WITHDRAWAL_TYPE = "urn:genesys-purge:certificate-withdrawn:v1"
TYPES = {
    "_type": "https://in-toto.io/Statement/v1",
    "predicateType": "urn:genesys-purge:certificate-of-destruction:v1",
}
# The first bytes of a public key in DER form.
ED25519 = bytes.fromhex("302a300506032b6570032100")
P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
HMAC = re.compile("[0-9a-f]{64}")
# The most bytes of a line of the audit or plan, and of a file that is read as a whole.
LONGEST = 1 << 20
# A bundle of the log has so many entries; the length of each is written in two bytes.
BUNDLE = 256
LONGEST_BUNDLE = BUNDLE * (2 + 0xFFFF)
JOBS_LISTED = 500
# The most bytes of the records after the certificate, keys of a log, and letters of a line.
LONGEST_LATER, MOST_KEYS, LINE = 16 * LONGEST, 8, 4000
CALLS = ("batch_submitted", "batch_reconciled")
PARTS = ("batch_completed", "batch_failed", "batch_cancelled")
LOOKS = ("batch_verified", "batch_unverified")
ENDS = {*LOOKS, *PARTS[1:], "batch_unverifiable", "batch_gave_up", "batch_implausible"}
TOTALS = {"run_completed", "run_cancelled", "run_failed", "run_rejected", "run_corrected"}
WITHOUT_CERTIFICATE = ("dry_run", "failed", "nothing_to_purge", "rejected")
# Each value of the certificate with its place in the record of the plan, or of the last totals.
OF_PLAN = {f"plan.{name}": f"plan.{name}" for name in ("hash", "batches", "upperBound")}
OF_PLAN |= {"plan.targeted": "targeted", "scope.unit": "unit", "basis.retention": "policy"}
OF_PLAN["plan.frozenAt"] = "at"
OF_LAST = {f"execution.{name}": name for name in ("deleted", "deletedUnit", "unreported")}
OF_LAST |= {"verification.absent": "verified", "verification.sampled": "sampled"}
OF_LAST["execution.finishedAt"] = "at"
# The same, but the certificate need not have it.
OF_REQUEST = {f"basis.{name}": f"request.{name}" for name in ("reason", "classification")}
OF_REQUEST["scope.period"] = "request.dateRange"
SELECTED = ("recordTypes", "mediaTypes", "interactionType")
OF_REQUEST |= {f"scope.{name}": f"request.selection.{name}" for name in SELECTED}
NO_KEYS = (
    "KEYS FROM THE BUNDLE PROVE NOTHING ABOUT THEIR OWNER. Get the keys from somebody whom you "
    "trust, and give --vkey and --certificate-key"
)
# What Python raises about a file that has another form than expected.
MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
# Whether the key, in DER form, signed the message: `signed(key, message, signature)`.
Signed = Callable[[bytes, bytes, bytes], bool]


class Disproven(Exception):
    """The bundle does not prove what it says."""


class Undecided(Exception):
    """Something is missing that the decision needs."""


def require(condition: object, problem: str) -> None:
    if not condition:
        raise Disproven(problem)


def shown(value: Any, most: int = 100) -> str:
    """The value without what changes or fills a terminal; a longer one ends with three dots."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    cut = text[:most] + ("..." if len(text) > most else "")
    spaced = re.sub("(?<= ) ", r"\\x20", cut)
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in spaced)


def content_of(path: Path, most: int = LONGEST) -> bytes:
    if not stat.S_ISREG(path.stat().st_mode):
        raise Undecided(f"{shown(path.name)} is not a file")
    with path.open("rb") as file:
        content = file.read(most + 1)
    require(len(content) <= most, f"{shown(path.name)} is longer than {most} bytes")
    return content


def digest_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(LONGEST), b""):
            digest.update(block)
    return digest.hexdigest()


def unbase64(text: str) -> bytes:
    """The bytes; ValueError if the same bytes can be written in another way."""
    content = base64.b64decode(text, validate=True)
    if base64.b64encode(content).decode() != text:
        raise ValueError("this is not canonical base64")
    return content


def pem_of(der: bytes) -> bytes:
    lines = re.findall(".{1,64}", base64.b64encode(der).decode())
    lines = ["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----"]
    return "".join(f"{line}\n" for line in lines).encode()


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key is there twice")
    return value


def _finite(text: str) -> float:
    if not float("-inf") < float(text) < float("inf"):
        raise ValueError(f"{text} is not a finite number")
    return float(text)


JSON = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_finite, parse_float=_finite)


def parsed(content: bytes, name: str) -> dict[str, Any]:
    try:
        value = JSON.decode(content.decode())
    except (ValueError, RecursionError) as error:
        raise Disproven(f"{name} is not strict JSON: {shown(str(error))}") from error
    require(isinstance(value, dict), f"{name} is not a JSON object")
    return dict(value)


def same(one: Any, other: Any) -> bool:
    """Whether both are the same JSON: 1 is neither true nor 1.0."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def counted(record: dict[str, Any], name: str) -> int:
    value = record.get(name)
    if type(value) is int and value >= 0:
        return value
    raise Disproven(f"{name} is not a count, but {shown(value)}")


def at(value: Any, path: str) -> Any:
    """The value at a path such as `plan.hash`; None if it is not there."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def check_files(bundle: Path) -> dict[str, str]:
    """The SHA-256 of each file, which is in the manifest; there is no other file or link."""
    if not bundle.is_dir():
        raise Undecided(f"there is no folder {shown(str(bundle))}")
    found = set()
    for folder, folders, names in os.walk(bundle):
        for path in (Path(folder, name) for name in folders + names):
            kind, name = path.lstat().st_mode, path.relative_to(bundle).as_posix()
            require(stat.S_ISDIR(kind) or stat.S_ISREG(kind), f"{shown(name)} is not a real file")
            found |= {name} if stat.S_ISREG(kind) else set()
    for name in sorted(found.difference(FILES, OPTIONAL, (MANIFEST,))):
        raise Disproven(f"{shown(name)} is not a file of a bundle; remove it, or copy it again")
    for name in sorted(found.difference((AUDIT, PLAN, *OPTIONAL))):
        is_small = (bundle / name).stat().st_size <= LONGEST
        require(is_small, f"{name} is longer than {LONGEST} bytes")
    for name in sorted({*FILES, MANIFEST} - found):
        raise Undecided(f"{name} is missing")
    listed = content_of(bundle / MANIFEST).split(b"\n")
    digests = {name: digest_of(bundle / name) for name in sorted(found - {MANIFEST})}
    lines = [f"{digest}  {name}".encode() for name, digest in digests.items()]
    for name, line in zip(digests, lines):
        require(line in listed, f"{name} is not the file whose checksum is in the manifest")
    require(listed == [*lines, b""], f"{MANIFEST} lists something else than the files")
    return digests


def by_openssl(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the key signed the message, with Ed25519 or with ECDSA over SHA-256."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/{name}" for name in ("key", "message", "signature")]
        for path, content in zip(paths, (key, message, signature)):
            Path(path).write_bytes(content)
        command = ["dgst", "-sha256", "-keyform", "DER", "-verify", paths[0]]
        command += ["-signature", paths[2], paths[1]]
        if key.startswith(ED25519):
            command = ["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", paths[0]]
            command += ["-rawin", "-in", paths[1], "-sigfile", paths[2]]
        try:
            version = subprocess.run(["openssl", "version"], capture_output=True, check=False)
            found = subprocess.run(["openssl", *command], capture_output=True, check=False)
        except OSError as error:
            raise Undecided("the command openssl does not start: install OpenSSL 3") from error
    name = version.stdout.decode().strip()
    if not re.match(r"OpenSSL ([3-9]|\d\d)\.", name) or found.returncode not in (0, 1):
        raise Undecided(f"OpenSSL 3.0 or newer is needed, but this is {shown(name)}")
    return found.returncode == 0


def hashed(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


class Tree:
    """The tree of RFC 6962. It keeps the roots of its complete parts, and nothing else."""

    def __init__(self) -> None:
        self.size, self.parts = 0, list[bytes]()

    def add(self, content: bytes) -> None:
        part, number = hashed(b"\0", content), self.size
        while number & 1:
            part, number = hashed(b"\1", self.parts.pop(), part), number >> 1
        self.parts.append(part)
        self.size += 1

    def root(self) -> bytes:
        *others, root = self.parts or [hashed()]
        for part in reversed(others):
            root = hashed(b"\1", part, root)
        return root


def root_by(path: Sequence[bytes], content: bytes, index: int, size: int) -> bytes:
    """The root to which the path leads from an entry: RFC 9162, section 2.1.3.2."""
    require(index < size, "the certificate is not among the entries of the checkpoint")
    found, last = hashed(b"\0", content), size - 1
    for sibling in path:
        require(last, "the proof has too many hashes")
        if index & 1 or index == last:
            found = hashed(b"\1", sibling, found)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            found = hashed(b"\1", found, sibling)
        index, last = index >> 1, last >> 1
    require(not last, "the proof has too few hashes")
    return found


class Vkey(NamedTuple):
    """The key of a log: its name, the id in its signatures, and the key in DER form."""

    name: str
    key_id: bytes
    der: bytes


def vkey_of(text: str) -> Vkey:
    """ValueError if it is not the key of a log."""
    match = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+(\S{44})", text)
    name, key_id, encoded = match.groups() if match else ("", "", "")
    key = unbase64(encoded)
    if key[:1] != b"\1" or hashed(name.encode(), b"\n", key)[:4].hex() != key_id:
        raise ValueError("this is not the Ed25519 key of a log")
    return Vkey(name, bytes.fromhex(key_id), ED25519 + key[1:])


def checkpoint_of(
    note: str, keys: Sequence[Vkey], signed: Signed, least: int = 1
) -> tuple[int, bytes]:
    """The size and the root in a checkpoint that at least so many of the log's keys signed.

    Signatures of others do not count.
    """
    body, _, signatures = note.partition("\n\n")
    *lines, last = signatures.split("\n")
    found = [re.fullmatch(r"— (\S+) (\S+)", line) for line in lines]
    require(last == "" and all(found), "the checkpoint has a malformed signature")
    require(len({*lines}) == len(lines), "the checkpoint has a signature twice")
    named = [(each[1], unbase64(each[2])) for each in found if each]
    ours = [
        (key.der, signature[4:])
        for key in keys
        for name, signature in named
        if (name, signature[:4]) == (key.name, key.key_id)
    ]
    is_once = least <= len({der for der, _ in ours}) == len(ours)
    require(is_once, f"the checkpoint has no signature of {shown(keys[0].name)}")
    is_signed = all(signed(der, f"{body}\n".encode(), signature) for der, signature in ours)
    require(is_signed, "the signature of the checkpoint is not by the key of the log")
    match = re.fullmatch(r"(.+)\n([1-9][0-9]{0,15})\n(.{44})", body)
    origin, size, root = match.groups() if match else ("", "", "")
    require({each.name for each in keys} == {origin}, "the checkpoint is not one of this log")
    return int(size), unbase64(root)


def check_sealed(
    statement: bytes, proof: str, keys: Sequence[Vkey], signed: Signed
) -> tuple[int, int, bytes]:
    """The number of the statement in the log, and the size and the root of the checkpoint."""
    head, _, note = proof.partition("\n\n")
    version, index, *path = head.split("\n")
    is_known = version == "c2sp.org/tlog-proof@v1" and re.fullmatch(
        "index (0|[1-9][0-9]{0,15})", index
    )
    require(is_known, f"{PROOF} is not written as its format says")
    hashes, number = [unbase64(each) for each in path], int(index[6:])
    require({*map(len, hashes)} <= {len(hashed())}, "the proof has a malformed hash")
    size, root = checkpoint_of(note, keys, signed, len(keys))
    is_sealed = root_by(hashes, statement, number, size) == root
    require(is_sealed, "the certificate is not in the log of the checkpoint")
    return number, size, root


def check_signed(statement: bytes, envelope: bytes, key: bytes, signed: Signed) -> None:
    """The envelope has this statement, and the key of the certificate signed it."""
    payload = base64.b64encode(statement).decode()
    given = parsed(envelope, DSSE)
    require(given["payload"] == payload, f"{DSSE} has another content than {STATEMENT}")
    signature = {"keyid": hashed(key).hex(), "sig": given["signatures"][0]["sig"]}
    right = {"payloadType": JSON_TYPE, "payload": payload, "signatures": [signature]}
    is_right = envelope == json.dumps(right, separators=(",", ":")).encode()
    require(is_right, f"{DSSE} is not written as its format says, or names another key")
    message = f"DSSEv1 {len(JSON_TYPE)} {JSON_TYPE} {len(statement)} ".encode() + statement
    is_signed = signed(key, message, unbase64(signature["sig"]))
    require(is_signed, "the certificate is not signed by its key")


def check_same(bundle: bytes, envelope: bytes) -> None:
    """The Sigstore bundle has the same envelope, and the id of the key as its hint."""
    given = parsed(envelope, DSSE)
    (signature,) = given["signatures"]
    right = {
        "mediaType": SIGSTORE_TYPE,
        "verificationMaterial": {"publicKey": {"hint": signature["keyid"]}},
        "dsseEnvelope": {**given, "signatures": [{"sig": signature["sig"], "keyid": ""}]},
    }
    is_same = bundle == json.dumps(right, separators=(",", ":")).encode()
    require(is_same, f"{SIGSTORE} has another envelope than {DSSE}")


class Batch:
    """A batch after the records so far. Each part is called, then completed; a look follows."""

    __slots__ = ("deleted", "end", "is_called", "is_open", "looked_at", "verified")

    def __init__(self) -> None:
        self.deleted: int | None = None
        self.verified: int | None = None
        self.looked_at: int | None = None
        self.end: str | None = None
        self.is_called = self.is_open = False

    def add(self, action: str, record: dict[str, Any]) -> None:
        require(self.is_called or action != "batch_completed", "a batch ends that never began")
        deleted = counted(record, "deleted") if "deleted" in record else None
        if action in CALLS:
            self.is_called = self.is_open = True
        if action in PARTS and deleted is not None:
            self.deleted = deleted + (self.deleted or 0)
        if action in LOOKS and "verified" in record:
            self.deleted, self.verified = deleted, counted(record, "verified")
        if action in LOOKS and "check" in record:
            self.looked_at = counted(record["check"], "lookedAt")
        if action == "batch_implausible" and not self.is_open:
            self.deleted = None
        if action in ENDS:
            require(self.end in (None, "batch_unverified"), "a batch ends twice")
            self.end = action
        self.is_open &= action != "batch_completed"


class Run:
    """A run after the records so far."""

    def __init__(self) -> None:
        self.plan, self.last = dict[str, Any](), dict[str, Any]()
        self.batches, self.protected = dict[int, Batch](), 0
        self.jobs, self.other_jobs = set[int](), set[int]()
        self.asked, self.given = dict[str, Any](), list[dict[str, Any]]()
        self.persons, self.refused = set[tuple[str, str]](), set[str]()
        self.requester: str | None = None
        self.times: dict[str, Any] = {}

    def add(self, record: dict[str, Any]) -> None:
        action, approval = record["action"], record.get("approval")
        if action == "run_submitted":
            self.requester, self.times["began"] = record.get("person"), record["at"]
        if action == "run_planned":
            require(not self.plan, "the run is planned twice")
            self.plan = record
        if approval and action in ("run_planned", "approval_requested"):
            self.asked[approval["approvalId"]] = approval
        elif approval:
            self._decide(action, approval, record)
        if action in TOTALS:
            is_next = record.get("supersedes") == self.last.get("sequence")
            require(is_next, "these totals of the run do not correct those before them")
            self.last = record
        if action.startswith("batch_"):
            self._add_to_batch(action, record)

    def _decide(self, action: str, approval: dict[str, Any], record: dict[str, Any]) -> None:
        name, digest = approval["approvalId"], approval["subjectHash"]
        if action == "approval_given":
            asked = self.asked.get(name, approval)
            require(asked["subjectHash"] == digest, "something else was approved than asked for")
            require(record["person"] != self.requester, "the requester approved the own request")
            self.persons.add((name, record["person"]))
            facts = {"approvalId": name, "subjectHash": digest, "given": approval["given"]}
            self.given.append({**facts, "person": record["person"], "at": record["at"]})
        if action in ("approval_rejected", "approval_expired"):
            self.refused.add(name)

    def _add_to_batch(self, action: str, record: dict[str, Any]) -> None:
        require(self.plan, "a batch is there before the plan")
        number = counted(record, "batch")
        require(number < counted(self.plan["plan"], "batches"), f"batch {number} is not planned")
        for name, asked in self.asked.items() if action in CALLS else ():
            given = sum(each == name for each, _ in self.persons)
            is_given = given >= asked.get("needed", 1) and name not in self.refused
            require(is_given, f"batch {number} began before its approval {shown(name)} was given")
        self.batches.setdefault(number, Batch()).add(action, record)
        if action == "batch_submitted":
            self.times["called"] = {"first": record["at"], **self.times.get("called", {})}
            self.times["called"]["last"] = record["at"]
        if action in LOOKS:
            self.times["looked"] = record["at"]
        if action == "batch_protected":
            self.protected += sum(record["skipped"].values())
        if "jobId" in record:
            job = hash((number, record["jobId"]))
            if action == "batch_submitted":
                self.jobs.add(job)
                self.other_jobs.discard(job)
            elif job not in self.jobs:
                self.other_jobs.add(job)

    def check_sums(self) -> None:
        """Every planned batch has an end, and the last totals are the sums over the batches."""
        require(self.plan and self.last, "the records have no plan, or no end of the run")
        for number in range(counted(self.plan["plan"], "batches")):
            batch = self.batches.get(number, Batch())
            require(batch.end, f"batch {number} has no end")
            is_idle = not batch.deleted and not batch.verified
            require(batch.is_called or is_idle, f"batch {number} was never submitted")
        skipped = Counter(self.plan.get("skipped", {}))
        skipped["protected"] += self.protected
        sums = {name: self.sum_of(name) for name in ("deleted", "verified")}
        sums["targeted"] = counted(self.plan, "targeted") - self.protected
        for name, value in {**sums, "skipped": dict(+skipped)}.items():
            found = self.last.get(name, {} if name == "skipped" else None)
            problem = f"{name} of the run is {shown(found)}, but its batches give {shown(value)}"
            require(same(found, value), problem)

    def sum_of(self, name: str) -> int | None:
        found = [getattr(each, name) for each in self.batches.values()]
        return sum(filter(None, found)) if found.count(None) < len(found) else None

    def outcomes(self) -> tuple[str, ...]:
        """What the certificate may say; records and what was deleted may have different units."""
        targeted, deleted, verified, unit, deleted_unit, outcome = (
            self.last.get(name)
            for name in ("targeted", "deleted", "verified", "unit", "deletedUnit", "outcome")
        )
        problem = f"a run that ended as {shown(outcome)} gets no certificate"
        require(outcome not in WITHOUT_CERTIFICATE, problem)
        is_all = outcome == "completed" and verified == targeted and deleted is not None
        if not is_all or (unit == deleted_unit and deleted != targeted):
            return ("complete_with_exceptions",)
        return ("complete", "complete_with_exceptions")[: 1 + (unit != deleted_unit)]


def check_stated(predicate: dict[str, Any], run: Run) -> None:
    """What the certificate states about the run is what its records say."""
    plan, last = run.plan, run.last
    stated: dict[str, tuple[Any, ...]] = {path: (at(plan, of),) for path, of in OF_PLAN.items()}
    stated |= {path: (at(last, of),) for path, of in OF_LAST.items()}
    stated |= {path: (at(plan, of), None) for path, of in OF_REQUEST.items()}
    stated["scope.organisation"] = (plan.get("organisation", "default"),)
    stated["plan.skipped"] = (plan.get("skipped") or None, last.get("skipped") or None)
    looked_at, skipped = run.sum_of("looked_at"), last.get("skipped", {})
    stated["verification.checked"] = (looked_at,)
    stated["verification.method"] = ("counts" if looked_at is None else "records",)
    stated["verification.at"] = (run.times.get("looked"),)
    stated["execution.startedAt"] = (run.times.get("began"),)
    stated["execution.protected"] = (skipped.get("protected", 0),)
    stated["holds.checkedAt"] = (run.times.get("called"),)
    stated["holds.recordsHeld"] = (skipped.get("legal_hold", 0),)
    stated["authorisation"] = (run.given or None,)
    stated["outcome"] = run.outcomes()
    for path, right in stated.items():
        found = at(predicate, path)
        found = None if found in ([], {}) else found
        problem = f"{path} is {shown(found)} in the certificate, {shown(right[0])} in the records"
        require(any(same(found, each) for each in right), problem)
    jobs, number = predicate["execution"]["jobs"], counted(predicate["execution"], "jobCount")
    listed = {hash((each["batch"], each["jobId"])) for each in jobs}
    is_right = len(listed) == len(jobs) == min(number, JOBS_LISTED)
    is_right &= len(run.jobs) <= number <= len(run.jobs) + len(run.other_jobs)
    is_right &= all(each in run.jobs or each in run.other_jobs for each in listed)
    is_right &= number > JOBS_LISTED or run.jobs <= listed
    require(is_right, "the jobs of the certificate are not those of the records")


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines without their ends."""
    with path.open("rb") as file:
        for line in iter(lambda: file.readline(LONGEST), b""):
            require(line.endswith(b"\n"), f"a line of {path.name} is too long, or has no end")
            yield line[:-1]


def planned_in(line: dict[str, Any], number: int) -> int:
    """The records that the line of a batch plans; it has a window, or a manifest of its records."""
    records, targeted = counted(line, "records"), counted(line, "targeted")
    times = [line[name] for name in ("window", "interval") if name in line]
    names = {"batch", "targeted", "records"} | ({"manifest"} if records else {"window"})
    names |= {"interval"} if records and "interval" in line else set()
    require({*line} == names, "its fields are not those of a batch")
    require(counted(line, "batch") == number, "it is of another batch")
    require(records in (0, targeted), "its counts differ")
    is_right = all({*each} == {"start", "end"} for each in times)
    is_right &= all(TIME.fullmatch(each[name]) for each in times for name in each)
    require(is_right, "its times are not written as its format says")
    require(not records or HMAC.fullmatch(line["manifest"]), "its manifest is not an HMAC")
    return targeted


def check_plan(path: Path, plan: dict[str, Any]) -> None:
    """The lines are the planned batches, from 0 on."""
    tree, targeted = Tree(), 0
    for line in lines_of(path):
        try:
            targeted += planned_in(parsed(line, "it"), tree.size)
        except Disproven as error:
            raise Disproven(f"line {tree.size} of {PLAN}: {error}") from error
        tree.add(line)
    found = {"hash": tree.root().hex(), "batches": tree.size, "targeted": targeted}
    sealed = {name: at(plan, OF_PLAN[f"plan.{name}"]) for name in found}
    require(same(found, sealed), f"{PLAN} gives {shown(found)}, the records {shown(sealed)}")


def unpadded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def opened(disclosure: str) -> tuple[str, str, Any]:
    """The digest of a disclosure, the name and the value: RFC 9901, section 4.2."""
    content = base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4))
    salt, name, value = JSON.decode(content.decode())
    is_right = isinstance(salt, str) and isinstance(name, str)
    require(is_right, "a disclosure is not written as its format says")
    return unpadded(hashed(disclosure.encode())), name, value


def places_in(value: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The digests in a record, each with the object whose field it hides."""
    for digest in value.get("_sd", ()):
        require(re.fullmatch("[A-Za-z0-9_-]{43}", digest), "a digest is malformed")
        yield digest, value
    for each in value.values():
        if isinstance(each, dict):
            yield from places_in(each)


def human_of(person: str) -> str:
    """The same text for all ids of one human, who has one for each permission set."""
    kind, _, rest = person.partition(":")
    session = rest.partition(":")[2]
    return f"session:{session.casefold()}" if kind == "role" and session else person


class Personal:
    """The erasable fields of the records so far: the sealed records have only their digests."""

    def __init__(self, path: Path | None) -> None:
        self.is_given, self._lines = (
            path is not None,
            lines_of(path) if path else iter(()),
        )
        self._sequence, self._given = 0, list[str]()
        self.disclosed, self.hidden = 0, dict[int, int]()
        self.requester: str | None = None
        # The human behind each pseudonym, and the pseudonym of each human in an approval.
        self.humans, self.approvers = dict[str, str](), dict[str, dict[str, str]]()
        # The numbers of the erased records: by sealed records, and by records that are not sealed.
        self.erased, self.claimed, self.erasures = set[int](), set[int](), list[str]()
        self._read()

    def _read(self) -> None:
        """The next line of the file; no record has the number 0."""
        self._sequence, self._given = 0, []
        for line in self._lines:
            found = parsed(line, f"a line of {DISCLOSURES}")
            self._sequence, self._given = counted(found, "sequence"), found["disclosures"]
            right = {"sequence": self._sequence, "disclosures": self._given}
            is_right = f"{json.dumps(right, separators=(',', ':'))}".encode() == line
            is_right &= isinstance(self._given, list) and bool(self._given and self._sequence)
            require(is_right, f"a line of {DISCLOSURES} is not written as its format says")
            return

    def add(self, record: dict[str, Any], line: bytes) -> None:
        """Count a record. JSON can write every letter in another way, with a backslash."""
        if b"_sd" in line or b"\\" in line or record["sequence"] == self._sequence:
            record = self._disclosed(line, record["sequence"])
        self._add_person(record)
        if record["action"] == "personal_data_erased":
            self.add_erasure(record, "proven", self.erased)

    def _disclosed(self, line: bytes, number: int) -> dict[str, Any]:
        """The record with the fields whose disclosures are given, each of them used once."""
        whole = parsed(line, "it")
        pairs = [*places_in(whole)]
        places = dict(pairs)
        require(len(places) == len(pairs), "a digest is there twice")
        for digest, name, value in map(opened, self._given if number == self._sequence else ()):
            is_known = digest in places and name not in places[digest]
            require(
                is_known, f"a disclosure of {shown(name)} is not of this record, or is repeated"
            )
            places.pop(digest)[name] = value
        if number == self._sequence:
            self.disclosed += len(self._given)
            self._read()
        if places:
            self.hidden[number] = len(places)
        return whole

    def _add_person(self, record: dict[str, Any]) -> None:
        person, pseudonym, action = (record.get(n) for n in ("personId", "person", "action"))
        if not isinstance(person, str) or not isinstance(pseudonym, str):
            return
        human = human_of(person)
        is_one = self.humans.setdefault(pseudonym, human) == human
        require(is_one, f"two persons are behind the pseudonym {shown(pseudonym)}")
        if action == "run_submitted":
            self.requester = human
        if action == "approval_given":
            require(human != self.requester, "the requester approved the own request")
            others = self.approvers.setdefault(record["approval"]["approvalId"], {})
            is_one = others.setdefault(human, pseudonym) == pseudonym
            require(is_one, "one person approved under two pseudonyms")

    def add_erasure(self, record: dict[str, Any], word: str, erased: set[int]) -> None:
        numbers = record["erasure"].get("sequences", [])
        require({*map(type, numbers)} <= {int}, "an erasure names something else than numbers")
        erased.update(numbers)
        which = ", ".join(map(str, numbers[:NAMED])) + (" and more" if len(numbers) > NAMED else "")
        self.erasures.append(
            f"{word}: record {record['sequence']} says that personal data of the records {which} "
            f"was erased at {shown(record['at'])} by {shown(record.get('person'))}"
        )

    def check_later(self, path: Path, run_id: str, size: int) -> str | None:
        """The erasures in the records after those of the certificate, which prove nothing.

        Returns what else they say about the certificate.
        """
        problem = None
        require(path.stat().st_size <= LONGEST_LATER, f"{LATER} is too long")
        for number, line in enumerate(lines_of(path), start=size + 1):
            record = parsed(line, f"a line of {LATER}")
            is_next = counted(record, "sequence") == number and record["runId"] == run_id
            require(is_next, f"a record of {LATER} is of another run, or has another number")
            action = str(record["action"])
            if action == "personal_data_erased":
                self.add_erasure(record, "not proven", self.claimed)
            if action in ("certificate_withdrawn", *TOTALS):
                problem = f"record {number} in {LATER} is {action}"
        return problem

    def findings(self, given: Sequence[dict[str, Any]]) -> Iterator[str]:
        """What is disclosed, withheld and erased, and who approved, for these given approvals."""
        require(
            not self._sequence,
            f"{DISCLOSURES} has a line for record {self._sequence}: it is "
            "not a record of the run, or the lines are not in order",
        )
        erased = sum(count for number, count in self.hidden.items() if number in self.erased)
        others = self.claimed - self.erased
        claimed = sum(count for number, count in self.hidden.items() if number in others)
        withheld = sum(self.hidden.values()) - erased
        yield (
            f"proven: {self.disclosed} erasable fields are disclosed and are those that were "
            f"sealed; {erased} were erased, {withheld} are withheld"
        )
        if claimed:
            yield f"not proven: {claimed} of those withheld are said to be erased, in {LATER}"
        yield from self.erasures[:NAMED]
        if len(self.erasures) > NAMED:
            yield f"not proven: {len(self.erasures) - NAMED} more erasures are not shown here"
        for name in dict.fromkeys(each["approvalId"] for each in given if self.is_given):
            number = sum(each["approvalId"] == name for each in given)
            if self.requester and len(self.approvers.get(name, ())) == number:
                yield (
                    f"proven: by their ids, {number} person(s) gave the approval {shown(name)}, "
                    "and none of them is the requester"
                )
            else:
                yield f"not proven: who gave the approval {shown(name)}: not all are disclosed"


def check_subject(certificate: dict[str, Any], digests: dict[str, str]) -> None:
    """The certificate is about these files; nothing of them is read before."""
    subject = [{"name": name, "digest": {"sha256": digests[name]}} for name in (AUDIT, PLAN)]
    is_right = same(certificate["subject"], subject)
    require(is_right, f"the certificate is about another {AUDIT} or {PLAN}")


def check_audit(bundle: Path, certificate: dict[str, Any], personal: Personal) -> Run:
    """The records are those whose root the certificate has, without a gap."""
    audit, tree, run = certificate["predicate"]["audit"], Tree(), Run()
    run_id, first, record = audit["runId"], None, dict[str, Any]()
    for line in lines_of(bundle / AUDIT):
        tree.add(line)
        try:
            record = parsed(line, "it")
            is_next = counted(record, "sequence") == tree.size and record["runId"] == run_id
            require(is_next, "it is of another run, or has another number")
            run.add(record)
            personal.add(record, line)
        except Disproven as error:
            raise Disproven(f"record {tree.size}: {error}") from error
        first = first or record["at"]
    sealed = {"runId": run_id, "firstAt": first, "lastAt": record["at"]}
    sealed |= {"treeSize": tree.size, "rootHash": base64.b64encode(tree.root()).decode()}
    require(same(audit, sealed), f"the records give {shown(sealed)}, not {shown(audit)}")
    run.check_sums()
    check_plan(bundle / PLAN, run.plan)
    check_stated(certificate["predicate"], run)
    return run


class Keys(NamedTuple):
    """Those that the auditor has for the log, those that signed the bundle, and the other key."""

    log: list[Vkey]
    bundle: list[Vkey]
    certificate: bytes


def keys_in(bundle: Path, vkey: str | None, fingerprint: str | None) -> Keys:
    """The keys of the log, and that of the certificate in DER form: the ones that are given."""
    lines, pem = (content_of(bundle / name).decode() for name in (SEAL_VKEY, CERTIFICATE_PEM))
    found, key = [*map(vkey_of, lines.split("\n")[:-1])], unbase64("".join(pem.split("\n")[1:-2]))
    given = [*map(vkey_of, vkey.split("\n"))] if vkey is not None else found
    require(len(found) <= MOST_KEYS, f"{SEAL_VKEY} has more than {MOST_KEYS} keys")
    is_known = lines.endswith("\n") and not {*given}.isdisjoint(found)
    is_known &= content_of(bundle / SEAL_PEM) == b"".join(pem_of(each.der) for each in found)
    require(is_known, f"{SEAL_VKEY} or {SEAL_PEM} is not the key of --vkey")
    is_right = key.startswith(P256) and len(key) == len(P256) + 65 and pem_of(key).decode() == pem
    require(is_right, f"{CERTIFICATE_PEM} is not a P-256 key as its format says")
    digest = f"sha256:{hashed(key).hex()}"
    require(fingerprint in (None, digest), f"{CERTIFICATE_PEM} is {digest}, not --certificate-key")
    return Keys(given, found, key)


def entries_in(log: Path, size: int) -> Iterator[bytes]:
    """The entries of a log of this size, from its bundles; only one of them is in memory."""
    for number in range(-(-size // BUNDLE)):
        width = min(BUNDLE, size - number * BUNDLE)
        groups, rest = [f"{number % 1000:03}"], number // 1000
        while rest:
            groups, rest = [f"x{rest % 1000:03}", *groups], rest // 1000
        name = "/".join(groups) + (f".p/{width}" if width < BUNDLE else "")
        content, end = content_of(log / "tile" / "entries" / name, LONGEST_BUNDLE), 0
        for _ in range(width):
            start = end + 2
            end = start + int.from_bytes(content[end:start], "big")
            require(start <= end <= len(content), f"tile/entries/{name} is cut off")
            yield content[start:end]
        require(end == len(content), f"tile/entries/{name} has more than {width} entries")


class Withdrawal:
    """What the entries of a log say about whether a certificate is still valid."""

    def __init__(self, statement: bytes) -> None:
        self.name = parsed(statement, STATEMENT)["predicate"]["certificateId"]
        self.digest = hashed(statement).hex()
        self.reason: str | None = None
        self.successor: str | None = None

    def add(self, entry: bytes) -> None:
        # JSON can write every letter in another way, but only with a backslash.
        if b"certificate-" not in entry and b"\\" not in entry:
            return
        found = parsed(entry, "an entry of the log")
        name, kind = at(found, "predicate.certificateId"), found.get("predicateType")
        if kind == WITHDRAWAL_TYPE and name == self.name:
            self.reason = str(at(found, "predicate.reason"))
            self.successor = at(found, "predicate.supersededBy") or self.successor
        if kind == TYPES["predicateType"] and at(found, "predicate.supersedes") == self.digest:
            self.reason, self.successor = self.reason or "superseded", name

    def check(self) -> None:
        later = f"{shown(self.successor)} replaces it" if self.successor else "nothing replaces it"
        problem = f"the certificate {shown(self.name)} is withdrawn"
        require(self.reason is None, f"{problem} ({shown(self.reason)}), and {later}")


def time_of(entry: bytes) -> str:
    """The latest time in an entry of the log."""
    try:
        said = at(parsed(entry, "it"), "predicate")
    except Disproven:
        said = None
    times = [at(said, name) for name in ("lastAt", "issuedAt", "at")]
    return next((each for each in times if isinstance(each, str)), "an unknown time")


def kept_checkpoint(path: Path, keys: Sequence[Vkey], signed: Signed) -> tuple[int, bytes]:
    """A checkpoint that the auditor has, or that in a proof; Undecided if it is something else."""
    try:
        note = content_of(path).decode()
        if note.startswith("c2sp.org/tlog-proof@"):
            note = note.partition("\n\n")[2]
        return checkpoint_of(note, keys, signed)
    except (Disproven, *MALFORMED) as error:
        problem = str(error) if isinstance(error, Disproven) else "it is no checkpoint"
        raise Undecided(f"--checkpoint is not one of this log: {problem}") from error


def check_log(
    log: Path, earlier: Sequence[tuple[int, bytes]], statement: bytes, keys: Keys, signed: Signed
) -> Iterator[str]:
    """The log only grew since the earlier checkpoints, and does not withdraw the certificate."""
    size, root = checkpoint_of(content_of(log / "checkpoint").decode(), keys.log, signed)
    latest = max(each for each, _ in earlier)
    if latest > size:
        raise Undecided(
            f"this copy of the log ends at size {size}, before the checkpoint of size {latest}: "
            "get a newer copy. If the deployment has no newer one, its log was cut off"
        )
    tree, withdrawal, roots = Tree(), Withdrawal(statement), dict[int, bytes]()
    sizes = {size, *(each for each, _ in earlier)}
    for entry in entries_in(log, size):
        tree.add(entry)
        withdrawal.add(entry)
        if tree.size in sizes:
            roots[tree.size] = tree.root()
    require(roots[size] == root, "the entries of the log are not those that its checkpoint names")
    for before, other in earlier:
        problem = f"the log signed two histories of its first {before} entries: this is fraud"
        require(roots[before] == other, problem)
        yield f"proven: the log of size {size} continues the checkpoint of size {before}"
    withdrawal.check()
    yield f"proven: no entry of the log up to size {size} withdraws this certificate"
    yield f"not proven: what the log has after its last entry here, of {shown(time_of(entry))}"


def is_numbered(predicate: dict[str, Any]) -> bool:
    """Whether the id has the run and a number; each but the first one supersedes another."""
    run_id, before = re.escape(predicate["audit"]["runId"]), predicate.get("supersedes")
    number = re.fullmatch(f"cert-{run_id}-([1-9][0-9]{{0,8}})", predicate["certificateId"])
    is_digest = isinstance(before, str) and re.fullmatch("[0-9a-f]{64}", before)
    is_first = number is not None and number[1] == "1"
    return number is not None and (before is None if is_first else bool(is_digest))


def steps(
    bundle: Path,
    vkey: str | None,
    fingerprint: str | None,
    kept: Path | None,
    copy: Path | None,
    signed: Signed,
) -> Iterator[str]:
    """Every step, with a line on what it proves; Disproven or Undecided ends them."""
    names = check_files(bundle)
    yield f"consistent: the {len(names)} files are those of the manifest, which anybody can write"
    keys = keys_in(bundle, vkey, fingerprint)
    log, key = keys.bundle[0], keys.certificate
    statement, proof = content_of(bundle / STATEMENT), content_of(bundle / PROOF).decode()
    number, size, root = check_sealed(statement, proof, keys.bundle, signed)
    yield f"proven: the key of the log {shown(log.name)} signed its checkpoint of size {size}"
    yield f"proven: the certificate is entry {number} of that log"
    check_signed(statement, content_of(bundle / DSSE), key, signed)
    check_same(content_of(bundle / SIGSTORE), content_of(bundle / DSSE))
    certificate = parsed(statement, STATEMENT)
    predicate = certificate["predicate"]
    name, origin = predicate["certificateId"], predicate["issuer"]["origin"]
    is_right = {*certificate} == {*TYPES, "subject", "predicate"}
    is_right &= all(certificate[each] == value for each, value in TYPES.items())
    is_right &= is_numbered(predicate) and origin == log.name
    require(is_right, f"{STATEMENT} is not a certificate of this run and log")
    yield f"proven: the key sha256:{hashed(key).hex()} signed the certificate {shown(name)}"
    for each in (other for other in keys.bundle if other not in keys.log):
        yield f"not proven: whose key {each.key_id.hex()} is; it signed the checkpoint as well"
    check_subject(certificate, names)
    personal = Personal(bundle / DISCLOSURES if DISCLOSURES in names else None)
    run = check_audit(bundle, certificate, personal)
    yield from findings(run, predicate)
    later, sealed = None, predicate["audit"]
    if LATER in names:
        later = personal.check_later(bundle / LATER, sealed["runId"], sealed["treeSize"])
    yield from personal.findings(run.given)
    yield from check_history((size, root), kept, copy, statement, keys, signed)
    if later and copy is None:
        raise Undecided(f"{later}: only the log shows whether that is true; give --log")
    if vkey is None or fingerprint is None:
        raise Undecided(NO_KEYS)
    deleted = run.last.get("deleted", "an unknown number of")
    records = predicate["audit"]["treeSize"]
    yield f"proof verified: {deleted} records, {records} audit records, seal {size}"


def check_history(
    sealed: tuple[int, bytes],
    kept: Path | None,
    copy: Path | None,
    statement: bytes,
    keys: Keys,
    signed: Signed,
) -> Iterator[str]:
    """The log only grew between the checkpoints that there are."""
    earlier = [sealed]
    if kept is not None:
        earlier.append(kept_checkpoint(kept, keys.log, signed))
    is_one = len({*earlier}) == len({each for each, _ in earlier})
    require(is_one, "the log signed two checkpoints of one size: this is fraud")
    if copy is not None:
        yield from check_log(copy, earlier, statement, keys, signed)
    elif len({*earlier}) > 1:
        raise Undecided("that one checkpoint continues the other only the log shows: give --log")
    elif kept is not None:
        yield "proven: the other checkpoint of the log is the same"
    if copy is None:
        yield "not proven: that no later entry of the log withdraws this certificate"


def findings(run: Run, predicate: dict[str, Any]) -> Iterator[str]:
    """What the records prove, and what nothing here proves."""
    counts = {n: run.last.get(n, "unknown") for n in ("targeted", "deleted", "verified")}
    yield f"proven: these are all audit records of the run, 1 to {predicate['audit']['treeSize']}"
    yield "proven: they give the plan, jobs, approvals and counts of the certificate: " + ", ".join(
        f"{shown(value)} {name}" for name, value in counts.items()
    )
    yield f"proven: by them the outcome is {predicate['outcome']}"
    batches = counted(run.plan["plan"], "batches")
    yield f"proven: {PLAN} has the {batches} batches of that plan, whose hash is their root"
    for name in run.asked:
        yield f"proven: the approval {shown(name)} was given before anything was submitted"
    yield "not proven: the times, and what else the certificate states, are its issuer's word"
    yield "not proven: certificate.html and HOW-TO-VERIFY.txt, which are not signed"
    for limit in predicate["limits"]:
        yield f"not proven: {shown(limit)}"
    for copy in predicate["residualCopies"]:
        yield f"not proven: copies in {shown(copy['system'])}, status {shown(copy['status'])}"


def judge(
    bundle: Path,
    vkey: str | None,
    fingerprint: str | None,
    kept: Path | None = None,
    signed: Signed = by_openssl,
    say: Callable[[str], object] = print,
    copy: Path | None = None,
) -> int:
    """The exit status, after a line on each step; the keys are those that the auditor has."""
    has_keys = vkey is not None and fingerprint is not None
    try:
        if not has_keys:
            say(f"WARNING: {NO_KEYS}")
        for line in steps(bundle, vkey, fingerprint, kept, copy, signed):
            say(shown(line if has_keys else re.sub("^proven", "consistent", line), LINE))
    except Disproven as error:
        say(f"DISPROVEN: {shown(str(error), LINE)}")
        return 1
    except (Undecided, OSError) as error:
        say(f"CANNOT BE DECIDED: {shown(str(error), LINE)}")
        return 2
    except MemoryError:
        say("CANNOT BE DECIDED: the bundle needs more memory than there is")
        return 2
    except MALFORMED as error:
        say(f"DISPROVEN: a file is not written as its format says: {shown(repr(error))}")
        return 1
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Verifies the proof of a purge, offline.")
    parser.add_argument("bundle", type=Path, help="the folder with the proof")
    parser.add_argument(
        "--vkey",
        action="append",
        help="the key of the log: its name, id and base64; may be repeated",
    )
    parser.add_argument("--certificate-key", help="sha256: and the SHA-256 of the key in hex")
    parser.add_argument("--checkpoint", type=Path, help="another checkpoint of the log")
    parser.add_argument("--log", type=Path, help="a folder with a copy of the log: of `seals/`")
    given = parser.parse_args()
    fingerprint = given.certificate_key and given.certificate_key.lower()
    try:
        keys = [vkey_of(each) for each in given.vkey or ()]
    except ValueError as error:
        parser.error(f"--vkey: {error}")
    if len({each.name for each in keys}) > 1:
        parser.error("--vkey: these are keys of different logs")
    if fingerprint is not None and not re.fullmatch("sha256:[0-9a-f]{64}", fingerprint):
        parser.error("--certificate-key must be sha256: and 64 hex digits")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    vkey = given.vkey and "\n".join(given.vkey)
    try:
        status = judge(given.bundle, vkey, fingerprint, given.checkpoint, copy=given.log)
        sys.stdout.flush()
    except OSError:
        # Nobody reads the output. Python would try to write the rest of it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    return status


if __name__ == "__main__":
    sys.exit(main())
