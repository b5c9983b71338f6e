"""Every request the simulated Genesys received and what became of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from simulator.organisation.faults import FaultKind
from simulator.organisation.words import Method, Operation


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """`status` is None where no answer was given; `body` and `path` are as they were sent."""

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
    """How many requests there were by operation and by the status they were answered with."""
    seen = list(entries)
    return {
        "byOperation": Counter(
            each.operation.value if each.operation else "unknown" for each in seen
        ),
        "byStatus": Counter(str(each.status or "unanswered") for each in seen),
    }
