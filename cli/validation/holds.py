"""Checks legal holds."""

from typing import Any

from genesys_purge.model.holds import HoldDocument
from genesys_purge.store.hold_items import fields_of

from cli.validation.checked import Checked
from cli.validation.operator_documents import check_document


def check_hold(given: Any) -> Checked:
    """The hold as plain JSON, or every error. It may be given as the item for `put-item`."""
    return check_document(HoldDocument, fields_of(given) if isinstance(given, dict) else given)
