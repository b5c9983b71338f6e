"""A purge run, from the request to the audit, on the real state machine."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import ConversationStatus
from tests import builders
from tests.plan_fakes import without_key
from tests.workflows.run_checks import action_counts, assert_honest, counts_in, sent, statuses
from tests.workflows.shared_application import METHODS, ConversationGroup, SharedApplication

BATCH = {"batch_submitted": 2, "batch_completed": 2, "batch_verified": 2}
UNITS = {
    "data_deletion": ("records", "records"),
    "interaction_purge": ("records", "interactions"),
    "conversation_archive": ("conversations", "conversations"),
}
RUN = {"run_submitted": 1, "run_planned": 1, "run_completed": 1}


@pytest.mark.parametrize("method", METHODS)
def test_every_record_is_deleted_in_batches_and_verified(
    scene: SharedApplication, method: str
) -> None:
    app, group = scene.app, scene.group()

    run = app.run(group.request(method))

    assert run["outcome"] == "completed"
    assert counts_in(run) == {"targeted": 10, "skipped": {}, "deleted": 10, "verified": 10}
    assert (run["totals"]["unit"], run["totals"]["deletedUnit"]) == UNITS[method]
    assert statuses(run) == ["completed", "completed"]
    assert action_counts(app, run) == RUN | BATCH
    assert_honest(app, run, group.ids)
    assert {app.simulator.corpus.status_of(each) for each in group.ids} == {
        ConversationStatus.PURGED
    }


@pytest.mark.parametrize("method", METHODS)
def test_batches_are_one_call_each_and_cover_the_request(
    scene: SharedApplication, method: str
) -> None:
    app, group = scene.app, scene.group()

    since = len(app.simulator.requests)

    run = app.run(group.request(method))

    jobs = [batch["jobId"] for batch in run["batches"]]
    asked = {job.job_id: list(job.requested_ids) for job in app.simulator.jobs}
    assert [each for job in jobs for each in asked[job]] == group.ids
    assert [asked_for(body) for body in sent(app, since)] == expected(group, method)


def asked_for(body: dict[str, Any]) -> object:
    """The ids or the date range of a deleting call's body."""
    if "conversationIds" in body:
        return body["conversationIds"]
    return (body.get("filter") or body["interactions"][0])["dateRange"]


def expected(group: ConversationGroup, method: str) -> list[Any]:
    if method == "conversation_archive":
        return [group.ids[:5], group.ids[5:]]
    days = (group.oldest, group.oldest - 30, group.oldest - 60)
    ends = [builders.days_ago(each).strftime("%Y-%m-%dT%H:%M:%SZ") for each in days]
    return [{"start": ends[0], "end": ends[1]}, {"start": ends[1], "end": ends[2]}]


@pytest.mark.parametrize(
    ("method", "soft"),
    [
        ("interaction_purge", {"purgeType": "soft"}),
        ("conversation_archive", {"permanentDelete": False}),
    ],
)
def test_soft_purge_leaves_records_with_the_status_deleted(
    scene: SharedApplication, method: str, soft: dict[str, Any]
) -> None:
    app, group = scene.app, scene.group()

    run = app.run(group.request(method, **soft))

    assert run["outcome"] == "completed"
    assert {app.simulator.corpus.status_of(each) for each in group.ids} == {
        ConversationStatus.DELETED
    }
    assert_honest(app, run, group.ids)


@pytest.mark.parametrize("method", METHODS)
def test_dry_run_submits_nothing_and_has_the_plan_of_the_real_run(
    scene: SharedApplication, method: str
) -> None:
    app, group = scene.app, scene.group()

    since = len(app.simulator.requests)

    dry = app.run(group.request(method, dryRun=True))
    assert sent(app, since) == []
    real = app.run(group.request(method))

    assert dry["outcome"] == "dry_run"
    assert without_key(dry["plan"]) == without_key(real["plan"])
    assert dry["plan"]["targeted"] == 10
    assert action_counts(app, dry) == RUN
    assert "deleted" not in dry["totals"]
    assert real["outcome"] == "completed"


@pytest.mark.parametrize("method", METHODS)
def test_repeated_purge_ends_as_nothing_to_purge(scene: SharedApplication, method: str) -> None:
    app, group = scene.app, scene.group()
    app.run(group.request(method))

    run = app.run(group.request(method, requestId=f"again-{method}"))

    assert run["outcome"] == "nothing_to_purge"
    assert run["batches"] == []
    assert run["totals"]["targeted"] == 0
    assert action_counts(app, run) == RUN
    assert app.execution(run["runId"]).status == "SUCCEEDED"
    assert app.simulator.submitted_twice() == []


def test_range_with_an_empty_window_is_purged(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    app.run(group.request("conversation_archive", conversationIds=group.ids[:5]))

    run = app.run(group.request("data_deletion"))

    assert run["outcome"] == "completed"
    assert [batch["targeted"] for batch in run["batches"]] == [0, 5]
    assert run["totals"]["deleted"] == 5
