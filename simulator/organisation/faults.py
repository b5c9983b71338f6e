"""Planned faults: what goes wrong, for which requests, and how often."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from simulator.organisation.timeline import COMPLETES, Fate, JobFate
from simulator.organisation.words import Method, Operation


class FaultKind(StrEnum):
    """The kinds of faults; a request with an `_after` fault still takes effect."""

    TOKEN_REVOKED = "token_revoked"  # noqa: S105  not a secret
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    SERVER_ERROR_AFTER = "server_error_after"
    BAD_GATEWAY = "bad_gateway"
    BAD_GATEWAY_AFTER = "bad_gateway_after"
    UNAVAILABLE = "unavailable"
    UNAVAILABLE_AFTER = "unavailable_after"
    GATEWAY_TIMEOUT = "gateway_timeout"
    GATEWAY_TIMEOUT_AFTER = "gateway_timeout_after"
    INSUFFICIENT_STORAGE = "insufficient_storage"
    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    MALFORMED_BEFORE = "malformed_before"
    MALFORMED_AFTER = "malformed_after"
    JOB_FAILS = "job_fails"
    JOB_CANCELLED = "job_cancelled"
    JOB_VANISHES = "job_vanishes"
    JOB_NEVER_FINISHES = "job_never_finishes"


FATES = {
    FaultKind.JOB_FAILS: Fate.FAILS,
    FaultKind.JOB_CANCELLED: Fate.IS_CANCELLED,
    FaultKind.JOB_VANISHES: Fate.VANISHES,
    FaultKind.JOB_NEVER_FINISHES: Fate.NEVER_FINISHES,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A planned fault of matching requests.

    - `operation` and `method` None match every request.
    - The first `after` matching requests are answered normally, the next `times` fail (None: all).
    - A `job_` kind affects jobs at their creation; it takes effect after the share `job_progress`
      of the job's records. It affects the jobs that delete or change data, with any operation but
      `create_details_job`. With that operation it affects only details jobs.
    - `retry_after`, in seconds, is only for `rate_limited`.
    """

    kind: FaultKind
    operation: Operation | None = None
    method: Method | None = None
    times: int | None = 1
    after: int = 0
    retry_after: int | None = None
    job_progress: float = 0.0

    @property
    def of_details_jobs(self) -> bool:
        """Whether it is for the creation of details jobs."""
        return self.operation is Operation.CREATE_DETAILS_JOB

    def matches(self, operation: Operation, method: Method | None) -> bool:
        """Whether a request of this operation and method matches."""
        return self.operation in (None, operation) and self.method in (None, method)


@dataclass(slots=True)
class PlannedFault:
    """A fault, and how many requests matched and failed."""

    fault: Fault
    matched: int = 0
    failed: int = 0

    @property
    def spent(self) -> bool:
        """Whether no more requests will fail."""
        return self.fault.times is not None and self.failed >= self.fault.times

    def due(self) -> bool:
        """Counts a matching request; returns whether it is to fail."""
        self.matched += 1
        return self.matched > self.fault.after and not self.spent


class Faults:
    """The planned faults; of several due faults the first one applies. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._planned: list[PlannedFault] = []

    def add(self, *faults: Fault) -> None:
        """Plans faults; each counts the requests from now on."""
        with self._lock:
            self._planned.extend(PlannedFault(fault) for fault in faults)

    def clear(self) -> None:
        """Removes every fault; jobs that are already affected stay so."""
        with self._lock:
            self._planned.clear()

    def waiting(self) -> list[Fault]:
        """The faults that may still apply."""
        with self._lock:
            return [each.fault for each in self._planned if not each.spent]

    def for_request(self, operation: Operation, method: Method | None) -> Fault | None:
        """Counts the request and returns its fault, if any."""
        with self._lock:
            return _first_due(
                each
                for each in self._planned
                if each.fault.kind not in FATES and each.fault.matches(operation, method)
            )

    def for_job(self, method: Method) -> JobFate:
        """Counts the new job and returns its fate."""
        with self._lock:
            return _fate(
                each
                for each in self._planned
                if each.fault.method in (None, method) and not each.fault.of_details_jobs
            )

    def for_details_job(self) -> JobFate:
        """Counts the new details job and returns its fate."""
        with self._lock:
            return _fate(each for each in self._planned if each.fault.of_details_jobs)


def _fate(candidates: Iterable[PlannedFault]) -> JobFate:
    fault = _first_due(each for each in candidates if each.fault.kind in FATES)
    return JobFate(FATES[fault.kind], fault.job_progress) if fault else COMPLETES


def _first_due(candidates: Iterable[PlannedFault]) -> Fault | None:
    due = [each for each in candidates if each.due()]
    if not due:
        return None
    due[0].failed += 1
    return due[0].fault
