"""The list of all runs and the search of their ids, and the in-memory twin of both."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.model.listing import Listing
from genesys_purge.model.run_summary import RunSummary
from genesys_purge.model.skipped import SkippedRecord
from genesys_purge.purging.ports import Manifests, RunList
from genesys_purge.store.conversation_search import DynamoConversations
from genesys_purge.store.manifests import S3Manifests
from genesys_purge.store.run_list import REST, DynamoRunList

from tests import builders
from tests.builders import PLANNER
from tests.clock import NOON
from tests.fakes import MemoryRuns
from tests.mocked_aws import client, plans
from tests.unit.store.conftest import Tables
from tests.unit.store.test_open_runs import end, stored
from tests.unit.store.test_runs import with_plan
from tests.unit.workbench import entries_of


@pytest.fixture
def run_list(tables: Tables) -> RunList:
    """The list over the runs of `tables`."""
    if isinstance(tables.runs, MemoryRuns):
        return tables.runs
    return DynamoRunList(client("dynamodb"), "RunsTable")


@pytest.fixture
def manifests(tables: Tables) -> Manifests:
    """The search over the runs of `tables`."""
    if isinstance(tables.runs, MemoryRuns):
        return tables.runs
    return DynamoConversations(client("dynamodb"), "RunsTable", S3Manifests(plans()))


def test_settled_run_stays_listed_with_its_outcome(tables: Tables, run_list: RunList) -> None:
    run = end(tables, stored(tables, "run-1"), is_settled=True)
    assert run_list.page(Listing()) == ([RunSummary.of(run)], None)


def test_other_items_of_a_run_are_not_listed(tables: Tables, run_list: RunList) -> None:
    stored(tables, "run-1")
    tables.runs.put_batch(builders.batch(), entries_of(10), PLANNER)
    tables.runs.put_skipped("run-1", 0, [SkippedRecord("too_young", "a")], PLANNER)
    assert [run.run_id for run in run_list.page(Listing()).runs] == ["run-1"]


def test_run_without_a_plan_names_no_conversation(tables: Tables, manifests: Manifests) -> None:
    run = RunSummary.of(stored(tables, "run-1"))
    tables.runs.put_batch(builders.batch(), entries_of(10), PLANNER)
    assert not manifests.search(run, "conversation-000001", None).is_found


@pytest.mark.parametrize(
    ("conversation_id", "is_found"),
    [("conversation-000001", True), ("CONVERSATION-000001", True), ("onversation-000001", False)],
)
def test_search_compares_whole_ids_and_ignores_case(
    tables: Tables, manifests: Manifests, conversation_id: str, *, is_found: bool
) -> None:
    run = stored(tables, "run-1")
    tables.runs.put_batch(builders.batch(), entries_of(10), PLANNER)
    summary, item = RunSummary.of(with_plan(run, 1)), None
    while True:
        found = manifests.search(summary, conversation_id, item)
        if found.is_found or found.following is None:
            break
        item = found.following
    assert found.is_found is is_found


def test_skipped_records_are_read_as_they_were_stored(tables: Tables) -> None:
    stored(tables, "run-1")
    skipped = [SkippedRecord("too_young", "ü"), SkippedRecord("not_found", None, 2)]
    tables.runs.put_skipped("run-1", 1, skipped, PLANNER)
    assert list(tables.runs.skipped("run-1", 1)) == skipped
    assert len(tables.runs.skipped("run-1", 0)) == 0


@pytest.mark.usefixtures("aws")
def test_ids_of_the_runs_since_a_moment_are_those_of_all_pages() -> None:
    times = {f"run-{minute:03}": NOON - timedelta(minutes=minute) for minute in range(300)}
    for run_id, at in times.items():
        fields = {"runId": run_id, "submittedAt": at.isoformat()} | REST
        item: Any = {name: {"S": value} for name, value in fields.items()}
        client("dynamodb").put_item(TableName="RunsTable", Item=item)
    found = DynamoRunList(client("dynamodb"), "RunsTable").ids_since(NOON - timedelta(minutes=249))
    assert list(found) == list(times)[:250]
