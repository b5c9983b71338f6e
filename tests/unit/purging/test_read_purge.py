"""ReadPurge: the state and the audit of a run."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.calling.attempt import Attempt
from genesys_purge.errors import InvalidRequest, NotFound
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import RunRef
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench

RUN, AUDIT = "GET /purges/{runId}", "GET /purges/{runId}/audit"


def read(bench: Workbench, route: str = RUN, run_id: str = "run-1", **query: str) -> dict[str, Any]:
    return bench.read_purge(route, {"runId": run_id}, query)


def test_submitted_run_has_no_plan_and_no_invented_totals(bench: Workbench) -> None:
    bench.stored()
    assert read(bench) == {
        "runId": "run-1",
        "method": "conversation_archive",
        "dryRun": False,
        "status": "submitted",
        "submittedAt": "2026-11-21T12:00:00Z",
        "submittedBy": "tests",
        "totals": {"skipped": {}},
        "batches": [],
    }


@pytest.mark.parametrize(
    ("state", "is_settled"), [(BatchState.FAILED, True), (BatchState.SUBMITTED, False)]
)
def test_finished_run_says_whether_it_is_settled(
    bench: Workbench, state: BatchState, *, is_settled: bool
) -> None:
    bench.planned(builders.batch(state=state, job_id="job-1"))
    assert "isSettled" not in read(bench)
    bench.stop()
    assert read(bench)["isSettled"] is is_settled


def test_running_run_shows_the_state_of_its_batches(bench: Workbench) -> None:
    done = builders.batch(
        state=BatchState.COMPLETED,
        job_id="job-1",
        attempt=Attempt(number=1),
        deleted=9,
        verified=9,
        is_verified=True,
        protected=frozenset({3}),
    )
    bench.planned(done, builders.batch(number=1, planned=5))
    answer = read(bench)
    units = {"unit": "records", "deletedUnit": "records"}
    assert answer["totals"] == units | {
        "targeted": 14,
        "skipped": {"protected": 1},
        "deleted": 9,
        "verified": 9,
    }
    assert answer["batches"] == [
        units
        | {
            "batch": 0,
            "status": "completed",
            "jobId": "job-1",
            "attempts": 1,
            "targeted": 9,
            "deleted": 9,
            "verified": 9,
            "isVerified": True,
        },
        units
        | {"batch": 1, "status": "planned", "attempts": 0, "targeted": 5, "isVerified": False},
    ]


def test_finished_run_shows_its_outcome(bench: Workbench) -> None:
    bench.planned(builders.batch(state=BatchState.FAILED, detail="503"))
    bench.complete_purge(RunRef(run_id="run-1"))
    answer = read(bench)
    assert (answer["status"], answer["outcome"]) == ("finished", "failed")
    assert answer["finishedAt"] == "2026-11-21T12:00:00Z"
    assert answer["batches"][0]["detail"] == "503"


def test_dry_run_shows_its_plan_and_no_batches(bench: Workbench) -> None:
    bench.planned(request=builders.conversation_archive(dryRun=True))
    answer = read(bench)
    assert (answer["dryRun"], answer["batches"]) == (True, [])
    assert answer["plan"] == {
        "batches": 1,
        "targeted": 10,
        "skipped": {},
        "hash": "0" * 64,
        "upperBound": False,
        "unit": "records",
        "deletedUnit": "records",
    }


def test_run_is_shown_without_its_conversation_ids(bench: Workbench) -> None:
    bench.planned()
    assert "conversation-0" not in str(read(bench))
    assert "conversation-0" not in str(read(bench, AUDIT))


@pytest.mark.parametrize("route", [RUN, AUDIT])
@pytest.mark.parametrize(
    "run_id", ["unknown", "", "x" * 81, "x" * 5_000, "run 1", "run-1\n", "../run-1", "\ud800"]
)
def test_unknown_run_is_not_found(bench: Workbench, route: str, run_id: str) -> None:
    bench.stored()
    with pytest.raises(NotFound):
        read(bench, route, run_id)


def numbers(page: dict[str, Any]) -> list[int]:
    return [each["batch"] for each in page["batches"]]


def test_batches_of_a_run_are_shown_in_pages(bench: Workbench) -> None:
    bench.planned(*(builders.batch(number=n, planned=5, deleted=2) for n in range(5)))
    first = read(bench, limit="2")
    middle = read(bench, limit="2", next=first["next"])
    last = read(bench, limit="2", next=middle["next"])
    assert [numbers(page) for page in (first, middle, last)] == [[0, 1], [2, 3], [4]]
    assert "next" not in last


def test_page_of_batches_has_at_most_200() -> None:
    bench = Workbench()
    bench.planned(*(builders.batch(number=n) for n in range(201)))
    for query in ({}, {"limit": "999999999999"}):
        page = read(bench, **query)
        assert (len(page["batches"]), page["next"]) == (200, "200")


def test_first_page_of_a_running_run_has_the_totals_of_all_batches(bench: Workbench) -> None:
    bench.planned(*(builders.batch(number=n, planned=5, deleted=2, verified=2) for n in range(5)))
    first = read(bench, limit="1")
    totals = first["totals"]
    assert (totals["targeted"], totals["deleted"], totals["verified"]) == (25, 10, 10)
    assert "totals" not in read(bench, limit="1", next=first["next"])


def test_first_page_shows_a_pending_verification_of_any_batch(bench: Workbench) -> None:
    pending = builders.batch(number=4, state=BatchState.COMPLETED)
    bench.planned(*(builders.batch(number=n) for n in range(4)), pending)
    assert read(bench, limit="1")["verification"] == "pending"


def test_page_of_a_finished_run_reads_no_other_batches(bench: Workbench) -> None:
    bench.planned(*(builders.batch(number=n, planned=5, state=BatchState.FAILED) for n in range(3)))
    bench.complete_purge(RunRef(run_id="run-1"))
    with patch.object(bench.runs, "batches", side_effect=AssertionError("read every batch")):
        pages = [read(bench, limit="1"), read(bench, limit="1", next="2")]
    assert [numbers(page) for page in pages] == [[0], [2]]
    assert [page["totals"]["targeted"] for page in pages] == [15, 15]


def filled(records: int) -> Workbench:
    bench = Workbench()
    bench.stored()
    for number in range(1, records):
        bench.audit.append(
            AuditRecord(
                run_id="run-1", at=NOON, actor="t", action=Action.BATCH_FAILED, batch=number
            )
        )
    return bench


@given(st.integers(1, 30), st.integers(1, 31))
def test_audit_pages_form_the_whole_audit_in_order(records: int, limit: int) -> None:
    bench = filled(records)
    found: list[int] = []
    query = {"limit": str(limit)}
    while True:
        page = read(bench, AUDIT, **query)
        assert 1 <= len(page["records"]) <= limit
        found += [record["sequence"] for record in page["records"]]
        if "next" not in page:
            break
        query["next"] = page["next"]
    assert found == list(range(1, records + 1))


def test_audit_page_has_at_most_200_records() -> None:
    bench = filled(201)
    for query in ({}, {"limit": "200"}, {"limit": "999999999999"}):
        page = read(bench, AUDIT, **query)
        assert (len(page["records"]), page["next"]) == (200, "201")


def test_audit_page_beyond_the_end_is_empty() -> None:
    assert read(filled(3), AUDIT, next="4") == {"records": []}


@pytest.mark.parametrize("route", [RUN, AUDIT])
@pytest.mark.parametrize("name", ["next", "limit"])
@pytest.mark.parametrize("value", ["", "0", "-1", "1.5", "01", "x", "9" * 13, "\u0661", "1\n"])
def test_page_parameters_must_be_whole_numbers(
    bench: Workbench, route: str, name: str, value: str
) -> None:
    bench.stored()
    with pytest.raises(InvalidRequest) as refused:
        read(bench, route, **{name: value})
    assert {each.path: each.message for each in refused.value.errors()} == {
        name: "must be a whole number, 1 or more"
    }
