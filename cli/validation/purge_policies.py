"""Checks purge policies as the API does."""

from datetime import UTC, datetime
from typing import Any

from genesys_purge.errors import InvalidRequest
from genesys_purge.policies.check_policy import CheckedPolicy, CheckPolicy, anyone
from genesys_purge.policies.public_holidays import public_holidays
from genesys_purge.purging.requests import Requests

from cli.validation.checked import Checked
from cli.validation.in_force import InForce


def checked_policy(given: Any, in_force: InForce) -> CheckedPolicy:
    """The policy with its blackout days and remarks; InvalidRequest lists every error."""

    def now() -> datetime:
        return datetime.now(UTC)

    requests = Requests(in_force, in_force.organisation, now)
    return CheckPolicy(requests, anyone, public_holidays, now)(given)


def check_policy(given: Any, in_force: InForce) -> Checked:
    """The normalised policy, or every error; the notes are its remarks."""
    try:
        checked = checked_policy(given, in_force)
    except InvalidRequest as refused:
        return Checked.refused(refused)
    return Checked(shown=checked.document.to_json(), notes=checked.notes, model=checked.document)
