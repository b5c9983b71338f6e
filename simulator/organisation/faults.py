"""What goes wrong, for which requests, how often."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from simulator.organisation.timeline import Fate
from simulator.organisation.words import Method, Operation


class FaultKind(StrEnum):
    """What goes wrong; `_after` means that the request took effect all the same."""

    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a word, not a secret
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
    """Strikes matching requests: the next `times` (None: always) once `after` have passed unharmed.

    `operation` and `method` None match any. A `job_` kind strikes jobs as they are created,
    whatever its operation, after the share `job_progress` of their records. `retry_after` is for
    a 429 and in seconds.
    """

    kind: FaultKind
    operation: Operation | None = None
    method: Method | None = None
    times: int | None = 1
    after: int = 0
    retry_after: int | None = None
    job_progress: float = 0.0

    def matches(self, operation: Operation, method: Method | None) -> bool:
        """Whether a request of this operation and method is one to count."""
        return self.operation in (None, operation) and self.method in (None, method)


@dataclass(slots=True)
class Planned:
    """A fault and how often it has matched and struck."""

    fault: Fault
    matched: int = 0
    struck: int = 0

    @property
    def spent(self) -> bool:
        """Whether it never strikes again."""
        return self.fault.times is not None and self.struck >= self.fault.times

    def due(self) -> bool:
        """Counts a matching request and says whether this one is to be struck."""
        self.matched += 1
        return self.matched > self.fault.after and not self.spent


class Faults:
    """The faults that are planned; the first added that is due strikes; thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._planned: list[Planned] = []

    def add(self, *faults: Fault) -> None:
        """Plans faults, each counting requests from now on."""
        with self._lock:
            self._planned.extend(Planned(fault) for fault in faults)

    def clear(self) -> None:
        """Forgets every fault; jobs already struck keep their fate."""
        with self._lock:
            self._planned.clear()

    def waiting(self) -> list[Fault]:
        """The faults that may still strike."""
        with self._lock:
            return [each.fault for each in self._planned if not each.spent]

    def for_request(self, operation: Operation, method: Method | None) -> Fault | None:
        """The fault that strikes this request, if any; counts it."""
        with self._lock:
            return _strike(
                each
                for each in self._planned
                if each.fault.kind not in FATES and each.fault.matches(operation, method)
            )

    def for_job(self, method: Method) -> Fault | None:
        """The fault that strikes a job about to be created, if any; counts it."""
        with self._lock:
            return _strike(
                each
                for each in self._planned
                if each.fault.kind in FATES and each.fault.method in (None, method)
            )


def _strike(candidates: Iterable[Planned]) -> Fault | None:
    due = [each for each in candidates if each.due()]
    if not due:
        return None
    due[0].struck += 1
    return due[0].fault
