"""Copies the sealed audit, the plan and the certificate of a run into a folder."""

import base64
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from genesys_purge.model.erasable import StoredDisclosures

from cli.evidence.how_to_verify import how_to_verify

Read = Callable[[str], bytes]
AUDIT, PLAN = "audit.jsonl", "plan.jsonl"
CERTIFICATE = "certificate"
ENVELOPE = "certificate.dsse.json"
WITHDRAWAL = "withdrawal.json"
STATEMENT = f"{CERTIFICATE}/statement.json"
PROOF = f"{CERTIFICATE}/certificate.tlog-proof"
FILES = (
    STATEMENT,
    PROOF,
    f"{CERTIFICATE}/{ENVELOPE}",
    f"{CERTIFICATE}/certificate.sigstore.json",
    f"{CERTIFICATE}/certificate.html",
)
MANIFEST = "manifest-sha256.txt"
DISCLOSURES = "disclosures.jsonl"
# Records that were sealed after the certificate, if they erased personal data.
LATER = "later.jsonl"
ERASURE = b'"action":"personal_data_erased"'


class Incomplete(Exception):
    """The evidence lacks a file, or its files do not belong together."""


class Evidence:
    """The files of a run in the evidence bucket: `read` gets one, `names` lists those of a folder.

    `read` raises KeyError for a file that does not exist.
    """

    def __init__(self, run_id: str, read: Read, names: Callable[[str], Iterator[str]]) -> None:
        self._run_id = run_id
        self._read = read
        self._names = names

    def withdrawal(self) -> Mapping[str, Any] | None:
        """What withdraws the newest certificate: its id, a reason and the time; None usually."""
        try:
            content = self._read(f"{self._newest()}/{WITHDRAWAL}")
        except KeyError:
            return None
        found: Mapping[str, Any] = json.loads(content)["predicate"]
        return found

    def bundle(
        self, out: Path, personal: Iterable[StoredDisclosures] | None = None
    ) -> Mapping[str, str]:
        """Write the bundle into the folder, which is replaced; returns both keys for the verifier.

        It has the newest certificate, and the `personal` data of the run's records if it is given.
        Incomplete if the run has no certificate yet.
        """
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(mkdtemp(dir=out.parent, prefix=f".{out.name}."))
        try:
            keys = self._write(draft, personal)
            draft.chmod(0o755)
            shutil.rmtree(out, ignore_errors=True)
            draft.rename(out)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return keys

    def _write(
        self, folder: Path, personal: Iterable[StoredDisclosures] | None
    ) -> Mapping[str, str]:
        newest = self._newest()
        files = {name: self._required(name.replace(CERTIFICATE, newest, 1)) for name in FILES}
        statement = json.loads(files[STATEMENT])["predicate"]
        files[PLAN] = self._required(f"runs/{self._run_id}/{PLAN}")
        size = statement["audit"]["treeSize"]
        self._write_audit(folder, size)
        if personal is not None:
            lines = (_line_of(each) for each in personal if each.sequence <= size)
            _write_lines(folder / DISCLOSURES, lines)
        certificate_key = statement["issuer"]["keyId"]
        files["keys/certificate.pem"] = self._required(f"keys/{certificate_key}.pem")
        for ending in ("vkey", "pem"):
            found = (self._required(f"keys/{each}.{ending}") for each in _signers_of(files[PROOF]))
            files[f"keys/seal.{ending}"] = b"".join(found)
        keys = {
            "vkey": files["keys/seal.vkey"].decode().split("\n")[0],
            "certificateKey": f"sha256:{certificate_key}",
        }
        files["HOW-TO-VERIFY.txt"] = how_to_verify(keys).encode()
        for name, content in files.items():
            file = folder / name
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content)
        (folder / MANIFEST).write_bytes(manifest_of(folder))
        return keys

    def _newest(self) -> str:
        """The folder of the newest certificate; that of the first one if there is none."""
        folder = f"runs/{self._run_id}/{CERTIFICATE}"
        issued = [each for each in self._names(f"{folder}/") if each.endswith(f"/{ENVELOPE}")]
        numbers = [int(each.split("/")[-2]) for each in issued]
        return f"{folder}/{max(numbers, default=1)}"

    def _write_audit(self, folder: Path, size: int) -> None:
        """Write the first `size` records, and the later ones if any of them is an erasure."""
        records, later = self._records(size), folder / LATER
        _write_lines(folder / AUDIT, islice(records, size))
        _write_lines(later, records)
        with later.open("rb") as file:
            has_erasure = any(ERASURE in each for each in file)
        if not has_erasure:
            later.unlink()

    def _records(self, size: int) -> Iterator[bytes]:
        """Every sealed record, segment by segment; Incomplete if they are less than `size`."""
        named = {_first_of(each): each for each in self._names(f"runs/{self._run_id}/audit/")}
        written = 0
        while (name := named.get(written + 1)) is not None:
            lines = self._read(name).splitlines(keepends=True)
            yield from lines
            written += len(lines)
        if written < size:
            raise Incomplete(
                f"the segments of {self._run_id} end at record {written}, not at {size}"
            )

    def _required(self, key: str) -> bytes:
        try:
            return self._read(key)
        except KeyError:
            raise Incomplete(
                f"{key} is not in the evidence bucket: the run has no certificate, or not yet"
            ) from None


def _signers_of(proof: bytes) -> Sequence[str]:
    """The ids in hex of the log's keys that signed the checkpoint of a proof, in their order."""
    _, checkpoint, signatures = proof.decode().split("\n\n")
    lines = [each.split(" ") for each in signatures.splitlines()]
    origin = checkpoint.split("\n")[0]
    return [base64.b64decode(text)[:4].hex() for _, name, text in lines if name == origin]


def manifest_of(folder: Path) -> bytes:
    """The SHA-256 of each file in the folder, in the form of `sha256sum`."""
    paths = {each.relative_to(folder).as_posix(): each for each in folder.rglob("*.*")}
    return "".join(f"{_sha256_of(paths[name])}  {name}\n" for name in sorted(paths)).encode()


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _first_of(segment: str) -> int:
    """The number of its first record; the name ends with the first and the last one."""
    return int(segment.rpartition("/")[2].partition("-")[0])


def _write_lines(path: Path, lines: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(lines)


def _line_of(stored: StoredDisclosures) -> bytes:
    content = {"sequence": stored.sequence, "disclosures": stored.disclosures}
    return json.dumps(content, separators=(",", ":")).encode() + b"\n"


def evidence_of(client: Any, bucket: str, run_id: str) -> Evidence:
    """The evidence of a run in S3."""

    def read(key: str) -> bytes:
        try:
            content: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except client.exceptions.NoSuchKey:
            raise KeyError(key) from None
        return content

    def names(prefix: str) -> Iterator[str]:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return (each["Key"] for page in pages for each in page.get("Contents", ()))

    return Evidence(run_id, read, names)
