"""A Genesys Cloud organisation: its region, its platform and its limits."""

from __future__ import annotations

from dataclasses import dataclass

from genesys_purge.model import regions


def name_in_metrics(name: str | None) -> str:
    """The name of an organisation as a dimension: `default` for the default organisation."""
    return name or "default"


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation; the default organisation has an empty name.

    `secret` is the name of the secret with its OAuth client. An empty override means the URL of
    the region. `record_types` are all that it has. `default_classification` is that of records that
    nothing classifies; empty for the longest retention that could apply. The request rates apply to
    each process, the live one to methods of the live platform.
    """

    name: str
    platform: str
    region: str
    api_url_override: str
    login_url_override: str
    secret: str
    residency_zones: frozenset[str]
    record_types: frozenset[str]
    default_classification: str
    max_records: int
    concurrent_jobs: int
    requests_per_second: float
    live_requests_per_second: float

    @property
    def api_url(self) -> str:
        return self.api_url_override.rstrip("/") or regions.api_url(self.region)

    @property
    def login_url(self) -> str:
        return self.login_url_override.rstrip("/") or regions.login_url(self.region)
