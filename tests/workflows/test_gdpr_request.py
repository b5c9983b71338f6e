"""A data subject's request on the real state machine, over the simulated live platform."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from genesys_purge.wiring import adapters

from simulator import Conversation, Corpus, Fault, FaultKind, SimulatorSettings
from simulator.organisation.live_settings import LiveSettings
from simulator.organisation.words import Method, Operation
from tests.application import Application, aws, running
from tests.builders import days_ago, gdpr_request
from tests.template import tables

DAY = 86_400
PERSONAL = "contact-1"


def corpus(**first: Any) -> Corpus:
    """Three conversations of the subject, one of them of yesterday, and one of another."""
    owners = ["contact-1", "contact-1", "contact-1", "contact-2"]
    ages = [400, 40, 1, 400]
    made = [
        Conversation(f"c-{n}", days_ago(age), days_ago(age), external_contact_id=owner)
        for n, (owner, age) in enumerate(zip(owners, ages, strict=True))
    ]
    if first:
        made[0] = Conversation(
            "c-0", days_ago(400), days_ago(400), external_contact_id="contact-1", **first
        )
    return Corpus.of(made)


@contextmanager
def live(
    people: Corpus | None = None, phase: float = 30.0, **environment: str
) -> Iterator[Application]:
    settings = SimulatorSettings(
        requests_per_second=None,
        live=LiveSettings(gdpr_phase_seconds=phase, requests_per_minute=None),
    )
    with running(people or corpus(), settings, environment=environment) as app:
        yield app


def test_a_deletion_takes_all_of_the_subject_and_is_proven_by_the_search() -> None:
    with live() as app:
        run = app.run(gdpr_request())
        assert (run["outcome"], run["totals"]["targeted"], run["totals"]["verified"]) == (
            "completed",
            1,
            1,
        )
        assert "deleted" not in run["totals"]
        (record,) = app.simulator.gdpr_requests
        assert run["batches"][0]["jobId"] == record.request_id
        assert sorted(app.simulator.corpus.deleted_ids()) == ["c-0", "c-1", "c-2"]
        assert app.simulator.disconnected == []


def test_a_request_that_takes_three_weeks_is_waited_for() -> None:
    with live(phase=5 * DAY) as app:
        run = app.run(gdpr_request())
        assert run["outcome"] == "completed"
        looks = [r for r in app.simulator.requests if r.operation is Operation.READ_GDPR_REQUEST]
        assert 20 * 6 <= len(looks) <= 20 * 6 + 20


def test_a_request_that_never_ends_is_given_up_after_the_longest_time_of_the_law() -> None:
    with live() as app:
        app.simulator.faults.add(Fault(FaultKind.JOB_NEVER_FINISHES, method=Method.GDPR_REQUEST))
        run = app.run(gdpr_request())
        assert (run["outcome"], run["batches"][0]["status"]) == ("failed", "gave_up")
        assert 91 * DAY < (app.clock() - days_ago(0)).total_seconds() < 93 * DAY


def test_an_export_deletes_nothing_and_completes() -> None:
    with live() as app:
        run = app.run(gdpr_request(requestType="GDPR_EXPORT"))
        assert run["outcome"] == "completed"
        assert (run["totals"]["deleted"], run["totals"]["verified"]) == (0, 0)
        assert app.simulator.corpus.deleted_ids() == []
        completed = next(r for r in app.audit(run["runId"]) if r["action"] == "batch_completed")
        assert "resultsUrls" in completed["detail"]


def test_a_subject_of_whom_something_had_to_stay_is_not_called_deleted() -> None:
    with live(corpus(legal_hold=True)) as app:
        run = app.run(gdpr_request())
        assert run["outcome"] == "completed_with_failures"
        assert app.actions(run["runId"])[-2:] == ["batch_unverified", "run_completed"]
        assert sorted(app.simulator.corpus.deleted_ids()) == ["c-1", "c-2"]


def test_a_stranger_is_nothing_to_purge() -> None:
    with live() as app:
        run = app.run(gdpr_request(searchValue="contact-9@example.test"))
        assert (run["outcome"], run["plan"]["skipped"]) == ("nothing_to_purge", {"not_found": 1})
        assert app.simulator.gdpr_requests == []


def test_a_dry_run_asks_for_nothing() -> None:
    with live() as app:
        run = app.run(gdpr_request(dryRun=True))
        assert (run["outcome"], run["plan"]["targeted"]) == ("dry_run", 1)
        assert app.simulator.gdpr_requests == []


@pytest.mark.parametrize(
    "held",
    [{}, {"conversationIds": {"somebody-elses"}}],
)
def test_an_active_hold_that_may_be_about_the_subject_rejects_the_request(
    held: dict[str, Any],
) -> None:
    with live() as app:
        app.put_hold(
            holdId="case-17", reason="r", placedBy="legal", placedAt="2026-11-20T00:00:00Z", **held
        )
        run = app.run(gdpr_request())
        assert run["outcome"] == "rejected"
        assert "OnLegalHold" in run["detail"]
        assert app.simulator.gdpr_requests == []


AFTER = [FaultKind.DROP_AFTER, FaultKind.TIMEOUT_AFTER, FaultKind.SERVER_ERROR_AFTER]


@pytest.mark.parametrize(
    "kind", [*AFTER, FaultKind.GATEWAY_TIMEOUT_AFTER, FaultKind.MALFORMED_AFTER]
)
@pytest.mark.parametrize("request_type", ["GDPR_DELETE", "GDPR_EXPORT"])
def test_a_request_whose_answer_was_lost_is_found_and_never_made_twice(
    kind: FaultKind, request_type: str
) -> None:
    with live() as app:
        app.simulator.faults.add(Fault(kind, Operation.CREATE_GDPR_REQUEST))
        run = app.run(gdpr_request(requestType=request_type))
        assert run["outcome"] == "completed"
        assert len(app.simulator.gdpr_requests) == 1


@pytest.mark.parametrize("kind", AFTER)
def test_nor_where_the_list_cannot_be_read_at_first(kind: FaultKind) -> None:
    with live(phase=DAY) as app:
        app.simulator.faults.add(
            Fault(kind, Operation.CREATE_GDPR_REQUEST),
            Fault(FaultKind.DROP_BEFORE, Operation.LIST_GDPR_REQUESTS, times=4),
        )
        run = app.run(gdpr_request())
        assert run["outcome"] == "completed"
        assert len(app.simulator.gdpr_requests) == 1
        assert run["batches"][0]["attempts"] == 1
        assert "batch_reconciled" in app.actions(run["runId"])


def test_a_request_that_never_arrived_is_made_again() -> None:
    with live() as app:
        app.simulator.faults.add(Fault(FaultKind.DROP_BEFORE, Operation.CREATE_GDPR_REQUEST))
        run = app.run(gdpr_request())
        assert run["outcome"] == "completed"
        assert len(app.simulator.gdpr_requests) == 1
        assert "batch_reconciled" in app.actions(run["runId"])


def test_a_request_that_ends_in_an_error_fails() -> None:
    with live() as app:
        app.simulator.faults.add(Fault(FaultKind.JOB_FAILS, method=Method.GDPR_REQUEST))
        run = app.run(gdpr_request())
        assert (run["outcome"], run["batches"][0]["status"]) == ("failed", "failed")


def test_only_the_stored_request_ever_names_the_subject(capsys: pytest.CaptureFixture[str]) -> None:
    with live() as app:
        app.simulator.faults.add(
            Fault(FaultKind.BAD_GATEWAY, Operation.FIND_GDPR_SUBJECTS, times=2),
            Fault(FaultKind.SERVER_ERROR_AFTER, Operation.CREATE_GDPR_REQUEST),
        )
        run = app.run(gdpr_request())
        execution = app.execution(run["runId"])
        kept = {
            table["TableName"]: json.dumps(
                aws("dynamodb").scan(TableName=table["TableName"])["Items"], default=str
            )
            for table in tables()
        }
        told = [json.dumps(run), json.dumps(app.audit(run["runId"])), repr(execution)]
        output = capsys.readouterr()
    assert run["outcome"] == "completed"
    assert [name for name, text in kept.items() if PERSONAL in text] == ["RunsTable"]
    assert not [text for text in (*told, output.out, output.err) if PERSONAL in text]


def test_the_http_librarys_own_log_which_tells_each_url_is_quiet() -> None:
    adapters.http_client()
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.INFO)
    try:
        assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    finally:
        root.setLevel(before)
