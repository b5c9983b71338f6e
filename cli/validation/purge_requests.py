"""Checks purge requests as the functions do."""

from datetime import UTC, datetime
from typing import Any

from genesys_purge import callers
from genesys_purge.errors import InvalidRequest
from genesys_purge.purging.requests import Requests, normalised

from cli.documents.scheduler import as_sent
from cli.validation.checked import Checked
from cli.validation.in_force import InForce


def check_request(given: Any, in_force: InForce) -> Checked:
    """The normalised request, or every error."""
    now = datetime.now(UTC)
    requests = Requests(in_force, in_force.organisation, lambda: now)
    try:
        submitted = callers.submission(as_sent(given, now))
        reference = submitted.moment or now
        request = requests.check(submitted.payload, reference)
    except InvalidRequest as refused:
        return Checked.refused(refused)
    return Checked(shown=normalised(request, reference))
