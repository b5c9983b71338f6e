"""Checks the settings that operators store, as the functions do."""

from collections.abc import Callable
from typing import Any

from genesys_purge.model.stored_setting import SettingName
from genesys_purge.stored_settings.documents import KINDS

from cli.validation.checked import Checked
from cli.validation.operator_documents import check_document


def check_setting(name: SettingName) -> Callable[[Any], Checked]:
    """The check of a setting's document: the document as it is read, or every error."""
    return lambda given: check_document(KINDS[name].model, given)
