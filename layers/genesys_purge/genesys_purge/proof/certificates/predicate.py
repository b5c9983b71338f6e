"""The content of a certificate, from nothing but the sealed records of its run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genesys_purge.proof.certificates.issuer import ASSURANCE, LIMITS, RESIDUAL_COPIES, Issuer
from genesys_purge.proof.certificates.sealed_audit import Record, SealedAudit

# What a certificate states about its run; the times of the last records are no facts.
FACTS = ("scope", "basis", "plan", "authorisation", "holds", "execution", "verification", "outcome")
TIMES = frozenset({"finishedAt", "at", "checkedAt"})
# Counts of jobs that keep the records.
INSTEAD = frozenset({"archived", "exported"})
SUBJECT_METHOD = "gdpr_request"


def predicate_of(
    audit: SealedAudit, issuer: Issuer, number: int = 1, supersedes: str | None = None
) -> Mapping[str, Any] | None:
    """The content of the certificate; None for a run that gets none.

    A certificate is for a run that has deleted and verified everything that it had to delete. A
    dry run, an export and an archival get none. The same records have the same certificate.
    `supersedes` is the SHA-256 in hex of the statement before.
    """
    submitted, planned, ended = audit.submitted, audit.planned, audit.ended
    if submitted is None or planned is None or ended is None or not _is_proven(ended, planned):
        return None
    return _known(
        {
            "certificateId": f"cert-{submitted['runId']}-{number}",
            "supersedes": supersedes,
            "issuedAt": audit.facts["lastAt"],
            "issuer": issuer.to_json(),
            "controller": issuer.controller,
            "scope": _scope(submitted, ended),
            "basis": _basis(submitted, ended),
            "plan": _plan(planned),
            "authorisation": [_authorisation(each) for each in audit.approvals],
            "holds": _holds(audit, ended),
            "execution": _execution(audit, submitted, ended),
            "verification": _verification(audit, ended),
            "outcome": _outcome(ended),
            "residualCopies": list(RESIDUAL_COPIES),
            "assurance": ASSURANCE,
            "limits": list(LIMITS),
            "audit": audit.facts,
        }
    )


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
    selection = request.get("selection", {})
    return _known(
        {
            "organisation": submitted.get("organisation", "default"),
            "method": submitted["method"],
            "recordTypes": selection.get("recordTypes"),
            "mediaTypes": selection.get("mediaTypes"),
            "interactionType": selection.get("interactionType"),
            "period": request.get("dateRange"),
            "unit": ended["unit"],
        }
    )


def _basis(submitted: Record, ended: Record) -> Mapping[str, Any]:
    request = submitted.get("request", {})
    policy = submitted.get("purgePolicy", {})
    return _known(
        {
            "trigger": _trigger(submitted),
            "jurisdiction": request.get("jurisdiction"),
            "classification": request.get("classification"),
            "retention": ended.get("policy"),
            "purgePolicy": _known({name: policy.get(name) for name in ("name", "version")}) or None,
        }
    )


def _trigger(submitted: Record) -> str:
    """Who asked for the run: a schedule, a policy, a person, or another service."""
    if submitted["method"] == SUBJECT_METHOD:
        return "data_subject_request"
    if "purgePolicy" in submitted:
        return "purge_policy"
    if "person" in submitted:
        return "person"
    return "schedule" if submitted.get("actor", "").startswith("schedule:") else "service"


def _plan(planned: Record) -> Mapping[str, Any]:
    plan = planned["plan"]
    return {
        "hash": plan["hash"],
        "batches": plan["batches"],
        "targeted": planned["targeted"],
        "upperBound": plan["upperBound"],
        "skipped": planned.get("skipped", {}),
        "frozenAt": planned["at"],
    }


def _authorisation(given: Record) -> Mapping[str, Any]:
    approval = given["approval"]
    return _known(
        {
            "approvalId": approval["approvalId"],
            "subjectHash": approval["subjectHash"],
            "given": approval["given"],
            "person": given.get("person"),
            "at": given["at"],
        }
    )


def _holds(audit: SealedAudit, ended: Record) -> Mapping[str, Any]:
    """Holds are read right before each deleting call."""
    skipped = ended.get("skipped", {})
    return _known(
        {
            "checkedAt": audit.calls and audit.calls._asdict(),
            "recordsHeld": skipped.get("legal_hold", 0),
        }
    )


def _execution(audit: SealedAudit, submitted: Record, ended: Record) -> Mapping[str, Any]:
    return _known(
        {
            "startedAt": submitted["at"],
            "finishedAt": ended["at"],
            "jobs": audit.jobs,
            "jobCount": audit.job_count,
            "deleted": ended.get("deleted"),
            "deletedUnit": ended["deletedUnit"],
            "protected": ended.get("skipped", {}).get("protected", 0),
            "unreported": ended.get("unreported"),
        }
    )


def _verification(audit: SealedAudit, ended: Record) -> Mapping[str, Any]:
    looked_at = audit.looked_at
    return _known(
        {
            "method": "records" if looked_at else "counts",
            "absent": ended["verified"],
            "checked": sum(looked_at.values()) if looked_at else None,
            "sampled": ended.get("sampled"),
            "at": audit.looks and audit.looks.last,
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
