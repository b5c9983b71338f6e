"""Checks the list of callers that may override the retention policy of Genesys."""

from typing import Any

from genesys_purge.errors import FieldError
from genesys_purge.model.override_callers import OverrideCallers
from genesys_purge.model.wire import read_document

from cli.validation.checked import Checked


def check_override_callers(given: Any) -> Checked:
    """The list as it is stored, or every error by its position."""
    if not isinstance(given, list):
        return Checked.wrong([FieldError("", "must be a list of callers")])
    found = read_document(OverrideCallers, {"callers": given})
    if isinstance(found, list):
        return Checked.wrong([FieldError(_position(each.path), each.message) for each in found])
    return Checked(shown=list(found.callers))


def _position(path: str) -> str:
    """The path in the list, which the model has in a field."""
    return path.partition(".")[2]
