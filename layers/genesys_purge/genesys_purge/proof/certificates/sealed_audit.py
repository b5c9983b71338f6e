"""What a certificate needs of the sealed records of a run, read once and in order."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from genesys_purge.model.merkle import Frontier, leaf_hash
from genesys_purge.proof.entries import has_totals

Record = Mapping[str, Any]
# Jobs that are named one by one.
MOST_JOBS = 500
SUBMITTED, PLANNED = "run_submitted", "run_planned"
ENDS = frozenset({"run_completed", "run_corrected"})
LOOKS = frozenset({"batch_verified", "batch_unverified"})


class Span(NamedTuple):
    """The times of the first and the last record of a kind."""

    first: str
    last: str


def tree_and_end_of(lines: Iterable[bytes]) -> tuple[Frontier, int]:
    """The tree over the records, and the number of the last one with totals; 0 if there is none.

    Later records are about notifications and certificates, or about a late batch whose counts are
    not in the totals yet.
    """
    end = 0

    def leaves() -> Iterator[bytes]:
        nonlocal end
        for number, line in enumerate(lines, 1):
            if has_totals(line):
                end = number
            yield leaf_hash(line)

    tree = Frontier().extended(leaves())
    return tree, end


class SealedAudit:
    """The records of one run; a run may have a million, so only a few of them are kept.

    `tree` and `sha256` are over all of them. `looked_at` has what the last look at each batch
    checked.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self.submitted: Record | None = None
        self.planned: Record | None = None
        self.ended: Record | None = None
        self.approvals: list[Record] = []
        self.jobs: list[Record] = []
        self.job_count = 0
        self.calls: Span | None = None
        self.looks: Span | None = None
        self.looked_at: dict[int, int] = {}
        self._first: Record = {}
        self._last: Record = {}
        self._digest = hashlib.sha256()
        self.tree = Frontier().extended(self._leaves(lines))
        self.sha256 = self._digest.hexdigest()

    @property
    def facts(self) -> Mapping[str, Any]:
        """How much is sealed, and of which time."""
        return {
            "runId": self._first["runId"],
            "treeSize": self.tree.size,
            "rootHash": b64encode(self.tree.root).decode(),
            "firstAt": self._first["at"],
            "lastAt": self._last["at"],
        }

    def _leaves(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            self._digest.update(line)
            self._digest.update(b"\n")
            self._last = orjson.loads(line)
            self._first = self._first or self._last
            self._add(self._last["action"], self._last)
            yield leaf_hash(line)

    def _add(self, action: str, record: Record) -> None:
        if action == SUBMITTED:
            self.submitted = record
        elif action == PLANNED:
            self.planned = record
        elif action in ENDS:
            self.ended = record
        elif action == "approval_given":
            self.approvals.append(record)
        elif action == "batch_submitted":
            self._add_call(record)
        elif action in LOOKS:
            self._add_look(record)

    def _add_call(self, record: Record) -> None:
        self.calls = _with(self.calls, record)
        if "jobId" in record:
            self.job_count += 1
            if self.job_count <= MOST_JOBS:
                self.jobs.append({"batch": record["batch"], "jobId": record["jobId"]})

    def _add_look(self, record: Record) -> None:
        self.looks = _with(self.looks, record)
        if "check" in record:
            self.looked_at[record["batch"]] = record["check"]["lookedAt"]


def _with(span: Span | None, record: Record) -> Span:
    return Span(span.first if span else record["at"], record["at"])
