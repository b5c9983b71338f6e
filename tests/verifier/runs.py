"""The audit of a run of any shape, and what its certificate says about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.verifier.plans import hash_of
from tests.verifier.shapes import Part, Shape

BEGAN = datetime(2026, 12, 1, 9, tzinfo=UTC)
SUBJECT_HASH = "a7" * 32
RETENTION = {"minimumDays": 365, "basis": "GDPR Art. 5(1)(e)", "assumed": False}
PERIOD = {"start": "2024-01-01T00:00:00Z", "end": "2024-04-01T00:00:00Z"}


def records_of(shape: Shape) -> list[dict[str, Any]]:
    """The audit records of the run, from 1 on."""
    records: list[dict[str, Any]] = []
    for number, record in enumerate(_records(shape), start=1):
        at = (BEGAN + timedelta(seconds=number)).isoformat().replace("+00:00", "Z")
        record.setdefault("actor", "submit_batch")
        records.append({"runId": shape.run_id, "sequence": number, "at": at, **record})
        if record["action"] == "run_corrected":
            earlier = [each["sequence"] for each in records if each["action"] == "run_completed"]
            records[-1]["supersedes"] = earlier[-1]
    return records


def _records(shape: Shape) -> Iterator[dict[str, Any]]:
    yield _of_run(shape, "run_submitted") | {"person": "person-requester"}
    yield _planned(shape)
    for person in range(shape.persons):
        approval = _approval(shape, person + 1)
        yield {"action": "approval_given", "person": f"person-{person}", "approval": approval}
    *earlier, last = shape.parts
    for number, part in enumerate(earlier):
        yield from _of_batch(shape, number, part)
    *begin, end = _of_batch(shape, len(earlier), last)
    if shape.is_late:
        yield from begin
        yield _of_run(shape, "run_completed", totals_of(shape, earlier))
        yield end
        yield _of_run(shape, "run_corrected", totals_of(shape, shape.parts))
    else:
        yield from (*begin, end)
        yield _of_run(shape, "run_completed", totals_of(shape, shape.parts))
    for _ in range(shape.unused):
        yield {"action": "number_unused"}
    for each in range(shape.notifications):
        delivery = {"event": "RunCompleted", "subscriber": "archive", "attempt": each + 1}
        yield {"action": "notification_delivered", "delivery": delivery}


def _of_run(shape: Shape, action: str, totals: Mapping[str, Any] | None = None) -> dict[str, Any]:
    outcome = "completed" if shape.is_complete else "completed_with_failures"
    request = {"reason": shape.reason, "dateRange": PERIOD, "dryRun": False}
    return {
        "action": action,
        "method": "conversation_archive",
        **({"organisation": shape.organisation} if shape.organisation else {}),
        "request": {**request, "classification": "internal"},
        **({"outcome": outcome, **totals} if totals else {}),
    }


def _planned(shape: Shape) -> dict[str, Any]:
    return {
        **_of_run(shape, "run_planned"),
        "plan": {"batches": len(shape.parts), "hash": hash_of(shape), "upperBound": False},
        "unit": "conversations",
        "deletedUnit": shape.deleted_unit,
        "targeted": shape.planned,
        **({} if shape.skipped is None else {"skipped": dict(shape.skipped)}),
        "policy": RETENTION,
        **({"approval": _approval(shape, 0)} if shape.persons else {}),
    }


def _approval(shape: Shape, given: int) -> dict[str, Any]:
    state = "approved" if given == shape.persons else "pending"
    facts = {"approvalId": f"{shape.run_id}-approval", "kind": "run", "state": state}
    return {**facts, "subjectHash": SUBJECT_HASH, "needed": shape.persons, "given": given}


def _of_batch(shape: Shape, number: int, part: Part) -> Iterator[dict[str, Any]]:
    units = {"unit": "conversations", "deletedUnit": shape.deleted_unit}
    if part.protected:
        skipped = {"protected": part.protected}
        yield {"action": "batch_protected", "batch": number, "skipped": skipped, **units}
    jobs = part.jobs if part.deletes else 0
    for job in range(jobs):
        own = {"batch": number, "jobId": f"job-{number}-{job}", **units}
        yield {"action": "batch_reconciled" if part.is_reconciled else "batch_submitted", **own}
        if job + 1 < jobs or part.end in ("verified", "unverified"):
            reported = part.deletes if job + 1 == jobs else 0
            yield {"action": "batch_completed", **own, "deleted": reported, "latencySeconds": 1.5}
    end: dict[str, Any] = {"action": f"batch_{part.end}", "batch": number, **units}
    if part.end in ("verified", "unverified"):
        end |= {"verified": _verified(part), "successRate": 0.25}
        end |= {"deleted": part.deletes} if jobs else {}
        end |= {"check": {"mode": "every", "lookedAt": part.deletes}} if part.is_sampled else {}
    yield end


def _verified(part: Part) -> int:
    return part.deletes - (part.end == "unverified" and part.deletes > 0)


def totals_of(shape: Shape, ended: Sequence[Part]) -> dict[str, Any]:
    """The totals of the run once these batches have ended; absent counts are unknown."""
    skipped = Counter(shape.skipped or {})
    protected = sum(part.protected for part in shape.parts)
    skipped["protected"] += protected
    found: dict[str, Any] = {"targeted": shape.planned - protected, "skipped": dict(+skipped)}
    looked = [part for part in ended if part.end in ("verified", "unverified")]
    reported = [part.deletes for part in looked if part.deletes]
    # Each job but the last one of a batch that fails reports 0.
    reported += [0 for part in ended if part not in looked and part.deletes and part.jobs > 1]
    if reported:
        found["deleted"] = sum(reported)
    if looked:
        found["verified"] = sum(map(_verified, looked))
    return {**found, "unit": "conversations", "deletedUnit": shape.deleted_unit}


def predicate_of(shape: Shape, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the certificate says, except for the root of the audit."""
    totals = totals_of(shape, shape.parts)
    is_complete = shape.is_complete and totals["targeted"] == totals.get("deleted")
    scope = {"organisation": shape.organisation or "default", "period": PERIOD}
    plan = {"hash": hash_of(shape), "batches": len(shape.parts), "upperBound": False}
    plan["frozenAt"] = next(each["at"] for each in records if each["action"] == "run_planned")
    return {
        "certificateId": f"cert-{shape.run_id}-1",
        "number": 7,
        "issuedAt": records[-1]["at"],
        "issuer": {"origin": "purge.example.com/prod/seals", "version": "0.1.0"},
        "scope": {**scope, "unit": "conversations"},
        "basis": {"trigger": "person", "reason": shape.reason, "retention": RETENTION},
        "plan": {**plan, "targeted": shape.planned, "skipped": dict(shape.skipped or {})},
        "authorisation": [
            {name: each["approval"][name] for name in ("approvalId", "subjectHash", "given")}
            | {"person": each["person"], "at": each["at"]}
            for each in records
            if each["action"] == "approval_given"
        ],
        "holds": _holds(records, totals),
        "execution": _execution(shape, records, totals),
        "verification": _verification(shape, records, totals),
        "outcome": "complete" if is_complete else "complete_with_exceptions",
        "residualCopies": [{"system": "backups of Genesys", "status": "unknown"}],
        "assurance": "logical deletion through the API of the platform",
        "limits": ["Counts are those of Genesys.", "Records were not sealed for up to 2 minutes."],
    }


def _holds(records: Sequence[Mapping[str, Any]], totals: Mapping[str, Any]) -> dict[str, Any]:
    calls = [each["at"] for each in records if each["action"] == "batch_submitted"]
    checked = {"checkedAt": {"first": calls[0], "last": calls[-1]}} if calls else {}
    return {**checked, "recordsHeld": totals["skipped"].get("legal_hold", 0)}


def _execution(
    shape: Shape, records: Sequence[Mapping[str, Any]], totals: Mapping[str, Any]
) -> dict[str, Any]:
    jobs = sorted({(each["batch"], each["jobId"]) for each in records if "jobId" in each})
    return {
        "startedAt": records[0]["at"],
        "finishedAt": [
            each["at"] for each in records if each["action"] in ("run_completed", "run_corrected")
        ][-1],
        "protected": totals["skipped"].get("protected", 0),
        "jobs": [{"batch": batch, "jobId": job} for batch, job in jobs[:500]],
        "jobCount": len(jobs),
        **({"deleted": totals["deleted"]} if "deleted" in totals else {}),
        "deletedUnit": shape.deleted_unit,
    }


def _verification(
    shape: Shape, records: Sequence[Mapping[str, Any]], totals: Mapping[str, Any]
) -> dict[str, Any]:
    looked = [part for part in shape.parts if part.end in ("verified", "unverified")]
    checked = [part.deletes for part in looked if part.is_sampled]
    looks = [
        each["at"] for each in records if each["action"] in ("batch_verified", "batch_unverified")
    ]
    return {
        "method": "records" if checked else "counts",
        **({"at": looks[-1]} if looks else {}),
        **({"absent": totals["verified"]} if "verified" in totals else {}),
        **({"checked": sum(checked)} if checked else {}),
    }
