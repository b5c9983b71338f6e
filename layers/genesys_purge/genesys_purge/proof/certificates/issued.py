"""The certificates of a run as they are stored. What is stored first decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

import orjson

from genesys_purge.model.dates import zulu
from genesys_purge.proof.certificates.dsse import payload_of
from genesys_purge.proof.certificates.predicate import facts_in
from genesys_purge.proof.entries import (
    CERTIFICATE_WITHDRAWN,
    certificate_folder,
    digest_of,
    statement,
)
from genesys_purge.proof.ports import Evidence

ENVELOPE = "certificate.dsse.json"
WITHDRAWAL = "withdrawal.json"
Reason = Literal["corrected", "not_proven"]


class Issued:
    """One certificate: its signed envelope, and its withdrawal if there is one."""

    def __init__(self, run_id: str, number: int, envelope: bytes, withdrawal: bytes | None) -> None:
        self.number = number
        self.folder = certificate_folder(run_id, number)
        self.envelope = envelope
        self.withdrawal = withdrawal

    @cached_property
    def payload(self) -> bytes:
        """The statement."""
        return payload_of(self.envelope)

    @property
    def sha256(self) -> str:
        """The digest of the statement, in hex."""
        return digest_of(self.payload)

    @cached_property
    def predicate(self) -> Mapping[str, Any]:
        """What it says."""
        content: Mapping[str, Any] = orjson.loads(self.payload)["predicate"]
        return content

    def has(self, content: bytes) -> bool:
        """Whether this is its envelope or its withdrawal."""
        return content in (self.envelope, self.withdrawal)

    @property
    def tree_size(self) -> int:
        """How many records it speaks for."""
        return int(self.predicate["audit"]["treeSize"])

    def states_the_same_as(self, payload: bytes) -> bool:
        """Whether another statement has the same facts about the run."""
        return facts_in(self.predicate) == facts_in(orjson.loads(payload)["predicate"])

    @property
    def certificate_id(self) -> str:
        return str(self.predicate["certificateId"])

    def withdrawn(self, reason: Reason, at: datetime, successor: str | None = None) -> bytes:
        """The entry that withdraws it; `successor` is the id of the certificate after it."""
        replaced = {"supersededBy": successor} if successor else {}
        content = {"certificateId": self.certificate_id, "reason": reason, **replaced}
        name = f"{self.folder}/statement.json"
        predicate = content | {"at": zulu(at)}
        return statement(CERTIFICATE_WITHDRAWN, [(name, self.sha256)], predicate)


def issued_for(evidence: Evidence, run_id: str) -> Sequence[Issued]:
    """All certificates of the run, from number 1 on."""
    return list(_issued(evidence, run_id))


def _issued(evidence: Evidence, run_id: str) -> Iterator[Issued]:
    number = 1
    while found := evidence.get(f"{certificate_folder(run_id, number)}/{ENVELOPE}"):
        withdrawal = evidence.get(f"{certificate_folder(run_id, number)}/{WITHDRAWAL}")
        yield Issued(run_id, number, found.content, withdrawal and withdrawal.content)
        number += 1
