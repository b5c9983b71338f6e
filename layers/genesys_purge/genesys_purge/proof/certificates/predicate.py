"""The content of a certificate, from nothing but the sealed records of its run."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from genesys_purge.model.merkle import Frontier, leaf_hash
from genesys_purge.proof.certificates.issuer import ASSURANCE, LIMITS, RESIDUAL_COPIES, Issuer
from genesys_purge.proof.entries import LAST_ACTIONS

# Jobs that are named one by one.
MOST_JOBS = 500
ENDINGS = frozenset({"run_completed", "run_corrected"})
# Counts of jobs that keep the records.
INSTEAD = frozenset({"archived", "exported"})
LOOKED = frozenset({"batch_verified", "batch_unverified"})
# What a certificate states about its run; the times of the last records are no facts.
FACTS = ("scope", "basis", "plan", "authorisation", "execution", "verification", "outcome")
TIMES = frozenset({"finishedAt", "at"})
Record = Mapping[str, Any]


class SealedAudit:
    """The sealed records of one run up to its last totals.

    Later records are about notifications and certificates, or about a late batch whose counts are
    not in the totals yet. Without totals there are no records.
    """

    def __init__(self, lines: Sequence[bytes]) -> None:
        records: Sequence[Record] = [orjson.loads(line) for line in lines]
        ends = [at for at, each in enumerate(records, 1) if each["action"] in LAST_ACTIONS]
        size = max(ends, default=0)
        self.lines = lines[:size]
        self.tree = Frontier().extended(map(leaf_hash, self.lines))
        self._records = records[:size]

    def last(self, *actions: str) -> Record | None:
        """The last record of these actions."""
        return next((each for each in self._records[::-1] if each["action"] in actions), None)

    def every(self, *actions: str) -> Sequence[Record]:
        """The records of these actions, in order."""
        return [each for each in self._records if each["action"] in actions]

    @property
    def facts(self) -> Mapping[str, Any]:
        """How much is sealed, and of which time."""
        first, last = self._records[0], self._records[-1]
        return {
            "runId": first["runId"],
            "treeSize": self.tree.size,
            "rootHash": b64encode(self.tree.root).decode(),
            "firstAt": first["at"],
            "lastAt": last["at"],
        }


def predicate_of(
    audit: SealedAudit, issuer: Issuer, number: int = 1, supersedes: str | None = None
) -> Mapping[str, Any] | None:
    """The content of the certificate; None for a run that gets none.

    A certificate is for a run that has deleted and verified everything that it had to delete. A
    dry run, an export and an archival get none. The same records have the same certificate.
    `supersedes` is the SHA-256 in hex of the statement before.
    """
    submitted, planned, ended = (
        audit.last("run_submitted"),
        audit.last("run_planned"),
        audit.last(*ENDINGS),
    )
    if submitted is None or planned is None or ended is None or not _is_proven(ended, planned):
        return None
    return {
        "certificateId": f"cert-{submitted['runId']}-{number}",
        **_known({"supersedes": supersedes}),
        "issuedAt": audit.facts["lastAt"],
        "issuer": issuer.to_json(),
        "scope": _scope(submitted, ended),
        "basis": _basis(submitted, ended),
        "plan": _plan(planned),
        "authorisation": [_authorisation(each) for each in audit.every("approval_given")],
        "execution": _execution(audit, submitted, ended),
        "verification": _verification(audit, ended),
        "outcome": _outcome(ended),
        "residualCopies": list(RESIDUAL_COPIES),
        "assurance": ASSURANCE,
        "limits": list(LIMITS),
        "audit": audit.facts,
    }


def facts_in(predicate: Mapping[str, Any]) -> Sequence[Any]:
    """What the certificate states about its run, to compare it with another certificate."""

    def kept(value: Any) -> Any:
        is_group = isinstance(value, Mapping)
        return {k: v for k, v in value.items() if k not in TIMES} if is_group else value

    return [kept(predicate[name]) for name in FACTS]


def _is_proven(ended: Record, planned: Record) -> bool:
    is_dry = ended.get("request", {}).get("dryRun", False)
    is_verified = ended.get("verified") is not None and "verification" not in ended
    has_batches = planned.get("plan", {}).get("batches", 0) > 0
    is_destruction = not is_dry and INSTEAD.isdisjoint(ended)
    return ended.get("outcome") == "completed" and is_verified and has_batches and is_destruction


def _scope(submitted: Record, ended: Record) -> Mapping[str, Any]:
    request = submitted.get("request", {})
    return _known(
        {
            "organisation": submitted.get("organisation", "default"),
            "method": submitted["method"],
            "recordTypes": request.get("recordTypes"),
            "period": request.get("dateRange"),
            "unit": ended["unit"],
        }
    )


def _basis(submitted: Record, ended: Record) -> Mapping[str, Any]:
    request = submitted.get("request", {})
    return _known(
        {
            "classification": request.get("classification"),
            "retention": ended.get("policy"),
            "purgePolicy": submitted.get("purgePolicy"),
        }
    )


def _plan(planned: Record) -> Mapping[str, Any]:
    plan = planned["plan"]
    return {
        "hash": plan["hash"],
        "batches": plan["batches"],
        "targeted": planned["targeted"],
        "upperBound": plan["upperBound"],
        "skipped": planned.get("skipped", {}),
    }


def _authorisation(given: Record) -> Mapping[str, Any]:
    approval = given["approval"]
    return {
        "approvalId": approval["approvalId"],
        "subjectHash": approval["subjectHash"],
        "given": approval["given"],
        "at": given["at"],
    }


def _execution(audit: SealedAudit, submitted: Record, ended: Record) -> Mapping[str, Any]:
    jobs = [
        {"batch": each["batch"], "jobId": each["jobId"]}
        for each in audit.every("batch_submitted")
        if "jobId" in each
    ]
    return _known(
        {
            "startedAt": submitted["at"],
            "finishedAt": ended["at"],
            "jobs": jobs[:MOST_JOBS],
            "jobCount": len(jobs),
            "deleted": ended.get("deleted"),
            "deletedUnit": ended["deletedUnit"],
            "unreported": ended.get("unreported"),
        }
    )


def _verification(audit: SealedAudit, ended: Record) -> Mapping[str, Any]:
    looks = audit.every(*LOOKED)
    looked_at = {each["batch"]: each["check"]["lookedAt"] for each in looks if "check" in each}
    return _known(
        {
            "absent": ended["verified"],
            "checked": sum(looked_at.values()) if looked_at else None,
            "at": looks[-1]["at"] if looks else None,
        }
    )


def _outcome(ended: Record) -> str:
    """What is counted in one unit must be equal; an unreported count proves nothing."""
    deleted, targeted = ended.get("deleted"), ended["targeted"]
    is_comparable = ended["unit"] == ended["deletedUnit"]
    all_deleted = deleted is not None and (deleted == targeted or not is_comparable)
    is_whole = all_deleted and ended["verified"] == targeted
    return "complete" if is_whole else "complete_with_exceptions"


def _known(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
