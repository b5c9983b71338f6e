"""The log of requests."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from simulator.organisation.faults import FaultKind
from simulator.organisation.words import Method, Operation


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request; `status` is None if the caller got no answer."""

    at: datetime
    verb: str
    path: str
    operation: Operation | None
    method: Method | None
    client_id: str | None
    status: int | None
    fault: FaultKind | None
    correlation_id: str
    body: bytes


def count_requests(entries: Iterable[LoggedRequest]) -> dict[str, dict[str, int]]:
    """Counts the requests by operation and by status."""
    seen = list(entries)
    return {
        "byOperation": Counter(
            each.operation.value if each.operation else "unknown" for each in seen
        ),
        "byStatus": Counter(str(each.status or "unanswered") for each in seen),
    }
