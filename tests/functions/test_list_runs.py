"""GET /purges: runs by filters, in pages, over the real adapters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.model.listing import Position
from genesys_purge.model.page_tokens import token_of
from genesys_purge.model.run import Outcome
from genesys_purge.model.run_summary import RunPosition
from genesys_purge.model.skipped import SkippedRecord
from genesys_purge.purging import list_runs
from genesys_purge.store import conversation_search
from genesys_purge.wiring import adapters

from tests import builders
from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.functions.planned_runs import ended, entries, errors, get, pages, planned, submitted

pytestmark = pytest.mark.usefixtures("deployed")

ROUTE = "GET /purges"
ID = "8d1c7a3e-6f2b-4a55-9f0e-2b1d6c7e8f90"


def ids(page: dict[str, Any]) -> list[str]:
    return [run["runId"] for run in page["runs"]]


def listed(invoke: Invoke, **query: str) -> list[str]:
    """The runs of all pages."""
    return [run_id for page in pages(invoke, ROUTE, **query) for run_id in ids(page)]


def test_runs_are_listed_newest_first_with_their_counts(invoke: Invoke) -> None:
    skipped = [[SkippedRecord("too_young", "c9")]]
    first = planned(
        submitted("a"), (builders.batch(planned=2), entries("c1", "c2")), skipped=skipped
    )
    ended(first)
    request = builders.conversation_archive(dryRun=True, organisation="europe")
    submitted("b", minutes=1, request=request)
    units = {"unit": "conversations", "deletedUnit": "conversations"}
    counts = {"targeted": 2, "skipped": {"too_young": 1}, **units}
    assert get(invoke, ROUTE)[1] == {
        "runs": [
            {
                "runId": "b",
                "method": "conversation_archive",
                "organisation": "europe",
                "status": "submitted",
                "submittedAt": "2026-11-21T12:01:00Z",
                "submittedBy": "tests",
                "dryRun": True,
            },
            {
                "runId": "a",
                "method": "conversation_archive",
                "status": "finished",
                "outcome": "completed",
                "submittedAt": "2026-11-21T12:00:00Z",
                "submittedBy": "tests",
                "finishedAt": "2026-11-21T12:01:00Z",
                "dryRun": False,
                "plan": {"batches": 1, **counts, "upperBound": False},
                "totals": counts,
            },
        ]
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["d", "c", "b", "a"]),
        ({"status": "submitted"}, ["c", "b"]),
        ({"status": "finished", "outcome": "failed"}, ["d"]),
        ({"outcome": "completed"}, ["a"]),
        ({"method": "data_deletion"}, ["c"]),
        ({"organisation": "europe"}, ["b"]),
        ({"organisation": "default"}, ["d", "c", "a"]),
        ({"organisation": "europe", "method": "data_deletion"}, []),
        ({"from": "2026-11-21T12:01:00Z"}, ["d", "c", "b"]),
        ({"to": "2026-11-21T12:01:00Z"}, ["a"]),
        ({"from": "2026-11-21T13:01:00+01:00", "to": "2026-11-21T12:02:00Z"}, ["b"]),
        ({"from": "2026-11-21T12:02:00Z", "status": "finished"}, ["d"]),
        ({"to": "0001-01-01T00:00:00Z"}, []),
    ],
    ids=str,
)
def test_filters_are_combined_and_pages_add_up(
    invoke: Invoke, query: dict[str, str], expected: list[str]
) -> None:
    ended(submitted("a"))
    request = builders.conversation_archive(organisation="europe")
    submitted("b", minutes=1, request=request)
    submitted("c", minutes=2, request=builders.data_deletion())
    ended(submitted("d", minutes=3), Outcome.FAILED)
    for limit in ("1", "3", "500"):
        assert listed(invoke, **query, limit=limit) == expected


@pytest.mark.parametrize("value", ['a"b', "x" * 65, ""])
def test_wrong_conversation_id_is_named(invoke: Invoke, value: str) -> None:
    assert list(errors(get(invoke, ROUTE, conversationId=value))) == ["conversationId"]


def named(invoke: Invoke, conversation_id: str, **query: str) -> list[str]:
    return listed(invoke, conversationId=conversation_id, **query)


def test_conversation_is_found_in_manifests_and_skipped_records(invoke: Invoke) -> None:
    batch = builders.batch(planned=1)
    planned(submitted("deleting"), (batch, entries(ID)))
    planned(submitted("skipping", minutes=1), skipped=[[SkippedRecord("too_young", ID.upper())]])
    planned(submitted("other"), (batch, entries(ID[:-1])), (batch, entries("x", classification=ID)))
    planned(submitted("counting"), skipped=[[SkippedRecord("not_found", None, 1)]])
    submitted("without-a-plan")
    assert named(invoke, ID.upper()) == ["skipping", "deleting"]
    assert named(invoke, ID, status="running", limit="1") == ["skipping", "deleting"]
    assert named(invoke, ID, status="finished") == []


def test_replaced_plan_is_not_searched(invoke: Invoke) -> None:
    run, runs = submitted("a"), adapters.runs()
    for number in range(3):
        runs.put_batch(
            builders.batch(run_id="a", number=number, planned=1), entries(ID), "planner-1"
        )
        runs.put_skipped("a", number, [SkippedRecord("too_young", ID)], "planner-1")
    batch = (builders.batch(planned=1), entries("x"))
    planned(run, batch, skipped=[[SkippedRecord("too_young", "y")]])
    assert (named(invoke, ID), named(invoke, "x"), named(invoke, "y")) == ([], ["a"], ["a"])


def one_batch_each(*ids: str) -> list[Any]:
    return [
        (builders.batch(number=number, planned=1), entries(each)) for number, each in enumerate(ids)
    ]


@pytest.mark.parametrize("bound", ["MOST_SEARCHES", "MOST_BYTES"])
def test_search_is_bounded_and_goes_on_with_the_next_page(invoke: Invoke, bound: str) -> None:
    for number, conversation_id in enumerate(["b", ID, "b"]):
        planned(submitted(f"run-{number}", minutes=number), *one_batch_each("a", conversation_id))
    with patch.object(list_runs, bound, 1):
        found = [ids(page) for page in pages(invoke, ROUTE, conversationId=ID)]
    assert found[:2] == [[], ["run-1"]]
    assert not any(found[2:])


def test_search_goes_on_within_a_large_run(invoke: Invoke) -> None:
    """A search reads so many items, so a run of many batches takes several."""
    run = planned(
        submitted("large"),
        *one_batch_each(*(f"x{number}" for number in range(8)), ID),
        skipped=[[SkippedRecord("too_young", "y")], [SkippedRecord("too_young", "last")]],
    )
    submitted("newer", minutes=1)
    few = patch.object(conversation_search, "MOST_ITEMS", 3)
    with patch.object(list_runs, "MOST_BYTES", 1), few:
        found = [ids(page) for page in pages(invoke, ROUTE, conversationId=ID)]
        last = [ids(page) for page in pages(invoke, ROUTE, conversationId="last")]
    assert len(found) > 2 < len(last)
    assert (found[-1], last[-1]) == ([run.run_id], [run.run_id])
    assert not any(found[:-1] + last[:-1])
    assert ids(get(invoke, ROUTE, conversationId="last")[1]) == [run.run_id]


def test_search_begins_again_if_the_searched_run_no_longer_matches(invoke: Invoke) -> None:
    planned(submitted("old"), *one_batch_each(ID))
    key = Position(at=NOON + timedelta(minutes=1), key="newer")
    query = {"conversationId": ID}
    position = RunPosition(after=key, searched="gone", item="skipped#000009")
    assert ids(get(invoke, ROUTE, **query, next=token_of(position, (ROUTE, query)))[1]) == ["old"]
    mine = position.model_copy(update={"searched": "old"})
    assert ids(get(invoke, ROUTE, **query, next=token_of(mine, (ROUTE, query)))[1]) == []
