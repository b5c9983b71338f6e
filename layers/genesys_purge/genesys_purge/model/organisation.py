"""A Genesys Cloud organisation: where it is, what it has, and what a run may ask of it."""

from __future__ import annotations

from dataclasses import dataclass

from genesys_purge.model import regions


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation; the deployment's own has no name.

    `secret` names its OAuth client's secret. A URL that is empty is the region's own. Each process
    calls it at most so often a second, the live platform's methods by a pace of their own.
    """

    name: str
    platform: str
    region: str
    own_api_url: str
    own_login_url: str
    secret: str
    residency_zones: frozenset[str]
    max_records: int
    concurrent_jobs: int
    requests_per_second: float
    live_requests_per_second: float

    @property
    def api_url(self) -> str:
        return self.own_api_url.rstrip("/") or regions.api_url(self.region)

    @property
    def login_url(self) -> str:
        return self.own_login_url.rstrip("/") or regions.login_url(self.region)
