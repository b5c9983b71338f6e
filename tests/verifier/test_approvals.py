"""Approvals of a run: who must have given them before anything is submitted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.verifier.bundles import bundle
from tests.verifier.changes import Records, moved, record, set_in, with_records
from tests.verifier.conftest import Judge
from tests.verifier.shapes import Shape

ASKED = Shape(persons=2)
REJECTED = {"action": "approval_rejected"}


def test_run_that_two_persons_approved_is_proven(judged: Judge) -> None:
    assert judged(bundle(ASKED))[0] == 0


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda all_: all_.remove(record(all_, "approval_given")),
            "batch 0 began before its approval run-1-approval was given",
        ),
        (moved("batch_submitted", "approval_given"), "before its approval"),
        (
            lambda all_: record(all_, "approval_given").update(person="person-1"),
            "before its approval",
        ),
        (
            lambda all_: record(all_, "approval_given").update(person="person-requester"),
            "the requester approved",
        ),
        (
            lambda all_: record(all_, "approval_given")["approval"].update(subjectHash="0"),
            "something else was approved",
        ),
        (
            lambda all_: record(all_, "approval_given")["approval"].update(approvalId="other"),
            "before its approval",
        ),
        (
            lambda all_: all_.insert(4, record(all_, "approval_given") | REJECTED),
            "before its approval",
        ),
    ],
)
def test_run_without_its_approval_is_refused(
    judged: Judge, change: Callable[[Records], None], problem: str
) -> None:
    status, line = judged(with_records(change, ASKED))
    assert (status, problem in line) == (1, True), line


def test_approval_that_is_not_in_the_certificate_is_found(judged: Judge) -> None:
    assert judged(bundle(ASKED, change=set_in("authorisation", [])))[0] == 1
