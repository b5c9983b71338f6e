"""What protects is stored and answered, also if its jobs in flight cannot be listed."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.model.audit import Action
from genesys_purge.wiring import adapters

from tests import builders, wiring_caches
from tests.functions.conftest import Invoke
from tests.functions.hold_calls import ID, OTHER, Answer, change, hold, place, post
from tests.functions.planned_runs import fact
from tests.functions.test_organisation_names import put_version


@pytest.fixture(autouse=True)
def unreadable(deployed: None) -> None:  # noqa: ARG001  the account comes first
    """The organisations cannot be read."""
    put_version(1, {"organisations": "none"})


def status_of(answer: Answer) -> int:
    """The status of an answer that says why its jobs are unknown."""
    status, body = answer
    assert "inFlight" not in body
    assert "the setting organisations" in body["inFlightUnknown"]
    return status


def active() -> list[Any]:
    return [(each.hold_id, each.conversation_ids) for each in adapters.holds().active(None)]


def test_everything_is_stopped(invoke: Invoke) -> None:
    body = {"scope": "all", "reason": "wrong queue"}
    for _ in range(2):
        assert status_of(post(invoke, "StopDeletion", "POST /stop", body)) == 201
    assert [each.stop_id for each in adapters.stop_store().all()] == ["all"]


def test_hold_is_placed(invoke: Invoke) -> None:
    answer = place(invoke)
    assert (status_of(answer), active()) == (201, [("case-17", {ID})])
    assert "the setting organisations" in answer[1]["matched"]["reason"]


def test_hold_is_imported(invoke: Invoke) -> None:
    body = hold(conversationIds=None, csv=ID)
    answer = post(invoke, "ImportHold", "POST /holds/import", body)
    assert (status_of(answer), active()) == (201, [("case-17", {ID})])


def test_hold_is_widened(invoke: Invoke) -> None:
    place(invoke)
    answer = change(invoke, "widen", conversationIds=[OTHER])
    assert (status_of(answer), active()) == (200, [("case-17", {ID, OTHER})])


def test_run_is_cancelled(invoke: Invoke) -> None:
    run = builders.run()
    adapters.runs().create(run, fact(run, Action.RUN_SUBMITTED))
    body = {"reason": "The request names the wrong queue"}
    answer = post(invoke, "CancelPurge", "POST /purges/{runId}/cancel", body, runId="run-1")
    assert status_of(answer) == 202
    assert adapters.cancellations().of("run-1")


def test_jobs_are_listed_once_the_setting_is_replaced(invoke: Invoke) -> None:
    place(invoke)
    put_version(2, {"organisations": {}})
    wiring_caches.forget()
    assert place(invoke)[1]["inFlight"] == []
