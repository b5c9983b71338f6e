"""Everything about the simulated Genesys that a test or the demo may choose."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from simulator.organisation.conversation import DOCUMENTED_MINIMUM_AGE
from simulator.organisation.live_settings import LiveSettings


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """Credentials that the token endpoint knows, and what it grants them.

    The documented dialect asks for `scopes`, the live one for `permissions`, where None is all.
    """

    client_id: str = "simulator"
    client_secret: str = "simulator-secret"  # noqa: S105 - opens nothing but the simulator
    scopes: tuple[str, ...] | None = None
    permissions: frozenset[str] | None = None


class DeletionMoment(StrEnum):
    """When a job's deletions take effect."""

    GRADUALLY = "gradually"
    AT_THE_END = "at_the_end"


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """The documented limits by default; None switches a limit off.

    `speed` divides every duration of the simulated Genesys (jobs, verification lag, rate window,
    pauses between deliveries), but not the life of a token. A job is pending for
    `job_base_seconds`, then runs `job_seconds_per_record` for each record. A delivery that nobody
    took is repeated after `webhook_backoff_seconds`, then after twice as long each time.
    `live_only` leaves out all that only documents describe, as an organisation of today does.
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

    webhook_secret: str = "simulator-webhook-secret"  # noqa: S105 - opens nothing but the simulator
    webhook_attempts: int = 10
    webhook_backoff_seconds: float = 1.0
    governance_secret: str = "whsec_c2ltdWxhdG9yLWdvdmVybmFuY2Utc2VjcmV0"  # noqa: S105 - as above

    campaigns: tuple[str, ...] = ("campaign-1", "campaign-2")
    event_page_size: int = 25

    live: LiveSettings = field(default_factory=LiveSettings)
    live_only: bool = False

    def lasting(self, seconds: float) -> timedelta:
        """So many simulated seconds on the caller's clock."""
        return timedelta(seconds=seconds / self.speed)

    @property
    def verification_lag(self) -> timedelta:
        """How long a deleted record still reads as it did before."""
        return self.lasting(self.verification_lag_seconds)
