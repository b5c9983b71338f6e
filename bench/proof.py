"""`python -m bench.proof`: seal, certify, copy and verify a run with a million audit records.

Each step is a process of its own. DynamoDB, S3 and KMS are files and keys on this machine.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from genesys_purge.methods.contract import Planned
from genesys_purge.model.dates import Window
from genesys_purge.model.merkle import Frontier
from genesys_purge.model.stored_object import StoredObject
from genesys_purge.proof.certificates.certify_run import CertifyRun
from genesys_purge.proof.log_keys import LogKeys
from genesys_purge.proof.ports import SealedRun, Version
from genesys_purge.proof.publish_seals import PublishSeals
from genesys_purge.proof.seal_audit import SealAudit
from genesys_purge.purging.plan_lines import Lines

from cli.evidence.bundle import Evidence
from tests.signers import LocalCertificateKey, LocalSigner

RUN, ORIGIN = "run-1", "123456789012/purge/us-east-1/seals"
RECORDS, MOST_SECONDS, MOST_MEGABYTES = 1_000_000, 60.0, 200.0
# Of each batch: submitted, completed, verified.
OF_A_BATCH, OF_THE_RUN = 3, 3
# Records between two known positions in the file of the audit.
STRIDE = 1_000
BEGAN = datetime(2026, 12, 1, tzinfo=UTC)


class Cost(NamedTuple):
    """CPU seconds and peak memory of a process."""

    seconds: float
    megabytes: float


class Files:
    """The evidence bucket as a folder; the audit and what is committed lie beside it."""

    def __init__(self, folder: Path) -> None:
        self._bucket = folder / "bucket"
        self._audit = folder / "audit.jsonl"
        self._positions = folder / "positions"
        self._state = folder / "state"
        self._log, self._runs, self._entries = Frontier(), dict[str, SealedRun](), list[bytes]()
        if self._state.exists():
            # Written by `close` of an earlier step.
            self._log, self._runs, self._entries = pickle.loads(self._state.read_bytes())  # noqa: S301  our own file

    def close(self) -> None:
        """Keep what is committed for the next step."""
        self._state.write_bytes(pickle.dumps((self._log, self._runs, self._entries)))

    # The audit

    def write(self, lines: Iterator[bytes]) -> None:
        """Store the records, and the position of every thousandth one."""
        positions = []
        with self._audit.open("wb") as file:
            for number, line in enumerate(lines):
                if number % STRIDE == 0:
                    positions.append(file.tell())
                file.write(line + b"\n")
        self._positions.write_bytes(orjson.dumps([number + 1, positions]))

    def lines(self, _run_id: str, first: int) -> Iterator[bytes]:
        _, positions = orjson.loads(self._positions.read_bytes())
        block, skipped = divmod(first - 1, STRIDE)
        if block >= len(positions):
            return
        with self._audit.open("rb") as file:
            file.seek(positions[block])
            for line in islice(file, skipped, None):
                yield line[:-1]

    def last(self, _run_id: str) -> int:
        return int(orjson.loads(self._positions.read_bytes())[0])

    # What is committed

    def head(self) -> Frontier:
        return self._log

    def run(self, run_id: str) -> SealedRun:
        return self._runs.get(run_id, SealedRun(run_id))

    def commit(
        self,
        head: tuple[Frontier, Frontier],
        entries: Sequence[bytes],
        runs: Sequence[tuple[SealedRun, SealedRun]],
        _record: object = None,
    ) -> None:
        self._log = head[1]
        self._entries += entries
        self._runs |= {after.run_id: after for _, after in runs}

    def entries(self, first: int, end: int) -> Sequence[bytes]:
        return self._entries[first:end]

    # The bucket

    def get(self, key: str) -> Version | None:
        path = self._bucket / key
        return Version(path.read_bytes(), "") if path.exists() else None

    def put_once(self, key: str, content: bytes) -> None:
        path = self._bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    put_first = put_once

    def replace(self, key: str, content: bytes, _before: Version | None) -> None:
        self.put_once(key, content)

    def names(self, prefix: str) -> Iterator[str]:
        found = (each for each in (self._bucket / prefix).rglob("*") if each.is_file())
        return (each.relative_to(self._bucket).as_posix() for each in found)

    def read(self, key: str) -> bytes:
        return (self._bucket / key).read_bytes()

    # The queue of certificates, and the meter

    def send(self, _message: object) -> None:
        """Ask for the certificate; it is the next step."""

    def count(self, *_of: object, **_dimensions: object) -> None:
        """Count nothing."""


class Plans:
    """The bucket of plans as a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "plans"
        self._folder.mkdir(exist_ok=True)

    def facts_of(self, batches: int) -> Mapping[str, Any]:
        """What `run_planned` says about the stored lines of so many windows."""
        lines = Lines(self, bytes)
        plan = lines.of(RUN, lines.new_key(RUN))
        window = Window(start=BEGAN - timedelta(days=400), end=BEGAN - timedelta(days=370))
        for _ in range(batches):
            plan.add(Planned(1_000, window=window))
        return {"lines": plan.close().to_json(), "hash": plan.hash}

    def put(self, _run_id: str, name: str, content: bytes) -> StoredObject:
        (self._folder / name).write_bytes(content)
        return StoredObject(sha256=hashlib.sha256(content).hexdigest(), size=len(content))

    def get(self, _run_id: str, name: str, _stored: StoredObject) -> bytes:
        return (self._folder / name).read_bytes()


def audit_of(records: int, plans: Plans) -> Iterator[bytes]:
    """The audit of a run that deleted and verified everything, in the form that is stored."""
    batches = (records - OF_THE_RUN) // OF_A_BATCH
    units = {"unit": "conversations", "deletedUnit": "conversations"}
    of_run = {"method": "conversation_archive", "request": {"dryRun": False}}
    counts = {"targeted": 1_000 * batches, **units}
    plan = {"plan": {"batches": batches, "upperBound": False, **plans.facts_of(batches)}}

    def facts() -> Iterator[dict[str, Any]]:
        yield {"actor": "submit_purge", "action": "run_submitted", **of_run}
        yield {"actor": "plan_purge", "action": "run_planned", **of_run, **plan, **counts}
        for batch in range(batches):
            yield from _of_batch(batch)
        deleted = {"deleted": 1_000 * batches, "verified": 1_000 * batches}
        end = {"actor": "complete_purge", "action": "run_completed", "outcome": "completed"}
        yield {**end, **of_run, **counts, **deleted}

    for number, each in enumerate(facts(), start=1):
        at = (BEGAN + timedelta(milliseconds=20 * number)).isoformat().replace("+00:00", "Z")
        yield orjson.dumps({"runId": RUN, "sequence": number, "at": at, **each})


def _of_batch(batch: int) -> Iterator[dict[str, Any]]:
    job = f"job-{batch:08}-4f1c2a7e-9d3b-4e5f-8a6b"
    known = {"method": "conversation_archive", "batch": batch, "jobId": job, "targeted": 1_000}
    trace = {"correlationId": f"{batch:032x}", "unit": "conversations"}
    yield {"actor": "submit_batch", "action": "batch_submitted", **known, **trace}
    ended = {"deleted": 1_000, "deletedUnit": "conversations", "latencySeconds": 41.25}
    rate = {"successRate": 1.0}
    yield {"actor": "poll_batch", "action": "batch_completed", **known, **trace, **ended, **rate}
    looked = {"verified": 1_000, **ended, **rate}
    yield {"actor": "verify_batch", "action": "batch_verified", **known, **trace, **looked}


def publisher(files: Any) -> PublishSeals:
    keys = LogKeys(files, LocalSigner(None, "", ORIGIN), None, "planned", lambda: BEGAN)
    return PublishSeals(files, files, files, keys)


def seal(files: Any, _out: Path) -> None:
    publish = publisher(files)
    SealAudit(files, files, publish, files, files)({RUN: ["run_completed"]})


def certify(files: Any, out: Path) -> None:
    key = LocalCertificateKey()
    CertifyRun(files, files, files, Plans(out.parent), key, ORIGIN, None, lambda: BEGAN)(RUN)
    publisher(files)()


def copy(files: Files, out: Path) -> None:
    Evidence(RUN, files.read, files.names).bundle(out)


STEPS: Mapping[str, Callable[[Files, Path], None]] = {
    "seal": seal,
    "certify": certify,
    "copy": copy,
}


def measured(*words: str) -> Cost:
    """The cost of a Python process; SystemExit if it fails."""
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    line = [sys.executable, *words]
    pid = os.posix_spawn(sys.executable, line, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"error: {' '.join(words)} failed")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure(records: int) -> dict[str, Cost]:
    """The costs of all steps for a run with so many audit records."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Files(folder).write(audit_of(records, Plans(folder)))
        costs = {each: measured("-m", "bench.proof", "--step", each, name) for each in STEPS}
        out = folder / "evidence"
        vkey = (out / "keys" / "seal.vkey").read_text().strip()
        key_id = orjson.loads((out / "certificate" / "statement.json").read_bytes())
        fingerprint = f"sha256:{key_id['predicate']['issuer']['keyId']}"
        options = ("--vkey", vkey, "--certificate-key", fingerprint)
        return costs | {"verify": measured("verify.py", str(out), *options)}


def print_proof(records: int = RECORDS) -> bool:
    """Print the costs; returns whether they are within the bounds."""
    costs = measure(records)
    total = sum(each.seconds for each in costs.values())
    most = max(each.megabytes for each in costs.values())
    print(f"Proof of a run with {records:,} audit records")
    print(f"{'step':<10}{'CPU s':>8}{'MB':>8}")
    for name, cost in costs.items():
        print(f"{name:<10}{cost.seconds:>8.1f}{cost.megabytes:>8.0f}")
    bounds = f"(at most {MOST_SECONDS:.0f} and {MOST_MEGABYTES:.0f})"
    print(f"{'in all':<10}{total:>8.1f}{most:>8.0f}  {bounds}\n")
    return total <= MOST_SECONDS and most <= MOST_MEGABYTES


def main() -> None:
    parser = argparse.ArgumentParser("python -m bench.proof", description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS, help="audit records of the run")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="?", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        files = Files(Path(given.folder))
        STEPS[given.step](files, Path(given.folder) / "evidence")
        files.close()
    else:
        sys.exit(not print_proof(given.records))


if __name__ == "__main__":
    main()
