"""GET /purges/{runId}/records: what became of each record, over the real adapters."""

from __future__ import annotations

from collections import Counter
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.run import Run
from genesys_purge.model.skipped import SkippedRecord
from genesys_purge.model.slices import Slice
from genesys_purge.model.unverifiable import Unverifiable
from genesys_purge.purging import list_records, record_page
from genesys_purge.wiring import adapters

from tests import builders
from tests.functions.conftest import Invoke
from tests.functions.planned_runs import entries, errors, get, pages, planned, submitted

pytestmark = pytest.mark.usefixtures("deployed")

ROUTE = "GET /purges/{runId}/records"
DONE = {"state": BatchState.COMPLETED, "job_id": "j", "pending": ()}
SKIPPED = [
    [SkippedRecord("too_young", "s1"), SkippedRecord("legal_hold", "s2")],
    [SkippedRecord("not_found", None, 3)],
]


def mixed() -> Run:
    """A run with two batches of ids, a window, and six skipped records."""
    verified = {"verified": 2, "is_verified": True, "protected": frozenset({1})}
    halved = (Slice(start=1, stop=2), Slice(start=2, stop=3))
    failed = {"state": BatchState.FAILED, "job_id": "j", "pending": halved}
    window = {"window": builders.window(), "verified": 4, "deleted": 4, "is_verified": False}
    return planned(
        submitted("run-1"),
        (builders.batch(planned=3, **DONE | verified), entries("a1", "a2", "a3")),
        (builders.batch(number=1, planned=3, **failed), entries("b1", "b2", "b3")),
        (builders.batch(number=2, planned=5, **DONE | window), ()),
        skipped=SKIPPED,
    )


def test_every_record_is_listed_with_its_outcome(invoke: Invoke) -> None:
    mixed()
    status, page = get(invoke, ROUTE, "run-1")
    window = builders.window().to_json()
    assert (status, page) == (
        200,
        {
            "unit": "conversations",
            "deletedUnit": "conversations",
            "records": [
                {"batch": 0, "conversationId": "a1", "outcome": "deleted"},
                {"batch": 0, "conversationId": "a2", "outcome": "protected"},
                {"batch": 0, "conversationId": "a3", "outcome": "deleted"},
                {"batch": 1, "conversationId": "b1", "outcome": "unverified"},
                {"batch": 1, "conversationId": "b2", "outcome": "unknown"},
                {"batch": 1, "conversationId": "b3", "outcome": "failed"},
                {
                    "batch": 2,
                    "window": window,
                    "outcome": "unverified",
                    "targeted": 5,
                    "deleted": 4,
                },
                {"conversationId": "s1", "outcome": "skipped", "reason": "too_young"},
                {"conversationId": "s2", "outcome": "skipped", "reason": "legal_hold"},
                {"outcome": "skipped", "reason": "not_found", "records": 3},
            ],
        },
    )


def names(records: list[dict[str, Any]]) -> list[str]:
    """The id of each record; the number of its batch, or its reason, if it has none."""
    return [
        str(each.get("conversationId", each.get("batch", each.get("reason")))) for each in records
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "a1 a2 a3 b1 b2 b3 2 s1 s2 not_found"),
        ({"outcome": "unverified"}, "b1 2"),
        ({"outcome": "deleted"}, "a1 a3"),
        ({"outcome": "protected"}, "a2"),
        ({"outcome": "failed"}, "b3"),
        ({"outcome": "pending"}, ""),
        ({"outcome": "skipped"}, "s1 s2 not_found"),
        ({"batch": "1"}, "b1 b2 b3"),
        ({"batch": "2"}, "2"),
        ({"batch": "0", "outcome": "protected"}, "a2"),
        ({"batch": "0", "outcome": "skipped"}, ""),
    ],
    ids=str,
)
def test_records_are_filtered_and_pages_add_up(
    invoke: Invoke, query: dict[str, str], expected: str
) -> None:
    mixed()
    for limit in (1, 2, 3, 7, 9, 10, 500):
        found = [p["records"] for p in pages(invoke, ROUTE, "run-1", **query, limit=str(limit))]
        assert names([each for records in found for each in records]) == expected.split()
        assert [len(each) for each in found[:-1]] == [limit] * (len(found) - 1)
        # No page is read in vain: the last one is empty only if the list is.
        assert found[-1] or len(found) == 1


@pytest.mark.parametrize(
    ("where", "bound"), [(list_records, "MOST_BATCHES"), (record_page, "MOST_LISTS")]
)
def test_page_is_bounded_in_work(invoke: Invoke, where: Any, bound: str) -> None:
    mixed()
    with patch.object(where, bound, 1):
        found = [page["records"] for page in pages(invoke, ROUTE, "run-1")]
        none = [page["records"] for page in pages(invoke, ROUTE, "run-1", outcome="pending")]
    assert len(found) >= 3
    assert len(names([each for records in found for each in records])) == 10
    assert not any(none)


def test_full_page_of_the_largest_batch_reads_one_manifest(invoke: Invoke) -> None:
    ids = builders.conversation_ids(1_000)
    planned(submitted("run-1"), (builders.batch(planned=1_000), entries(*ids)))
    with patch.object(record_page, "MOST_LISTS", 1):
        found = [page["records"] for page in pages(invoke, ROUTE, "run-1")]
    assert [len(each) for each in found] == [200] * 5
    assert names([each for records in found for each in records]) == ids


def test_replaced_plan_leaves_no_skipped_records(invoke: Invoke) -> None:
    run, runs = submitted("run-1"), adapters.runs()
    for number in range(3):
        old = [SkippedRecord("too_young", f"old-{number}")]
        runs.put_skipped("run-1", number, old, builders.PLANNER)
    later = run.model_copy(update={"planner": "planner-2"})
    runs.begin_plan(later)
    planned(later, skipped=[[SkippedRecord("too_young", "new")]])
    assert names(get(invoke, ROUTE, "run-1")[1]["records"]) == ["new"]


def test_records_of_a_dry_run_are_planned_or_skipped(invoke: Invoke) -> None:
    run = submitted("run-1", request=builders.conversation_archive(dryRun=True))
    planned(run, (builders.batch(planned=2), entries("a", "b")), skipped=SKIPPED)
    found = get(invoke, ROUTE, "run-1")[1]["records"]
    assert Counter(each["outcome"] for each in found) == {"planned": 2, "skipped": 3}


@pytest.mark.parametrize(
    ("request_of_run", "outcome"),
    [
        (builders.recording_job(action="archive"), "archived"),
        (builders.recording_job(), "deleted"),
        (builders.conversation_archive(), "deleted"),
        (builders.gdpr_request(requestType="GDPR_EXPORT"), "exported"),
        (builders.gdpr_request(requestType="GDPR_DELETE"), "deleted"),
    ],
)
def test_verified_records_have_the_outcome_of_the_request(
    invoke: Invoke, request_of_run: dict[str, Any], outcome: str
) -> None:
    batch = builders.batch(planned=1, **DONE, verified=1, is_verified=True)
    planned(submitted("run-1", request=request_of_run), (batch, entries("a")))
    assert [each["outcome"] for each in get(invoke, ROUTE, "run-1")[1]["records"]] == [outcome]


def test_window_that_no_check_can_verify_says_so(invoke: Invoke) -> None:
    reason = Unverifiable.OTHER_RECORD_TYPES
    window = {"window": builders.window(), "unverifiable": reason, "verified": 0}
    done = builders.batch(planned=3, **DONE | window)
    failed = builders.batch(number=1, planned=3, **DONE | window | {"state": BatchState.FAILED})
    run = submitted("run-1", request=builders.data_deletion(recordTypes=["message"]))
    planned(run, (done, ()), (failed, ()))
    rows = get(invoke, ROUTE, "run-1")[1]["records"]
    assert [(row["outcome"], row.get("verification")) for row in rows] == [
        ("unverified", "not_possible"),
        ("unverified", None),
    ]


CREATED = {"state": BatchState.FAILED, "planned": 1, "job_id": "j"}


@pytest.mark.parametrize(
    ("batch", "outcome"),
    [
        (builders.batch(**CREATED), "failed"),
        (builders.batch(**CREATED, covered=3), "unknown"),
        (builders.batch(**CREATED | {"job_id": None}, covered=3), "failed"),
        (builders.batch(**CREATED, covered=3, attempt=builders.unanswered()), "unknown"),
        (builders.batch(**CREATED, attempt=builders.unanswered()), "failed"),
    ],
)
def test_job_that_was_not_confirmed_deleted_nothing(
    invoke: Invoke, batch: Batch, outcome: str
) -> None:
    run = submitted("run-1", request=builders.recording_job())
    planned(run, (batch, entries("a")))
    assert [each["outcome"] for each in get(invoke, ROUTE, "run-1")[1]["records"]] == [outcome]


def test_run_without_a_plan_has_no_records(invoke: Invoke) -> None:
    submitted("run-1")
    assert get(invoke, ROUTE, "run-1", batch="7") == (200, {"records": []})


def test_unknown_run_has_no_records(invoke: Invoke) -> None:
    assert get(invoke, ROUTE, "run-1")[0] == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("outcome", "done"),
        ("batch", "-1"),
        ("batch", "3"),
        ("batch", "1e1"),
        ("limit", "none"),
        ("next", "x"),
        ("reason", "too_young"),
    ],
)
def test_wrong_or_unknown_parameter_is_named(invoke: Invoke, name: str, value: str) -> None:
    mixed()
    assert list(errors(get(invoke, ROUTE, "run-1", **{name: value}))) == [name]


def test_token_is_valid_for_the_same_run_and_parameters_only(invoke: Invoke) -> None:
    mixed()
    planned(submitted("run-2"), skipped=SKIPPED)
    token = get(invoke, ROUTE, "run-1", limit="1")[1]["next"]
    assert list(errors(get(invoke, ROUTE, "run-2", next=token))) == ["next"]
    assert list(errors(get(invoke, ROUTE, "run-1", next=token, batch="0"))) == ["next"]
    assert names(get(invoke, ROUTE, "run-1", limit="2", next=token)[1]["records"]) == ["a2", "a3"]


@pytest.mark.parametrize(
    ("conversation_id", "found"),
    [("A2", [("a2", "protected")]), ("s2", [("s2", "skipped")]), ("unknown", [])],
)
def test_records_of_one_conversation_are_found_in_batches_and_skipped(
    invoke: Invoke, conversation_id: str, found: list[tuple[str, str]]
) -> None:
    mixed()
    status, page = get(invoke, ROUTE, "run-1", conversationId=conversation_id)
    records = [(each["conversationId"], each["outcome"]) for each in page["records"]]
    assert (status, records) == (200, found)


def test_conversation_without_a_valid_id_is_refused(invoke: Invoke) -> None:
    mixed()
    refused = get(invoke, ROUTE, "run-1", conversationId="a b")
    assert errors(refused) == {"conversationId": "is not a conversation id"}
