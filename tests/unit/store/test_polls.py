"""The last poll of each batch: stored in order, beside the batch and not in it."""

from __future__ import annotations

import pytest
from genesys_purge.errors import LostRace
from genesys_purge.model.batch import BatchRef
from genesys_purge.model.poll import Poll
from genesys_purge.purging.ports import PollStore
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.polls import DynamoPolls
from genesys_purge.store.runs import DynamoRuns

from tests import builders
from tests.builders import PLANNER
from tests.clock import NOON
from tests.fakes import MemoryPolls
from tests.mocked_aws import client, pause, plans
from tests.webhook_builders import fact


def poll(number: int = 1, batch: int = 0, run_id: str = "run-1", **changes: object) -> Poll:
    known = {"turn": "t", "at": NOON, "job_id": "job-1"}
    return Poll.model_validate(
        {"run_id": run_id, "batch": batch, "number": number} | known | changes
    )


def ledger() -> Ledger:
    return Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)


@pytest.fixture(params=["twin", "dynamodb"])
def polls(request: pytest.FixtureRequest) -> PollStore:
    if request.param == "twin":
        return MemoryPolls()
    request.getfixturevalue("aws")
    return DynamoPolls(client("dynamodb"), "RunsTable", ledger())


def test_batch_without_a_poll_has_none(polls: PollStore) -> None:
    assert polls.last(BatchRef("run-1", 0)) is None
    assert polls.between("run-1", 0, 9) == {}


def test_stored_poll_is_the_last_of_its_batch(polls: PollStore) -> None:
    polls.put(poll(purged=3, percent=30), after=0)
    polls.put(poll(2), after=1)
    assert polls.last(BatchRef("run-1", 0)) == poll(2)


def test_same_poll_may_be_stored_again(polls: PollStore) -> None:
    polls.put(poll(), after=0)
    polls.put(poll(purged=4), after=1)
    assert polls.last(BatchRef("run-1", 0)) == poll(purged=4)


@pytest.mark.parametrize("after", [0, 1, 3])
def test_poll_that_follows_another_one_is_not_stored(polls: PollStore, after: int) -> None:
    polls.put(poll(2), after=0)
    with pytest.raises(LostRace):
        polls.put(poll(after + 1), after)
    assert polls.last(BatchRef("run-1", 0)) == poll(2)


def test_polls_are_read_by_the_numbers_of_their_batches(polls: PollStore) -> None:
    for batch in (0, 3, 7, 100_000):
        polls.put(poll(batch=batch), after=0)
    polls.put(poll(batch=3, run_id="run-2"), after=0)
    assert polls.between("run-1", 1, 99_999) == {3: poll(batch=3), 7: poll(batch=7)}


@pytest.mark.usefixtures("aws")
def test_poll_does_not_change_the_version_or_the_number_of_batches() -> None:
    table = client("dynamodb")
    runs = DynamoRuns(table, "RunsTable", ledger(), plans())
    runs.create(builders.run(), fact())
    batch = builders.batch()
    runs.put_batch(batch, (), PLANNER)
    DynamoPolls(table, "RunsTable", ledger()).put(poll(), after=0)
    runs.advance(batch.noted())
    assert runs.batch("run-1", 0) == batch.noted()
