"""A client of the simulator, for tests."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any

import httpx

from simulator import Corpus, OAuthClient, Simulator, SimulatorSettings
from simulator.documented.webhooks.deliveries import Sender

NO_CERTIFICATES = SSLContext(PROTOCOL_TLS_CLIENT)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CREDENTIALS = ("simulator", "simulator-secret")
ARCHIVE = "/api/v2/analytics/conversations/purge"
DELETION = "/api/v2/data/deletion/requests"
PURGE = "/api/v2/interactions/purge"
QUERY = "/api/v2/analytics/conversations/details/query"


def http_client(url: str, **options: Any) -> httpx.Client:
    """A client of a server on this machine; it loads no certificates and ignores proxies."""
    return httpx.Client(base_url=url, verify=NO_CERTIFICATES, trust_env=False, **options)


class FakeClock:
    """A clock that a test advances."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The current time."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Advances the clock."""
        self.now += timedelta(seconds=seconds)


def window(start_days: float, end_days: float) -> dict[str, str]:
    """The date range between two numbers of days before NOW."""
    start, end = NOW - timedelta(days=start_days), NOW - timedelta(days=end_days)
    return {"start": start.isoformat(), "end": end.isoformat()}


OLD = window(396, 366)


def deletion_body(**changes: object) -> dict[str, object]:
    """A valid data deletion, with some fields changed."""
    return {
        "recordTypes": ["conversation", "interaction", "message"],
        "filter": {"dateRange": OLD},
        "retentionPolicyOverride": False,
        "jurisdiction": "us-east-1",
        "legalHoldValidation": True,
    } | changes


def policy(**changes: object) -> dict[str, object]:
    """A valid policy of an interaction purge, with some fields changed."""
    return {
        "type": "voice",
        "dateRange": OLD,
        "purgeType": "permanent",
        "reason": "retention is over",
    } | changes


class Caller:
    """A logged-in client of a simulator."""

    def __init__(self, simulator: Simulator, clock: FakeClock) -> None:
        self.simulator = simulator
        self.clock = clock
        self.http = httpx.Client(transport=simulator.transport(), base_url="https://genesys.test")

    def token(self, auth: tuple[str, str] = CREDENTIALS) -> httpx.Response:
        """Requests a token."""
        form = {"grant_type": "client_credentials"}
        return self.http.post("/oauth/token", data=form, auth=auth)

    def log_in(self, auth: tuple[str, str] = CREDENTIALS) -> None:
        """Logs in with a new token."""
        self.http.headers["Authorization"] = f"Bearer {self.token(auth).json()['access_token']}"

    def submit_archive(self, ids: Iterable[str], **more: object) -> httpx.Response:
        """Submits a conversation archive purge."""
        return self.http.post(ARCHIVE, json={"conversationIds": list(ids), **more})

    def submit_deletion(self, **changes: object) -> httpx.Response:
        """Submits a data deletion."""
        return self.http.post(DELETION, json=deletion_body(**changes))

    def submit_purge(self, *policies: dict[str, object]) -> httpx.Response:
        """Submits an interaction purge."""
        return self.http.post(PURGE, json={"interactions": list(policies)})

    def poll(self, path: str, job_id: str) -> Any:
        """Reads the status of a job."""
        return self.http.get(f"{path}/{job_id}").raise_for_status().json()

    def eligibility(self, ids: Iterable[str]) -> list[dict[str, Any]]:
        """The rows of the eligibility query."""
        quoted = ",".join(f'"{each}"' for each in ids)
        body = {"query": f"conversationId IN ({quoted})", "view": "default"}
        rows: list[dict[str, Any]] = self.http.post(QUERY, json=body).json()["data"]
        return rows

    def count(self, **filters: object) -> httpx.Response:
        """Queries the count."""
        return self.http.post(
            QUERY,
            json={
                "entity": "conversation",
                "interval": "PT1H",
                "filter": {"dateRange": OLD, **filters},
                "aggregate": ["count"],
            },
        )

    def counted(self, **filters: object) -> int:
        """The sum of the counts."""
        return sum(row["count"] for row in self.count(**filters).json()["results"])


def start_simulator(
    corpus: Corpus | None = None,
    *,
    scopes: tuple[str, ...] | None = None,
    sender: Sender | None = None,
    **settings: Any,
) -> Caller:
    """A logged-in caller of a new simulator, by default without a rate limit."""
    clock = FakeClock()
    if scopes is not None:
        settings["clients"] = (OAuthClient(scopes=scopes),)
    chosen = SimulatorSettings(**{"requests_per_second": None, **settings})
    caller = Caller(Simulator(corpus or Corpus.of([]), chosen, clock, sender), clock)
    caller.log_in()
    return caller
