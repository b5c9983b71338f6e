"""Applies a fault to a request: what the caller gets, and whether the request takes effect."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from simulator.http.answer import Answer, Refusal, Unanswered, busy
from simulator.organisation.faults import Fault, FaultKind

TAKES_EFFECT = frozenset(kind for kind in FaultKind if kind.value.endswith("_after"))
STATUSES: Mapping[FaultKind, int] = MappingProxyType(
    {
        FaultKind.SERVER_ERROR: 500,
        FaultKind.SERVER_ERROR_AFTER: 500,
        FaultKind.BAD_GATEWAY: 502,
        FaultKind.BAD_GATEWAY_AFTER: 502,
        FaultKind.UNAVAILABLE: 503,
        FaultKind.UNAVAILABLE_AFTER: 503,
        FaultKind.GATEWAY_TIMEOUT: 504,
        FaultKind.GATEWAY_TIMEOUT_AFTER: 504,
        FaultKind.INSUFFICIENT_STORAGE: 507,
    }
)


def interfere(fault: Fault, execute: Callable[[], Answer]) -> Answer:
    """Returns the answer under the fault; executes the request first for an `_after` fault."""
    answer = execute() if fault.kind in TAKES_EFFECT else Answer.json(200, {"entities": []})
    match fault.kind:
        case FaultKind.TIMEOUT_BEFORE | FaultKind.TIMEOUT_AFTER:
            raise Unanswered(hangs=True)
        case FaultKind.DROP_BEFORE | FaultKind.DROP_AFTER:
            raise Unanswered(hangs=False)
        case FaultKind.MALFORMED_BEFORE | FaultKind.MALFORMED_AFTER:
            return answer.malformed()
        case FaultKind.RATE_LIMITED:
            raise busy("Rate limit exceeded", fault.retry_after)
        case _:
            raise Refusal(STATUSES[fault.kind], "The service could not answer")
