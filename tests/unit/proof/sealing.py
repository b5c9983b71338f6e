"""A sealer over an audit, a state and a bucket in memory, with something between its steps."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from genesys_purge.errors import LostRace
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.merkle import Frontier
from genesys_purge.model.messages import RunRef
from genesys_purge.proof.errors import Contradicted, KeyUnusable
from genesys_purge.proof.log_keys import LogKeys
from genesys_purge.proof.note import VerifierKey
from genesys_purge.proof.ports import SealedRun, Version
from genesys_purge.proof.publish_seals import PublishSeals
from genesys_purge.proof.seal_audit import SealAudit
from tlog_scales.reader import TilesReader

from tests.clock import Clock
from tests.fakes import MemoryMeter
from tests.plan_fakes import MemoryPlanObjects
from tests.rule_fakes import MemoryQueue
from tests.signers import SEAL
from tests.unit.proof.small_log import ORIGIN


class Died(Exception):
    """The process ended."""


def dying_at(step: int) -> Callable[[int], None]:
    """A process that ends before this step."""
    return meeting_at(step, _die)


def meeting_at(step: int, work: Callable[[], object]) -> Callable[[int], None]:
    """Other work that is done as a whole before this step."""

    def between(at: int) -> None:
        if at == step:
            work()

    return between


def _die() -> None:
    raise Died


@dataclass
class Scene:
    """Implements every port; `between` is called before each step that reads or writes."""

    audit: dict[str, dict[int, bytes]] = field(default_factory=dict)
    runs: dict[str, SealedRun] = field(default_factory=dict)
    committed: list[bytes] = field(default_factory=list)
    log: Frontier = field(default_factory=Frontier)
    files: dict[str, Version] = field(default_factory=dict)
    actions: dict[str, list[str]] = field(default_factory=dict)
    certificates: MemoryQueue[RunRef] = field(default_factory=MemoryQueue)
    meter: MemoryMeter = field(default_factory=MemoryMeter)
    plans: MemoryPlanObjects = field(default_factory=MemoryPlanObjects)
    # The names of the configured keys, and of those that KMS refuses.
    current: str = "seal"
    previous: str = ""
    disabled: set[str] = field(default_factory=set)
    steps: int = 0
    between: Callable[[int], None] = lambda _: None

    def record(self, run_id: str, action: str = "batch_completed", **facts: Any) -> None:
        """Another record of the audit."""
        stored = self.audit.setdefault(run_id, {})
        number = max(stored, default=0) + 1
        at = f"2026-11-30T10:00:{number % 60:02}Z"
        fields = {"runId": run_id, "sequence": number, "at": at, "action": action} | facts
        stored[number] = orjson.dumps(fields)
        self.actions.setdefault(run_id, []).append(action)

    def seal(self, *run_ids: str) -> None:
        """Seal these runs, or all."""
        publish = PublishSeals(self, self, self, self.keys)
        seal_audit = SealAudit(self, self, publish, self.certificates, self.meter)
        seal_audit({run_id: self.actions.pop(run_id, []) for run_id in run_ids or self.audit})

    def reader(self) -> TilesReader:
        """Another implementation's view of the published log."""
        return TilesReader(_Folder(self.files))

    def file(self, key: str) -> bytes:
        return self.files[key].content

    def _step(self) -> None:
        self.steps += 1
        self.between(self.steps)

    # The audit

    def lines(self, run_id: str, first: int) -> Iterator[bytes]:
        self._step()
        stored = self.audit.get(run_id, {})
        while first in stored:
            yield stored[first]
            first += 1

    def last(self, run_id: str) -> int:
        self._step()
        return max(self.audit.get(run_id, {}), default=0)

    def times(self, run_id: str, first: int, most: int) -> Sequence[tuple[int, datetime]]:
        self._step()
        numbers = sorted(each for each in self.audit.get(run_id, {}) if each >= first)[:most]
        stored = {each: orjson.loads(self.audit[run_id][each]) for each in numbers}
        return [(each, datetime.fromisoformat(stored[each]["at"])) for each in numbers]

    # The state

    def head(self) -> Frontier:
        self._step()
        return self.log

    def run(self, run_id: str) -> SealedRun:
        self._step()
        return self.runs.get(run_id, SealedRun(run_id))

    def commit(
        self,
        head: tuple[Frontier, Frontier],
        entries: Sequence[bytes],
        runs: Sequence[tuple[SealedRun, SealedRun]],
        record: AuditRecord | None = None,
    ) -> None:
        self._step()
        stored = [self.runs.get(before.run_id, SealedRun(before.run_id)) for before, _ in runs]
        if self.log != head[0] or stored != [before for before, _ in runs]:
            raise LostRace("another sealer was faster")
        self.log = head[1]
        self.committed += entries
        self.runs |= {after.run_id: after for _, after in runs}
        if record:
            self._append(record)

    def _append(self, record: AuditRecord) -> None:
        """As the audit log does: with the next number."""
        facts = record.to_json()
        for known in ("runId", "sequence", "at", "action"):
            del facts[known]
        self.record(record.run_id, record.action, **facts)

    def entries(self, first: int, end: int) -> Sequence[bytes]:
        self._step()
        assert first < end, "DynamoDB refuses to read an empty range"
        return self.committed[first:end]

    # The bucket

    def get(self, key: str) -> Version | None:
        self._step()
        return self.files.get(key)

    def put_once(self, key: str, content: bytes) -> None:
        self._step()
        if self.files.setdefault(key, Version(content, "")).content != content:
            raise Contradicted(f"{key} has another content")

    def put_first(self, key: str, content: bytes) -> None:
        self._step()
        self.files.setdefault(key, Version(content, ""))

    def replace(self, key: str, content: bytes, before: Version | None) -> None:
        self._step()
        if self.files.get(key) != before:
            raise LostRace("another sealer was faster")
        self.files[key] = Version(content, str(self.steps))

    # The keys

    @property
    def keys(self) -> LogKeys:
        """The configured keys of the log, as a new process has them."""
        previous = SceneKey(self, self.previous) if self.previous else None
        return LogKeys(self, SceneKey(self, self.current), previous, "planned", Clock())


@dataclass
class SceneKey:
    """A key of the log; each name has another one."""

    scene: Scene
    name: str

    @property
    def _private(self) -> Ed25519PrivateKey:
        return SEAL if self.name == "seal" else key_named(self.name)

    @property
    def key(self) -> VerifierKey:
        self._check()
        return vkey_of(self._private)

    def sign(self, data: bytes) -> bytes:
        self.scene._step()  # noqa: SLF001  one step of the scene
        self._check()
        return self._private.sign(data)

    def _check(self) -> None:
        if self.name in self.scene.disabled:
            raise KeyUnusable(f"KMS refuses the key {self.name}")


def key_named(name: str) -> Ed25519PrivateKey:
    """A key that a name decides."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def vkey_of(private: Ed25519PrivateKey) -> VerifierKey:
    """The public half of a key of the log."""
    der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return VerifierKey.of_der(ORIGIN, der)


@dataclass
class _Folder:
    """The bucket as a reader of tiles sees it."""

    files: dict[str, Version]

    def get(self, *path: str) -> bytes | None:
        found = self.files.get("/".join(("seals", *path)))
        return found and found.content
