"""What the records of a run must say: all is signed and sealed, but one thing is wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

import verify
from tests.verifier.bundles import STATEMENT, audit_of, bundle, with_manifest
from tests.verifier.changes import Records, moved, numbered, record, set_in, with_records
from tests.verifier.conftest import Judge
from tests.verifier.runs import records_of
from tests.verifier.shapes import Part, Shape

AUDIT, PLAN = json.loads(bundle()[STATEMENT])["subject"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("plan.hash", "00"),
        ("plan.batches", 3),
        ("plan.batches", 2.0),
        ("plan.targeted", 6),
        ("plan.upperBound", True),
        ("plan.upperBound", 0),
        ("plan.skipped", {"held": 1}),
        ("plan.frozenAt", "2020-01-01T00:00:00Z"),
        ("holds.recordsHeld", 1),
        ("holds.checkedAt.first", "2020-01-01T00:00:00Z"),
        ("holds.checkedAt.last", "2020-01-01T00:00:00Z"),
        ("execution.startedAt", "2020-01-01T00:00:00Z"),
        ("execution.finishedAt", "2020-01-01T00:00:00Z"),
        ("execution.protected", 1),
        ("execution.unreported", 1),
        ("verification.method", "records"),
        ("verification.sampled", 1),
        ("verification.at", "2020-01-01T00:00:00Z"),
        ("scope.mediaTypes", ["call"]),
        ("scope.interactionType", "voice"),
        ("scope.unit", "records"),
        ("scope.organisation", "emea"),
        ("scope.period", {"start": "2020-01-01T00:00:00Z", "end": "2024-04-01T00:00:00Z"}),
        ("scope.recordTypes", ["call"]),
        ("basis.reason", "another reason"),
        ("basis.classification", "public"),
        ("basis.retention", {"minimumDays": 0}),
        ("basis.retention", None),
        ("execution.deleted", 6),
        ("execution.deleted", None),
        ("execution.deletedUnit", "recordings"),
        ("execution.jobCount", 3),
        ("execution.jobs", []),
        ("execution.jobs", [{"batch": 0, "jobId": "job-0-0"}, {"batch": 1, "jobId": "another"}]),
        ("verification.absent", 4),
        ("verification.checked", 5),
        ("authorisation", [{"approvalId": "a", "subjectHash": "b", "given": 1, "at": "c"}]),
        ("outcome", "complete_with_exceptions"),
        ("certificateId", "cert-run-2-1"),
        ("issuer.origin", "another.example.com"),
        ("audit.runId", "run-2"),
        ("audit.treeSize", 8),
        ("audit.firstAt", "2026-01-01T00:00:00Z"),
        ("audit.lastAt", "2026-01-01T00:00:00Z"),
    ],
)
def test_certificate_that_states_something_else_is_refused(
    judged: Judge, path: str, value: Any
) -> None:
    status, line = judged(bundle(change=set_in(path, value)))
    assert (status, line[:9]) == (1, "DISPROVEN"), line


def test_outcome_complete_needs_every_record_to_be_absent(judged: Judge) -> None:
    shape = Shape(parts=(Part(end="unverified"),))
    assert judged(bundle(shape))[0] == 0
    assert judged(bundle(shape, change=set_in("outcome", "complete")))[0] == 1


@pytest.mark.parametrize("outcome", ["dry_run", "failed", "nothing_to_purge", "rejected"])
def test_run_without_success_gets_no_certificate(judged: Judge, outcome: str) -> None:
    files = with_records(lambda all_: record(all_, "run_completed").update(outcome=outcome))
    _, line = judged(files)
    assert line == f"DISPROVEN: a run that ended as {outcome} gets no certificate"


def test_recordings_may_differ_from_the_conversations_of_a_complete_run(judged: Judge) -> None:
    def more(records: Records) -> None:
        for action in ("batch_completed", "batch_verified", "run_completed"):
            record(records, action)["deleted"] += 4

    shape = Shape(deleted_unit="recordings")
    records = records_of(shape)
    more(records)
    files = bundle(shape, records=records, change=set_in("execution.deleted", 9))
    assert judged(files) == (0, "proof verified: 9 records, 9 audit records, seal 6")


def test_five_hundred_jobs_are_listed_and_all_are_counted(judged: Judge) -> None:
    shape = Shape(parts=[Part(1)] * 501)
    assert judged(bundle(shape))[0] == 0
    for wrong in (500, 502):
        assert judged(bundle(shape, change=set_in("execution.jobCount", wrong)))[0] == 1
    other = [{"batch": 0, "jobId": f"another-{number}"} for number in range(500)]
    assert judged(bundle(shape, change=set_in("execution.jobs", other)))[0] == 1


def test_submitted_job_must_be_listed_but_a_job_that_was_found_need_not(judged: Judge) -> None:
    def lists(batch: int) -> Callable[[dict[str, Any]], None]:
        def change(statement: dict[str, Any]) -> None:
            jobs = [{"batch": batch, "jobId": f"job-{batch}-0"}]
            statement["predicate"]["execution"] |= {"jobs": jobs, "jobCount": 1}

        return change

    shape = Shape(parts=(Part(is_reconciled=True), Part()))
    assert judged(bundle(shape, change=lists(1)))[0] == 0
    assert judged(bundle(shape, change=lists(0)))[0] == 1


@pytest.mark.parametrize(
    "subject",
    [
        [],
        [{"name": "audit.jsonl", "digest": {"sha256": "0" * 64}}, PLAN],
        [{"name": "other.jsonl", "digest": {"sha256": "0" * 64}}, PLAN],
        [AUDIT, {"name": "plan.jsonl", "digest": {"sha256": "0" * 64}}],
        [AUDIT],
        [PLAN, AUDIT],
    ],
)
def test_certificate_about_other_files_is_refused(judged: Judge, subject: object) -> None:
    _, line = judged(bundle(change=lambda statement: statement.update(subject=subject)))
    assert line == "DISPROVEN: the certificate is about another audit.jsonl or plan.jsonl"


@pytest.mark.parametrize(
    ("name", "value"),
    [("_type", "other"), ("predicateType", "urn:genesys-purge:run-seal:v1"), ("more", 1)],
)
def test_other_statement_is_no_certificate(judged: Judge, name: str, value: object) -> None:
    status, line = judged(bundle(change=lambda statement: statement.update({name: value})))
    assert (status, "is not a certificate of this run and log" in line) == (1, True)


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("gap", lambda all_: all_[3].update(sequence=5), "another number"),
        ("other run", lambda all_: all_[3].update(runId="run-2"), "of another run"),
    ],
)
def test_record_of_another_place_is_refused(
    judged: Judge, name: str, change: Callable[[Records], None], problem: str
) -> None:
    records = records_of(Shape())
    change(records)
    status, line = judged(bundle(records=records))
    assert (status, problem in line) == (1, True), name


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (moved("batch_submitted", "run_planned"), "a batch is there before the plan"),
        (moved("batch_completed", "batch_submitted"), "a batch ends that never began"),
        (lambda all_: all_.remove(record(all_, "batch_verified", 1)), "batch 1 has no end"),
        (lambda all_: all_.insert(5, dict(record(all_, "batch_verified"))), "a batch ends twice"),
        (lambda all_: all_.insert(2, dict(record(all_, "run_planned"))), "planned twice"),
        (lambda all_: record(all_, "batch_submitted").update(batch=2), "batch 2 is not planned"),
        (lambda all_: record(all_, "batch_submitted").update(batch=-1), "is not a count"),
        (lambda all_: record(all_, "batch_submitted").update(batch=True), "is not a count"),
        (lambda all_: all_.remove(record(all_, "run_completed")), "no end of the run"),
        (lambda all_: all_.remove(record(all_, "run_planned")), "before the plan"),
        (lambda all_: record(all_, "run_completed").update(deleted=6), "its batches give 5"),
        (lambda all_: record(all_, "run_completed").update(verified=6), "its batches give 5"),
        (lambda all_: record(all_, "run_completed").update(targeted=6), "its batches give 5"),
        (lambda all_: record(all_, "run_completed").update(skipped={"held": 1}), "give {}"),
        (lambda all_: record(all_, "batch_completed").update(deleted=-1), "is not a count"),
        (lambda all_: all_.append(dict(record(all_, "run_completed"))), "do not correct"),
        (lambda all_: record(all_, "run_completed").update(supersedes=2), "do not correct"),
    ],
)
def test_run_that_cannot_be_is_refused(
    judged: Judge, change: Callable[[Records], None], problem: str
) -> None:
    status, line = judged(with_records(change))
    assert (status, problem in line) == (1, True), line


def test_verified_batch_that_was_never_submitted_is_refused(judged: Judge) -> None:
    def change(records: Records) -> None:
        for action in ("batch_submitted", "batch_completed"):
            records.remove(record(records, action))

    _, line = judged(with_records(change))
    assert line == "DISPROVEN: batch 0 was never submitted"


def implausible(records: Records, place: int, deleted: int | None) -> Records:
    """The records with a job that reported too much as the end of batch 1, at this place."""
    later = [each for each in records[place:] if each.get("batch") != 1]
    end = {**record(records, "batch_verified", 1), "action": "batch_implausible", "deleted": 99}
    totals = {**later[-1], "outcome": "completed_with_failures", "verified": 3}
    del totals["deleted"], end["verified"]
    return numbered([*records[:place], end, totals | ({"deleted": deleted} if deleted else {})])


def test_counts_of_an_implausible_job_do_not_count() -> None:
    shape = Shape(parts=(Part(), Part(2, jobs=2)))
    records = records_of(shape)
    record(records, "batch_completed", 1)["deleted"] = 1
    first = records.index(record(records, "batch_completed", 1)) + 1
    for place, deleted in ((first + 1, 4), (first + 2, 3)):
        run = verify.Run()
        for each in implausible(records, place, deleted):
            run.add(each)
        run.check_sums()
        assert run.outcomes() == ("complete_with_exceptions",)


def test_correction_must_name_the_totals_before_it(judged: Judge) -> None:
    late = Shape(is_late=True)
    assert judged(bundle(late))[0] == 0
    wrong = with_records(lambda all_: record(all_, "run_corrected").update(supersedes=2), late)
    assert judged(wrong)[0] == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"batch":0,', b'"batch":0,"batch":0,'),
        (b'"batch":0,', b'"batch":0,"rate":NaN,'),
        (b'{"runId"', b'\xff{"runId"'),
        (b'{"runId"', b'\n{"runId"'),
        (b'{"runId"', b"[" * 2000 + b'{"runId"'),
        (b'"batch":0,', b'"batch":0,"detail":"' + b"x" * (1 << 20) + b'",'),
    ],
)
def test_line_that_is_not_strict_json_is_refused(
    judged: Judge, before: bytes, after: bytes
) -> None:
    good = audit_of(records_of(Shape()))
    bad = good.replace(before, after, 1)
    digest = hashlib.sha256(bad).hexdigest()

    def claim(statement: dict[str, Any]) -> None:
        statement["subject"][0]["digest"]["sha256"] = digest

    files = bundle(audit=good, change=claim)
    status, line = judged(with_manifest({**files, "audit.jsonl": bad}))
    assert (status, line[:9]) == (1, "DISPROVEN")
    assert "strict JSON" in line or "too long" in line
