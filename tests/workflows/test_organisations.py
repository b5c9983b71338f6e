"""Two organisations in one deployment: each has its own hosts, client, data and runs."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import httpx
from genesys_purge import telemetry
from genesys_purge.wiring import adapters, calls

from simulator import Corpus, Simulator
from simulator.organisation.settings import OAuthClient
from tests import wiring_caches
from tests.application import Application, running
from tests.mocked_aws import client as aws
from tests.workflows.recorded_calls import SETTINGS, CallGroup
from tests.workflows.shared_application import ConversationGroup

NO_APP: Any = None
DOCUMENTED = ConversationGroup(3)
HOLD = {
    "holdId": "case-17",
    "reason": "a case in court",
    "placedBy": "counsel",
    "placedAt": "2026-11-21T09:00:00Z",
    "conversationIds": {CallGroup(NO_APP, 0).ids[3]},
}
HOSTS = {"apiUrl": "https://api.emea.test", "loginUrl": "https://login.emea.test"}
EMEA = {"region": "eu-central-1", "platform": "live", **HOSTS}


def corpus() -> Corpus:
    """The same conversations for both organisations."""
    return Corpus.of(CallGroup(NO_APP, 0).conversations())


def second_organisation(app: Application) -> Simulator:
    """A second simulated Genesys with its own client; the application has it as `emea`."""
    client = OAuthClient("emea-client", "emea-secret")
    secret = {"clientId": client.client_id, "clientSecret": client.client_secret}
    name = f"{adapters.settings().secrets.organisations}emea"
    aws("secretsmanager").create_secret(Name=name, SecretString=json.dumps(secret))
    known = adapters.settings().parameters.organisations
    app.set_parameter(known, json.dumps({"organisations": {"emea": EMEA}}))
    return Simulator(corpus(), replace(SETTINGS, clients=(client,)), app.clock)


def lines_of(log: io.StringIO, run: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines about the run, after a check that every line is about it."""
    found = [json.loads(line) for line in log.getvalue().splitlines()]
    known = {"run_id": run["runId"], "organisation": "emea"}
    of_steps = [line for line in found if line["message"] in ("batch", "poll")]
    assert [line for line in of_steps if not known.items() <= line.items()] == []
    return of_steps


def test_run_deletes_only_in_its_own_organisation() -> None:
    log = io.StringIO()
    logged = patch.object(telemetry.logger().registered_handler, "stream", log)
    with logged, running(corpus(), SETTINGS) as app:
        emea = second_organisation(app)
        mounts = {url: emea.transport() for url in HOSTS.values()}
        http = httpx.Client(transport=app.simulator.transport(), mounts=mounts)
        slot = CallGroup(app, 0)
        with http, patch.object(calls, "http_client", lambda: http):
            wiring_caches.forget()
            run = app.run(slot.request(organisation="emea"))
    assert (run["outcome"], run["organisation"]) == ("completed", "emea")
    lines = lines_of(log, run)
    assert {line["batch"] for line in lines} == {batch["batch"] for batch in run["batches"]}
    assert {line["message"] for line in lines} == {"batch", "poll"}
    assert {each.file_state for each in emea.recordings} == {"DELETED"}
    assert "DELETED" not in {each.file_state for each in slot.recordings()}
    assert not app.simulator.recording_jobs


def test_hold_blocks_windows_only_once_every_organisation_was_asked() -> None:
    """The held call exists in the second organisation alone, which has the live platform."""
    window = DOCUMENTED.request("data_deletion")
    with running(Corpus.of(DOCUMENTED.conversations())) as app:
        emea = second_organisation(app)
        mounts = {url: emea.transport() for url in HOSTS.values()}
        http = httpx.Client(transport=app.simulator.transport(), mounts=mounts)
        with http, patch.object(calls, "http_client", lambda: http):
            wiring_caches.forget()
            app.put_hold(**HOLD)
            before = app.run(window | {"requestId": "before"})
            app.invoke("LookUpHeldConversationsFunction", {"scheduledTime": ""})
            after = app.run(window | {"requestId": "after"})
    assert (before["outcome"], after["outcome"]) == ("rejected", "completed")
    assert after["totals"]["skipped"] == {}
    asked = [each.operation for each in emea.requests if each.operation]
    assert str(asked[-1]) == "read_conversation_details"
