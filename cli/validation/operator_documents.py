"""Checks a document that operators store, before it is in force."""

from collections.abc import Mapping
from typing import Any

from genesys_purge.errors import FieldError
from genesys_purge.model.wire import Wire, read_document

from cli.validation.checked import Checked


def check_document(model: type[Wire], given: Any) -> Checked:
    """The document as it is read, or every error."""
    if not isinstance(given, Mapping):
        return Checked.wrong([FieldError("", "must be an object")])
    found = read_document(model, given)
    if isinstance(found, list):
        return Checked.wrong(found)
    return Checked(shown=found.to_json(), model=found)
