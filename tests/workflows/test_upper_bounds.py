"""An interaction purge plans with every record of its window: the plan is an upper bound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from simulator import Corpus, Fault, FaultKind, MediaType, Operation
from tests import builders
from tests.application import Application, running
from tests.workflows.run_checks import counts_in, sent

VOICE = 6


@pytest.fixture
def app() -> Iterator[Application]:
    """Ten conversations in one window, the first six by voice, the others by email."""
    mixed = [
        each if number < VOICE else replace(each, media_type=MediaType.EMAIL)
        for number, each in enumerate(builders.corpus(10))
    ]
    with running(Corpus.of(mixed)) as app:
        yield app


def test_totals_count_the_reported_and_verified_records(app: Application) -> None:
    run = app.run(builders.interaction_purge())

    assert run["plan"]["upperBound"] is True
    assert run["outcome"] == "completed"
    assert counts_in(run) == {"targeted": 10, "skipped": {}, "deleted": VOICE, "verified": VOICE}
    assert app.simulator.corpus.deleted_ids() == builders.conversation_ids(VOICE)
    assert not any("successRate" in record for record in app.audit(run["runId"]))


def test_max_records_applies_to_the_upper_bound(app: Application) -> None:
    run = app.run(builders.interaction_purge(maxRecords=9))

    assert run["outcome"] == "rejected"
    assert "the plan has 10 records, 9 are allowed" in run["detail"]
    assert sent(app) == []


def test_unreported_job_is_not_claimed_while_records_are_left(app: Application) -> None:
    app.simulator.faults.add(Fault(FaultKind.TIMEOUT_AFTER, Operation.SUBMIT))

    run = app.run(builders.interaction_purge())

    assert len(sent(app)) == 1
    assert run["outcome"] == "failed"
    assert counts_in(run) == {"targeted": 10, "skipped": {}, "unreported": 10}
    assert "6 of 10 records are gone" in run["batches"][0]["detail"]


def test_other_methods_plan_exactly(app: Application) -> None:
    requests = (builders.data_deletion(dryRun=True), builders.conversation_archive(dryRun=True))

    assert [app.run(request)["plan"]["upperBound"] for request in requests] == [False, False]
