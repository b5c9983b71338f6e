"""Reconcile: after a submit without an answer, where Genesys lists the requests."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import GenesysUnavailable, InvalidRequest
from genesys_purge.methods.gdpr_request.finder import FIND
from genesys_purge.methods.gdpr_request.lifecycle import LIST
from genesys_purge.methods.gdpr_request.method import BEGINNING, DELETE, EXPORT
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.dates import Window
from genesys_purge.model.messages import BatchStep, Next

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench

PATIENCE = 1_800
JANE, OURS = {"name": "Jane Doe"}, {"id": "gdpr-1", "name": "run-1 0", "requestType": "GDPR_DELETE"}
NONE: dict[str, Any] = {"entities": []}


@pytest.fixture
def step(bench: Workbench) -> BatchStep:
    """A request whose answer was lost and which is not listed, about a known subject."""
    bench.genesys.on(FIND, {"entities": [JANE]})
    bench.genesys.on(DELETE, {"id": "gdpr-2"})
    bench.genesys.on(LIST, NONE)
    return bench.planned(unanswered(), request=builders.gdpr_request())


def unanswered() -> Batch:
    return builders.batch(
        window=Window(start=BEGINNING, end=NOON),
        planned=1,
        state=BatchState.SUBMITTING,
        before=1,
        attempt=builders.unanswered(),
    )


def at_last(bench: Workbench, step: BatchStep) -> BatchStep:
    """The same step again, when no patience is left since the intent."""
    bench.clock.wait(PATIENCE)
    return bench.submit_batch(step)


@pytest.mark.parametrize("known", [[JANE], []])
def test_listed_request_is_adopted_and_audited(
    bench: Workbench, step: BatchStep, known: list[Any]
) -> None:
    bench.genesys.on(FIND, {"entities": known})
    bench.genesys.on(LIST, {"entities": [OURS]})
    assert bench.submit_batch(step).next is Next.POLL
    assert (bench.batch.state, bench.batch.job_id) == (BatchState.SUBMITTED, "gdpr-1")
    assert (bench.last_fact["action"], bench.last_fact["jobId"]) == ("batch_reconciled", "gdpr-1")
    assert bench.genesys.deletions == []


@pytest.mark.parametrize("known", [[JANE], []])
def test_late_list_neither_claims_nor_sends_a_request(
    bench: Workbench, step: BatchStep, known: list[Any]
) -> None:
    bench.genesys.on(FIND, {"entities": known})
    before = bench.batch
    waited = 0
    while waited + 300 <= PATIENCE:
        step = bench.submit_batch(step)
        assert step.wait_seconds > 0
        bench.clock.wait(step.wait_seconds)
        waited += step.wait_seconds
    assert (step.next, bench.batch, bench.genesys.deletions) == (Next.SUBMIT, before, [])
    bench.genesys.on(LIST, {"entities": [OURS]})
    assert bench.submit_batch(step).next is Next.POLL
    assert bench.batch.job_id == "gdpr-1"


def test_unreadable_list_does_not_count_as_empty(bench: Workbench, step: BatchStep) -> None:
    bench.genesys.on(LIST, GenesysUnavailable("503"))
    assert bench.submit_batch(step).wait_seconds == 30
    with pytest.raises(GenesysUnavailable):
        at_last(bench, step)
    assert bench.genesys.deletions == []


def test_request_that_is_never_listed_is_sent_again(bench: Workbench, step: BatchStep) -> None:
    assert at_last(bench, step).next is Next.POLL
    assert (bench.batch.job_id, bench.batch.attempt.number) == ("gdpr-2", 2)
    assert "1 records are still there" in bench.fact("batch_reconciled")["detail"]


def test_unlisted_deletion_is_adopted_if_the_subject_is_gone(
    bench: Workbench, step: BatchStep
) -> None:
    bench.genesys.on(FIND, NONE)
    assert at_last(bench, step).next is Next.VERIFY
    assert bench.last_fact["detail"] == "nothing is left of 1 records; timed out"
    assert bench.genesys.deletions == []


@pytest.mark.parametrize("known", [[JANE], []])
def test_unlisted_export_is_not_adopted_if_the_subject_is_gone(
    bench: Workbench, known: list[Any]
) -> None:
    bench.genesys.on(FIND, {"entities": known})
    bench.genesys.on(LIST, NONE)
    bench.genesys.on(EXPORT, {"id": "gdpr-2"})
    asked = builders.gdpr_request(requestType="GDPR_EXPORT")
    step = bench.planned(unanswered(), request=asked)
    if known:
        assert at_last(bench, step).next is Next.POLL
    else:
        with pytest.raises(InvalidRequest, match="no data subject matches"):
            at_last(bench, step)
    assert len(bench.genesys.deletions) == len(known)
    assert bench.fact("batch_reconciled")["detail"].endswith("no job for it; submitting again")


def test_request_listed_at_the_last_moment_is_adopted(bench: Workbench, step: BatchStep) -> None:
    bench.genesys.on(LIST, NONE, {"entities": [OURS]})
    assert at_last(bench, step).next is Next.POLL
    assert (bench.batch.job_id, bench.genesys.deletions) == ("gdpr-1", [])
    assert bench.last_fact["action"] == "batch_reconciled"
