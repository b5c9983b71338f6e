"""Genesys refuses a whole batch for one protected id: it is kept, the others are purged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator import JobState
from tests.workflows.run_checks import action_counts, assert_honest, counts_in, sent
from tests.workflows.shared_application import SharedApplication, shared

SIZE = 50


@pytest.fixture(scope="module")
def scene() -> Iterator[SharedApplication]:
    with shared(environment={"BATCH_SIZE": str(SIZE)}) as scene:
        yield scene


def fifty(scene: SharedApplication) -> list[str]:
    return [each for _ in range(SIZE // 10) for each in scene.group().ids]


@pytest.mark.parametrize("positions", [[0], [3, 4], [0, 24, 25, 49]], ids=lambda each: f"at {each}")
def test_protected_ids_are_kept_and_the_others_purged(
    scene: SharedApplication, positions: list[int]
) -> None:
    app, ids = scene.app, fifty(scene)
    protected = {ids[position] for position in positions}
    app.simulator.corpus.begin_litigation(protected)

    run = app.run(scene.group().request("conversation_archive", conversationIds=ids))

    rest = SIZE - len(protected)
    assert run["outcome"] == "completed"
    assert counts_in(run) == {
        "targeted": rest,
        "skipped": {"protected": len(protected)},
        "deleted": rest,
        "verified": rest,
    }
    assert set(ids) - set(app.simulator.corpus.deleted_ids()) == protected
    assert action_counts(app, run)["batch_protected"] == len(protected)
    outcomes = {each["conversationId"]: each["outcome"] for each in app.records(run["runId"])}
    assert {each for each in ids if outcomes[each] == "protected"} == protected
    assert_honest(app, run, ids)


def test_protected_id_is_found_by_halving_the_batch(scene: SharedApplication) -> None:
    app, ids = scene.app, fifty(scene)
    app.simulator.corpus.begin_litigation([ids[17]])
    since = len(app.simulator.requests)

    app.run(scene.group().request("conversation_archive", conversationIds=ids))

    refused = [request for request in app.simulator.requests[since:] if request.status == 409]
    # Batches of 50, 25, 13, 6 or 7, 3 or 4, 2 and 1 ids.
    assert len(refused) <= 7
    assert len(sent(app, since)) <= 13


def test_batch_of_only_protected_ids_completes_without_a_deletion(
    scene: SharedApplication,
) -> None:
    app, ids = scene.app, scene.group().ids
    app.simulator.corpus.begin_litigation(ids)

    run = app.run(scene.group().request("conversation_archive", conversationIds=ids))

    assert run["outcome"] == "completed"
    assert counts_in(run) == {"targeted": 0, "skipped": {"protected": 10}, "verified": 0}
    assert not set(ids).intersection(app.simulator.corpus.deleted_ids())
    assert action_counts(app, run)["batch_submitted"] == 0
    assert_honest(app, run, ids)


def test_every_job_of_a_halved_batch_is_in_the_audit(scene: SharedApplication) -> None:
    app, ids = scene.app, fifty(scene)
    app.simulator.corpus.begin_litigation([ids[30]])

    run = app.run(scene.group().request("conversation_archive", conversationIds=ids))

    jobs = {job.job_id: job for job in app.simulator.jobs if set(job.requested_ids) & set(ids)}
    ended = {
        record["jobId"]: record["deleted"]
        for record in app.audit(run["runId"])
        if record["action"] == "batch_completed"
    }
    assert {job.state for job in jobs.values()} == {JobState.COMPLETED}
    assert ended == {job_id: len(job.deleted_ids) for job_id, job in jobs.items()}
