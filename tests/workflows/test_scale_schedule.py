"""The schedule of the scale bench does what the workflow engine does."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import pytest
from genesys_purge.methods.one_step import OneStep
from genesys_purge.methods.recording_job.two_step import TwoStep
from genesys_purge.wiring import adapters

from bench.scale.deployment import deployed
from bench.scale.organisations import Organisation, archive_request
from simulator import Operation, SimulatorSettings
from simulator.organisation.live_settings import LiveSettings
from tests.application import Application, running
from tests.mocked_aws import client as aws

ORGANISATION = Organisation(3_000, days=37, held=20, held_days=10)
UNLIMITED = SimulatorSettings(requests_per_second=None, live=LiveSettings(requests_per_minute=None))


class Outline(NamedTuple):
    """What a run did, whatever the order of its branches."""

    calls: Counter[object]
    invocations: Counter[str]
    transitions: Counter[str]


def by_the_engine(method: str) -> Outline:
    with running(ORGANISATION.corpus(), UNLIMITED) as app:
        run_id = app.run(request_of(method, app))["runId"]
        arn = adapters.settings().state_machines.purge_run
        execution = arn.replace(":stateMachine:", ":execution:") + f":{run_id}"
        history = aws("stepfunctions").get_paginator("get_execution_history")
        entered = Counter(
            event["stateEnteredEventDetails"]["name"]
            for page in history.paginate(executionArn=execution)
            for event in page["events"]
            if "stateEnteredEventDetails" in event
        )
        invoked = Counter(name for name, _ in app.execution(run_id).invocations)
        return Outline(calls_to(app), invoked, entered)


def by_the_schedule(method: str) -> Outline:
    corpus = ORGANISATION.corpus()
    with deployed(corpus, UNLIMITED, has_budget=False) as deployment:
        deployment.run(request_of(method, deployment.app))
        invoked = Counter(each.function for each in deployment.invocations)
        # The engine does not see it.
        del invoked["SubmitPurgeFunction"]
        return Outline(calls_to(deployment.app), invoked, deployment.machine.transitions)


def request_of(method: str, app: Application) -> dict[str, Any]:
    if method == "recording_job":
        return ORGANISATION.recordings_request()
    return archive_request(app.put_ids("ids.txt", ORGANISATION.corpus().ids()))


def calls_to(app: Application) -> Counter[object]:
    return Counter(
        (each.operation, each.status)
        for each in app.simulator.requests
        if each.operation is not Operation.TOKEN
    )


@pytest.mark.parametrize("method", ["conversation_archive", "recording_job"])
def test_schedule_agrees_with_the_engine(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The engine has a thread for each batch. Several would race for slots, and share a clock.
    for lifecycle in (OneStep, TwoStep):
        monkeypatch.setattr(lifecycle, "concurrency", lambda *_: 1)
    assert by_the_schedule(method) == by_the_engine(method)
