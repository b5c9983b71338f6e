"""Which answers to a changing call prove that Genesys did not execute it."""

from __future__ import annotations

import httpx

from genesys_purge.errors import OutcomeUnknown, PurgeError
from genesys_purge.genesys.answers import error_in
from genesys_purge.operation import Operation

# Only these. After any other status without success, the call may have been executed: a redirect
# may follow an execution (303), and a proxy may have lost the answer (499, 502, 504).
NOT_EXECUTED = frozenset(
    {
        # The documented contract:
        400,  # the payload is wrong
        401,  # the token is refused
        403,  # a scope or permission is missing
        404,  # the path names nothing that exists
        409,  # a conflict rejects the call as a whole
        422,  # the payload breaks a limit of the engine
        429,  # too many requests or jobs
        # RFC 9110 and RFC 6585, which define these as refusals to process the request:
        405,  # the method is not supported
        411,  # the length is missing
        413,  # the body is too large
        414,  # the URL is too long
        415,  # the type of the body is not supported
        431,  # the headers are too large
    }
)


def refusal_in(response: httpx.Response, operation: Operation) -> PurgeError:
    """The error of a changing call that was not successful.

    OutcomeUnknown, unless the status proves for this operation that nothing was executed.
    """
    error = error_in(response, operation)
    if response.status_code not in NOT_EXECUTED.union(operation.refusals):
        return error.converted(OutcomeUnknown)
    return error
