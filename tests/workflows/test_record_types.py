"""A data deletion of some record types, over a window with records of other types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from simulator import Corpus, Fault, FaultKind, Operation, RecordType
from tests import builders
from tests.application import Application, running
from tests.workflows.run_checks import counts_in, sent

MESSAGES = 6


@pytest.fixture
def app() -> Iterator[Application]:
    """Ten conversations: six of one message record, the others with a conversation record, too."""
    message, both = (RecordType.MESSAGE,), (RecordType.CONVERSATION, RecordType.MESSAGE)
    mixed = [
        replace(each, record_types=message if number < MESSAGES else both)
        for number, each in enumerate(builders.corpus(10))
    ]
    with running(Corpus.of(mixed)) as app:
        yield app


def test_subset_ends_completed_without_a_claim(app: Application) -> None:
    run = app.run(builders.data_deletion(recordTypes=["message"]))

    assert (run["outcome"], run["verification"]) == ("completed", "not_possible")
    totals = {"targeted": 10, "skipped": {}, "unreported": 10, "unverifiable": 10}
    assert counts_in(run) == totals
    assert app.simulator.corpus.deleted_ids() == builders.conversation_ids(MESSAGES)
    assert app.actions(run["runId"])[-2:] == ["batch_unverifiable", "run_completed"]


def test_unanswered_submit_of_a_subset_is_never_repeated(app: Application) -> None:
    app.simulator.faults.add(Fault(FaultKind.TIMEOUT_BEFORE, Operation.SUBMIT))

    run = app.run(builders.data_deletion(recordTypes=["message"]))

    assert run["outcome"] == "failed"
    assert "no check can show whether" in run["batches"][0]["detail"]
    assert len(sent(app)) == 1
    assert app.simulator.corpus.deleted_ids() == []


def test_every_type_of_the_same_window_is_verified(app: Application) -> None:
    run = app.run(builders.data_deletion())

    assert (run["outcome"], run["totals"]["verified"]) == ("completed", 10)
    assert "verification" not in run
