"""The settings of the simulator."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from simulator.organisation.conversation import DOCUMENTED_MINIMUM_AGE
from simulator.organisation.live_settings import LiveSettings


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """A client, its scopes and the permissions of its role; None is all of them.

    The documented dialect checks `scopes`, the live dialect checks `permissions`.
    """

    client_id: str = "simulator"
    client_secret: str = "simulator-secret"  # noqa: S105  only for the simulator
    scopes: tuple[str, ...] | None = None
    permissions: frozenset[str] | None = None


class DeletionMoment(StrEnum):
    """When a job's deletions take effect."""

    GRADUALLY = "gradually"
    AT_THE_END = "at_the_end"


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """By default the documented limits; None switches a limit off.

    - `speed` divides every duration (jobs, verification lag, rate windows, delivery pauses), except
      the lifetime of a token.
    - A job is pending for `job_base_seconds`, then runs `job_seconds_per_record` for each record.
    - A failed delivery is retried after `webhook_backoff_seconds`, which double each time.
    - `live_only` removes the documented dialect, as in a real organisation.
    """

    clients: tuple[OAuthClient, ...] = (OAuthClient(),)
    token_seconds: int = 3600
    token_lists_scopes: bool = True

    requests_per_second: int | None = 10
    max_concurrent_jobs: int | None = 5
    max_body_bytes: int | None = 1024 * 1024
    max_ids: int | None = 1000
    max_window_days: int | None = 30
    max_query_days: int | None = 31
    minimum_age: timedelta | None = DOCUMENTED_MINIMUM_AGE
    residency_zones: tuple[str, ...] = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1")
    busy_retry_after: int = 5

    speed: float = 1.0
    job_base_seconds: float = 30.0
    job_seconds_per_record: float = 0.15
    deletes: DeletionMoment = DeletionMoment.GRADUALLY
    verification_lag_seconds: float = 0.0

    forgets_deleted: bool = False
    conflict_names_ids: bool = False
    mixed_case_states: bool = False
    reports_progress: bool = True
    poll_times_out_above: int | None = None
    count_rows: int = 1
    hang_seconds: float = 30.0

    webhook_secret: str = "simulator-webhook-secret"  # noqa: S105  only for the simulator
    webhook_attempts: int = 10
    webhook_backoff_seconds: float = 1.0
    governance_secret: str = "whsec_c2ltdWxhdG9yLWdvdmVybmFuY2Utc2VjcmV0"  # noqa: S105  only for the simulator

    campaigns: tuple[str, ...] = ("campaign-1", "campaign-2")
    event_page_size: int = 25

    live: LiveSettings = field(default_factory=LiveSettings)
    live_only: bool = False

    def lasting(self, seconds: float) -> timedelta:
        """Converts simulated seconds to real time."""
        return timedelta(seconds=seconds / self.speed)

    @property
    def verification_lag(self) -> timedelta:
        """The time for which a deleted record still reads as before."""
        return self.lasting(self.verification_lag_seconds)
