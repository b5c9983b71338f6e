"""A GDPR request on the real state machine, over the simulated live platform."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.methods.gdpr_request.method import GdprRequest
from genesys_purge.wiring import calls

from simulator import Conversation, Corpus, Fault, FaultKind, SimulatorSettings
from simulator.organisation.live_settings import LiveSettings
from simulator.organisation.words import Method, Operation
from tests.application import Application, running
from tests.builders import days_ago, gdpr_request
from tests.mocked_aws import client as aws
from tests.template import tables
from tests.workflows.run_checks import outcome_counts

DAY = 86_400
PERSON = "contact-1"
# Answers that are lost after Genesys has created the request.
LOST = (FaultKind.DROP_AFTER, FaultKind.GATEWAY_TIMEOUT_AFTER, FaultKind.MALFORMED_AFTER)


def corpus(**first: Any) -> Corpus:
    """Three conversations of the person, one from yesterday, and one of another person."""
    owners, ages = [PERSON, PERSON, PERSON, "contact-2"], [400, 40, 1, 400]
    fields = [first, {}, {}, {}]
    return Corpus.of(
        Conversation(f"c-{n}", days_ago(age), days_ago(age), external_contact_id=owner, **more)
        for n, (owner, age, more) in enumerate(zip(owners, ages, fields, strict=True))
    )


@contextmanager
def live(people: Corpus | None = None, phase: float = 30.0) -> Iterator[Application]:
    """A running application; each phase of a GDPR request takes `phase` seconds."""
    settings = SimulatorSettings(
        requests_per_second=None,
        live=LiveSettings(gdpr_phase_seconds=phase, requests_per_minute=None),
    )
    with running(people or corpus(), settings) as app:
        yield app


def test_deletion_removes_all_data_of_the_person_and_is_verified() -> None:
    with live() as app:
        run = app.run(gdpr_request())
        totals = run["totals"]
        assert (run["outcome"], totals["targeted"], totals["verified"]) == ("completed", 1, 1)
        assert "deleted" not in totals
        (record,) = app.simulator.gdpr_requests
        assert run["batches"][0]["jobId"] == record.request_id
        assert sorted(app.simulator.corpus.deleted_ids()) == ["c-0", "c-1", "c-2"]
        assert app.simulator.disconnected == []


def test_request_that_takes_days_is_polled_every_four_hours() -> None:
    with live(phase=DAY) as app:
        run = app.run(gdpr_request())
        assert run["outcome"] == "completed"
        polls = [r for r in app.simulator.requests if r.operation is Operation.READ_GDPR_REQUEST]
        assert 4 * 6 <= len(polls) <= 4 * 6 + 12


def test_request_that_never_ends_is_given_up() -> None:
    policy = GdprRequest.poll_policy._replace(limit_seconds=5 * DAY)
    with live() as app, patch.object(GdprRequest, "poll_policy", policy):
        app.simulator.faults.add(Fault(FaultKind.JOB_NEVER_FINISHES, method=Method.GDPR_REQUEST))
        run = app.run(gdpr_request())
        assert (run["outcome"], run["batches"][0]["status"]) == ("failed", "gave_up")
        assert 4 * DAY < (app.clock() - days_ago(0)).total_seconds() < 6 * DAY


def test_export_completes_and_deletes_nothing() -> None:
    with live() as app:
        run = app.run(gdpr_request(requestType="GDPR_EXPORT"))
        assert run["outcome"] == "completed"
        assert (run["totals"]["deleted"], run["totals"]["verified"]) == (0, 0)
        assert app.simulator.corpus.deleted_ids() == []
        assert outcome_counts(app.records(run["runId"])) == {"exported": 1}
        completed = next(r for r in app.audit(run["runId"]) if r["action"] == "batch_completed")
        assert "resultsUrls" in completed["detail"]


def test_deletion_that_leaves_data_of_the_person_is_unverified() -> None:
    with live(corpus(legal_hold=True)) as app:
        run = app.run(gdpr_request())
        assert run["outcome"] == "completed_with_failures"
        assert app.actions(run["runId"])[-2:] == ["batch_unverified", "run_completed"]
        assert sorted(app.simulator.corpus.deleted_ids()) == ["c-1", "c-2"]


def test_unknown_person_is_nothing_to_purge() -> None:
    with live() as app:
        run = app.run(gdpr_request(searchValue="contact-9@example.test"))
        assert (run["outcome"], run["plan"]["skipped"]) == ("nothing_to_purge", {"not_found": 1})
        skipped = {"outcome": "skipped", "reason": "not_found", "records": 1}
        assert app.records(run["runId"]) == [skipped]
        assert app.simulator.gdpr_requests == []


def test_dry_run_plans_one_subject_and_creates_no_request() -> None:
    with live() as app:
        run = app.run(gdpr_request(dryRun=True))
        assert (run["outcome"], run["plan"]["targeted"]) == ("dry_run", 1)
        assert app.simulator.gdpr_requests == []


def test_active_legal_hold_rejects_the_request() -> None:
    with live() as app:
        app.put_hold(
            holdId="case-17",
            reason="r",
            placedBy="legal",
            placedAt="2026-11-20T00:00:00Z",
            conversationIds={"of-anyone-1"},
        )
        run = app.run(gdpr_request())
        assert run["outcome"] == "rejected"
        assert "OnLegalHold" in run["detail"]
        assert app.simulator.gdpr_requests == []


@pytest.mark.parametrize(
    ("kind", "request_type"),
    [*((kind, "GDPR_DELETE") for kind in LOST), (FaultKind.DROP_AFTER, "GDPR_EXPORT")],
)
def test_request_with_a_lost_answer_is_found_and_not_repeated(
    kind: FaultKind, request_type: str
) -> None:
    with live() as app:
        app.simulator.faults.add(Fault(kind, Operation.CREATE_GDPR_REQUEST))
        run = app.run(gdpr_request(requestType=request_type))
        assert run["outcome"] == "completed"
        assert len(app.simulator.gdpr_requests) == 1


def test_request_is_not_repeated_while_the_list_is_unreadable() -> None:
    with live(phase=DAY) as app:
        app.simulator.faults.add(
            Fault(FaultKind.DROP_AFTER, Operation.CREATE_GDPR_REQUEST),
            Fault(FaultKind.DROP_BEFORE, Operation.LIST_GDPR_REQUESTS, times=4),
        )
        run = app.run(gdpr_request())
        assert run["outcome"] == "completed"
        assert len(app.simulator.gdpr_requests) == 1
        assert run["batches"][0]["attempts"] == 1
        assert "batch_reconciled" in app.actions(run["runId"])


def test_request_that_did_not_arrive_is_sent_again() -> None:
    with live() as app:
        app.simulator.faults.add(Fault(FaultKind.DROP_BEFORE, Operation.CREATE_GDPR_REQUEST))
        run = app.run(gdpr_request())
        assert run["outcome"] == "completed"
        assert len(app.simulator.gdpr_requests) == 1
        assert "batch_reconciled" in app.actions(run["runId"])


def test_request_that_ends_in_an_error_fails() -> None:
    with live() as app:
        app.simulator.faults.add(Fault(FaultKind.JOB_FAILS, method=Method.GDPR_REQUEST))
        run = app.run(gdpr_request())
        assert (run["outcome"], run["batches"][0]["status"]) == ("failed", "failed")


def test_only_the_stored_request_names_the_person(capsys: pytest.CaptureFixture[str]) -> None:
    with live() as app:
        app.simulator.faults.add(
            Fault(FaultKind.BAD_GATEWAY, Operation.FIND_GDPR_SUBJECTS, times=2),
            Fault(FaultKind.SERVER_ERROR_AFTER, Operation.CREATE_GDPR_REQUEST),
        )
        run = app.run(gdpr_request())
        execution = app.execution(run["runId"])
        stored = {
            table["TableName"]: json.dumps(
                aws("dynamodb").scan(TableName=table["TableName"])["Items"], default=str
            )
            for table in tables()
        }
        listed = [app.audit(run["runId"]), app.records(run["runId"]), app.runs()]
        shown = [json.dumps(run), json.dumps(listed), repr(execution)]
        output = capsys.readouterr()
    assert run["outcome"] == "completed"
    assert [name for name, text in stored.items() if PERSON in text] == ["RunsTable"]
    assert not [text for text in (*shown, output.out, output.err) if PERSON in text]


def test_http_library_does_not_log_urls() -> None:
    calls.http_client()
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.INFO)
    try:
        assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    finally:
        root.setLevel(before)
