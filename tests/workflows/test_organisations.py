"""Two organisations in one deployment: each has its own hosts, client, data and runs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import httpx
from genesys_purge.wiring import adapters

from simulator import Corpus, Simulator
from simulator.organisation.settings import OAuthClient
from tests import wired
from tests.application import Application, running
from tests.mocked_aws import client as aws
from tests.workflows.recorded_calls import SETTINGS, CallGroup

NOBODY: Any = None
HOSTS = {"apiUrl": "https://api.emea.test", "loginUrl": "https://login.emea.test"}
EMEA = {"region": "eu-central-1", "platform": "live", **HOSTS}


def corpus() -> Corpus:
    """The same conversations for both, which only their organisations tell apart."""
    return Corpus.of(CallGroup(NOBODY, 0).conversations())


def second_organisation(app: Application) -> Simulator:
    """Another Genesys, with a client of its own, of which the application is told."""
    client = OAuthClient("emea-client", "emea-secret")
    secret = {"clientId": client.client_id, "clientSecret": client.client_secret}
    name = f"{adapters.settings().secrets.organisations}emea"
    aws("secretsmanager").create_secret(Name=name, SecretString=json.dumps(secret))
    app.set_parameter("OrganisationsParameter", json.dumps({"organisations": {"emea": EMEA}}))
    return Simulator(corpus(), replace(SETTINGS, clients=(client,)), app.clock)


def test_a_run_deletes_in_its_own_organisation_and_nowhere_else() -> None:
    with running(corpus(), SETTINGS) as app:
        emea = second_organisation(app)
        mounts = {url: emea.transport() for url in HOSTS.values()}
        http = httpx.Client(transport=app.simulator.transport(), mounts=mounts)
        slot = CallGroup(app, 0)
        with http, patch.object(adapters, "http_client", lambda: http):
            wired.forget()
            run = app.run(slot.request(organisation="emea"))
    assert (run["outcome"], run["organisation"]) == ("completed", "emea")
    assert {each.file_state for each in emea.recordings} == {"DELETED"}
    assert "DELETED" not in {each.file_state for each in slot.recordings()}
    assert not app.simulator.recording_jobs
