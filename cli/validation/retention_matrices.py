"""Checks retention matrices."""

from typing import Any

from genesys_purge.model.retention import RetentionMatrix

from cli.validation.checked import Checked
from cli.validation.operator_documents import check_document


def check_matrix(given: Any) -> Checked:
    """The matrix, or every error."""
    return check_document(RetentionMatrix, given)
