"""A large, mixed corpus: the audit matches the deleted conversations exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from simulator import Corpus, Kind
from tests import builders
from tests.application import Application, running
from tests.clock import NOON
from tests.workflows.run_checks import action_counts, assert_honest, counts_in, sent, statuses

SKIPPED = {"legal_hold": 70, "too_young": 90, "already_deleted": 60, "not_found": 5}
PROTECTED = 3
SIZE, BATCHES = 400, 5


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus.compose(
        now=NOON,
        eligible=1_972,
        litigated=PROTECTED,
        held=70,
        too_young=50,
        without_end=40,
        already_deleted=60,
    )


@pytest.fixture(scope="module")
def ids(corpus: Corpus) -> list[str]:
    """All ids of the corpus and five unknown ones, the kinds mixed."""
    mixed = [*corpus.ids(), *(f"unknown-{number}" for number in range(5))]
    return sorted(mixed, key=lambda each: each[::-1])


@pytest.fixture(scope="module")
def app(corpus: Corpus) -> Iterator[Application]:
    with running(corpus, environment={"BATCH_SIZE": str(SIZE)}) as app:
        yield app


@pytest.fixture(scope="module")
def run(app: Application, ids: list[str]) -> dict[str, Any]:
    url = app.put_ids("two-thousand.txt", ids)
    return app.run(builders.conversation_archive(conversationIdsFrom=url, requestId="many"))


def test_batches_delete_exactly_the_eligible_ids(
    app: Application, run: dict[str, Any], corpus: Corpus, ids: list[str]
) -> None:
    assert run["outcome"] == "completed"
    assert statuses(run) == ["completed"] * BATCHES
    assert set(corpus.deleted_ids()) == set(corpus.ids(Kind.ELIGIBLE))
    assert counts_in(run) == {
        "targeted": 1_972,
        "skipped": SKIPPED | {"protected": PROTECTED},
        "deleted": 1_972,
        "verified": 1_972,
    }
    assert_honest(app, run, ids)


def test_audit_counts_match_the_corpus_exactly(
    app: Application, run: dict[str, Any], corpus: Corpus
) -> None:
    records = app.audit("many")
    sums: Counter[str] = Counter()
    for record in records:
        sums[record["action"]] += record.get("deleted", 0)

    deleted = len(corpus.deleted_ids())
    assert +sums == dict.fromkeys(("batch_completed", "batch_verified", "run_completed"), deleted)
    jobs = Counter({job.job_id: len(job.deleted_ids) for job in app.simulator.jobs})
    reported = Counter(
        {r["jobId"]: r["deleted"] for r in records if r["action"] == "batch_completed"}
    )
    assert reported == jobs
    assert action_counts(app, run)["batch_verified"] == BATCHES


def test_audit_has_no_gap_from_submission_to_outcome(app: Application, run: dict[str, Any]) -> None:
    records = app.audit("many")

    assert [record["sequence"] for record in records] == list(range(1, len(records) + 1))
    assert records[0]["action"] == "run_submitted"
    assert records[-1]["action"] == "run_completed"
    assert records[-1]["outcome"] == run["outcome"]


def test_no_call_exceeds_a_batch_and_no_job_repeats_an_id(
    app: Application, run: dict[str, Any]
) -> None:
    accepted = [job.requested_ids for job in app.simulator.jobs]
    asked = [each for ids in accepted for each in ids]

    assert run["outcome"] == "completed"
    assert max(len(body["conversationIds"]) for body in sent(app)) == SIZE
    assert len(asked) == len(set(asked)) == 1_972


def test_skipped_ids_are_counted_by_reason(app: Application, run: dict[str, Any]) -> None:
    planned = next(r for r in app.audit("many") if r["action"] == "run_planned")

    assert planned["skipped"] == SKIPPED
    assert planned["targeted"] == 1_972 + PROTECTED
    for name in ("hash", "lines"):
        assert run["plan"].pop(name) == planned["plan"][name]
    assert run["plan"] == {
        "batches": BATCHES,
        "targeted": 1_975,
        "skipped": SKIPPED,
        "policy": planned["policy"],
        "upperBound": False,
        "unit": "conversations",
        "deletedUnit": "conversations",
    }
