"""What the simulator's tests call it with."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from simulator import Corpus, OAuthClient, Simulator, SimulatorSettings
from simulator.documented.webhooks.deliveries import Sender

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CREDENTIALS = ("simulator", "simulator-secret")
ARCHIVE = "/api/v2/analytics/conversations/purge"
DELETION = "/api/v2/data/deletion/requests"
PURGE = "/api/v2/interactions/purge"
QUERY = "/api/v2/analytics/conversations/details/query"


class FakeClock:
    """A clock that stands still until it is advanced."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The moment."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Moves on."""
        self.now += timedelta(seconds=seconds)


def window(start_days: float, end_days: float) -> dict[str, str]:
    """The date range between so many days before NOW."""
    start, end = NOW - timedelta(days=start_days), NOW - timedelta(days=end_days)
    return {"start": start.isoformat(), "end": end.isoformat()}


OLD = window(396, 366)


def deletion_body(**changes: object) -> dict[str, object]:
    """A good D2 payload with some fields changed."""
    return {
        "recordTypes": ["conversation", "interaction", "message"],
        "filter": {"dateRange": OLD},
        "retentionPolicyOverride": False,
        "jurisdiction": "us-east-1",
        "legalHoldValidation": True,
    } | changes


def policy(**changes: object) -> dict[str, object]:
    """A good entry of a D3 payload with some fields changed."""
    return {
        "type": "voice",
        "dateRange": OLD,
        "purgeType": "permanent",
        "reason": "retention is over",
    } | changes


class Caller:
    """A client of a simulator that holds a token."""

    def __init__(self, simulator: Simulator, clock: FakeClock) -> None:
        self.simulator = simulator
        self.clock = clock
        self.http = httpx.Client(transport=simulator.transport(), base_url="https://genesys.test")

    def token(self, auth: tuple[str, str] = CREDENTIALS) -> httpx.Response:
        """Asks for a token."""
        form = {"grant_type": "client_credentials"}
        return self.http.post("/oauth/token", data=form, auth=auth)

    def log_in(self, auth: tuple[str, str] = CREDENTIALS) -> None:
        """Uses a new token from now on."""
        self.http.headers["Authorization"] = f"Bearer {self.token(auth).json()['access_token']}"

    def submit_archive(self, ids: Iterable[str], **more: object) -> httpx.Response:
        """D4's submit."""
        return self.http.post(ARCHIVE, json={"conversationIds": list(ids), **more})

    def submit_deletion(self, **changes: object) -> httpx.Response:
        """D2's submit."""
        return self.http.post(DELETION, json=deletion_body(**changes))

    def submit_purge(self, *policies: dict[str, object]) -> httpx.Response:
        """D3's submit."""
        return self.http.post(PURGE, json={"interactions": list(policies)})

    def poll(self, path: str, job_id: str) -> Any:
        """The status answer of a job."""
        return self.http.get(f"{path}/{job_id}").raise_for_status().json()

    def eligibility(self, ids: Iterable[str]) -> list[dict[str, Any]]:
        """The rows of D4's query."""
        quoted = ",".join(f'"{each}"' for each in ids)
        body = {"query": f"conversationId IN ({quoted})", "view": "default"}
        rows: list[dict[str, Any]] = self.http.post(QUERY, json=body).json()["data"]
        return rows

    def count(self, **filters: object) -> httpx.Response:
        """D2's query."""
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
    """A caller, logged in, of a simulator without a rate limit unless the settings say so."""
    clock = FakeClock()
    if scopes is not None:
        settings["clients"] = (OAuthClient(scopes=scopes),)
    chosen = SimulatorSettings(**{"requests_per_second": None, **settings})
    caller = Caller(Simulator(corpus or Corpus.of([]), chosen, clock, sender), clock)
    caller.log_in()
    return caller
