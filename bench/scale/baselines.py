"""The loops that need no application: that of the documents, and Genesys's bulk sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

import httpx

from bench.scale.figures import Figures
from bench.scale.organisations import LIMITS, Organisation
from simulator import Operation, Simulator
from tests.clock import Clock

# As the documents print it.
CHUNK, POLL_SECONDS = 500, 5.0
# As Genesys's sample does it.
SAMPLE_SECONDS = 5.0
URL = "https://genesys.test"
HOUR = timedelta(hours=1)
PURGE = "/api/v2/analytics/conversations/purge"
JOBS = "/api/v2/recording/jobs"


class Client:
    """Calls the simulator, and waits in virtual time; a token is renewed before it expires."""

    def __init__(self, organisation: Organisation) -> None:
        self.clock = Clock()
        self.corpus = organisation.corpus()
        self.simulator = Simulator(self.corpus, LIMITS, self.clock)
        self._http = httpx.Client(transport=self.simulator.transport(), base_url=URL)
        self._renew()

    def call(self, verb: str, path: str, body: Any = None) -> dict[str, Any]:
        if self.clock() >= self._until:
            self._renew()
        answer = self._http.request(verb, path, json=body).raise_for_status()
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def poll(self, path: str, seconds: float, is_over: Callable[[str], bool]) -> None:
        """Wait, then read the job, until it is over."""
        while True:
            self.clock.wait(seconds)
            if is_over(self.call("GET", path)["state"].upper()):
                return

    def figures(self, name: str, records: int, began: Any, jobs: int) -> Figures:
        asked = self.simulator.requests
        calls = sum(each.operation is not Operation.TOKEN for each in asked)
        hours = (self.clock() - began) / HOUR
        return Figures(name, records, hours=hours, jobs=jobs, calls=calls)

    def _renew(self) -> None:
        client = LIMITS.clients[0]
        answer = self._http.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(client.client_id, client.client_secret),
        ).raise_for_status()
        token = answer.json()
        self._http.headers["Authorization"] = f"Bearer {token['access_token']}"
        self._until = self.clock() + timedelta(seconds=token["expires_in"] - 60)


def documents_loop(organisation: Organisation) -> Figures:
    """One chunk after another: query, submit, poll every five seconds."""
    client = Client(organisation)
    began, jobs = client.clock(), 0
    ids = iter(client.corpus.ids())
    while chunk := list(islice(ids, CHUNK)):
        client.call("POST", "/api/v2/analytics/conversations/details/query", _query(chunk))
        body = {"conversationIds": chunk, "permanentDelete": True}
        job_id = client.call("POST", PURGE, body)["jobId"]
        client.poll(f"{PURGE}/{job_id}", POLL_SECONDS, lambda state: state != "INPROGRESS")
        jobs += 1
    return client.figures("the documents' loop", organisation.records, began, jobs)


def bulk_sample(organisation: Organisation) -> Figures:
    """One job for the range: create, poll, execute, poll; nothing is checked or verified."""
    client = Client(organisation)
    began = client.clock()
    body = {
        "action": "DELETE",
        "actionDate": f"{began:%Y-%m-%dT%H:%M:%S.000Z}",
        "conversationQuery": {
            "interval": "/".join(organisation.interval()),
            "order": "asc",
            "orderBy": "conversationStart",
        },
        "includeRecordingsWithSensitiveData": True,
        "includeScreenRecordings": True,
    }
    path = f"{JOBS}/{client.call('POST', JOBS, body)['id']}"
    client.poll(path, SAMPLE_SECONDS, lambda state: state == "READY")
    client.call("PUT", path, {"state": "PROCESSING"})
    client.poll(path, SAMPLE_SECONDS, lambda state: state in ("FULFILLED", "FAILED"))
    return client.figures("Genesys's bulk sample", organisation.records, began, 1)


def _query(ids: Sequence[str]) -> dict[str, str]:
    quoted = ",".join(f'"{each}"' for each in ids)
    return {"query": f"conversationId IN ({quoted})", "view": "default"}
