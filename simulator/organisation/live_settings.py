"""The settings of the live dialect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

FIVE_YEARS_OF_DAYS = 1826


@dataclass(frozen=True, slots=True)
class Rejection:
    """The status and code of a refusal; the real ones are not known for certain."""

    status: int
    code: str


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """By default the known limits of the platform; None switches a limit off.

    - The simulator's `speed` divides durations in seconds, but not `visibility_lag`, which is
      compared with the age of recordings, nor `availability_lag`.
    - `pages_overlap` starts each page of details with the last row of the page before, also in
      the results of a details job.
    - `forgets_deleted_recordings` removes deleted recordings from the metadata.
    - A recording job is pending for the simulator's `job_base_seconds`, then
      `pending_seconds_per_recording` for each selected recording: an hour for 500,000. Its
      execution takes `execution_base_seconds`, then `job_seconds_per_record` for each recording.
    - A details job takes `details_job_base_seconds`, then `details_job_seconds_per_conversation`
      for each found conversation. Its results expire after `details_job_lifetime_seconds`.
    - A details job finds no conversation that started or ended within the last
      `availability_lag`.
    - An audit query ends as `audit_query_outcome`: `Succeeded`, `Failed` or `Cancelled`. With
      `audit_has_values` its entries have the changed values.
    """

    requests_per_minute: int | None = 300
    max_recording_jobs: int | None = 2
    max_protected: int | None = 1000
    max_predicates: int | None = None
    max_detail_ids: int | None = 100
    max_campaign_rules: int | None = None
    max_rule_sets: int | None = None
    largest_page: int = 100

    too_many_jobs: Rejection = Rejection(409, "request.conflict")
    wrong_state: Rejection = Rejection(409, "request.conflict")
    sensitive_refused: Rejection = Rejection(403, "missing.permissions")
    delete_unconfirmed: Rejection = Rejection(400, "bad.request")

    pending_seconds_per_recording: float = 0.0072
    execution_base_seconds: float = 1.0
    details_job_base_seconds: float = 10.0
    details_job_seconds_per_conversation: float = 0.0005
    details_job_lifetime_seconds: float = 86_400.0
    largest_details_page: int = 10_000
    gdpr_phase_seconds: float = 30.0
    audit_query_seconds: float = 2.0
    audit_query_outcome: str = "Succeeded"
    audit_has_values: bool = True
    largest_audit_page: int | None = None
    visibility_lag: timedelta = timedelta(0)
    availability_lag: timedelta = timedelta(0)
    pages_overlap: bool = False
    forgets_deleted_recordings: bool = False
    retention_days: int | None = FIVE_YEARS_OF_DAYS
    region: str = "us-east-1"
