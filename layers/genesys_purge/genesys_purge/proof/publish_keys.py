"""The public keys of the log in the bucket: for convenience, verifiers know them from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from genesys_purge.proof.note import VerifierKey
from genesys_purge.proof.ports import Evidence
from genesys_purge.proof.races import until_won

# As in C2SP tlog-policy.
POLICY = "keys/policy.txt"
QUORUM = "quorum none"


def publish_keys(evidence: Evidence, keys: Iterable[VerifierKey]) -> None:
    """Store each key as a line and for openssl, and add it to the policy, which keeps old keys."""
    for key in keys:
        evidence.put_once(f"{key.file}.vkey", f"{key}\n".encode())
        evidence.put_once(f"{key.file}.pem", key.pem.encode())
        until_won(partial(_add_to_policy, evidence, f"log {key}"))


def _add_to_policy(evidence: Evidence, line: str) -> None:
    before = evidence.get(POLICY)
    lines = before.content.decode().splitlines() if before else [QUORUM]
    if line not in lines:
        *logs, quorum = lines
        content = "".join(f"{each}\n" for each in (*logs, line, quorum))
        evidence.replace(POLICY, content.encode(), before)
