"""Checks the additional organisations."""

from typing import Any

from genesys_purge.model.organisations import Organisations

from cli.validation.checked import Checked
from cli.validation.operator_documents import check_document


def check_organisations(given: Any) -> Checked:
    """The organisations by name, or every error."""
    return check_document(Organisations, given)
