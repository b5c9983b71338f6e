"""The value of a setting that is in force, stored or not."""

from __future__ import annotations

from typing import Any, NamedTuple

from genesys_purge.errors import FieldError, Misconfigured
from genesys_purge.model import strict_json
from genesys_purge.model.stored_setting import SettingName, StoredSetting
from genesys_purge.model.strict_json import InvalidJson
from genesys_purge.stored_settings.differences import ABSENT
from genesys_purge.stored_settings.documents import KINDS
from genesys_purge.stored_settings.ports import InheritedValue, SettingStore, UnreadableSetting

STORED = "stored"
LONGEST_PROBLEM = 500


class ValueInForce(NamedTuple):
    """A value: its version, 0 if it is not stored, and its document as JSON values.

    `document` is ABSENT if it cannot be read, and `wrong` are the errors in it. `is_importable` is
    True for a valid value that an operator has set and that is not stored. `origin` says where the
    value comes from.
    """

    version: int
    document: Any
    origin: str
    wrong: tuple[FieldError, ...] = ()
    is_importable: bool = False
    stored: StoredSetting | None = None

    @property
    def problem(self) -> str:
        """The errors in one line; empty without one."""
        wrong = (f"{each.path or 'the document'}: {each.message}" for each in self.wrong)
        return "; ".join(wrong)[:LONGEST_PROBLEM]


def value_in_force(
    name: SettingName, settings: SettingStore, inherited: InheritedValue
) -> ValueInForce:
    """The latest stored version; without one, the value that applies until one is stored."""
    latest = settings.latest(name)
    return _inherited(name, inherited) if latest is None else stored_value(name, latest)


def stored_value(name: SettingName, found: StoredSetting | UnreadableSetting) -> ValueInForce:
    """A stored version, with the errors in it."""
    if isinstance(found, UnreadableSetting):
        return _unreadable(found.version, found.problem)
    try:
        document = found.document
    except Misconfigured as error:
        return _unreadable(found.version, str(error))
    wrong = tuple(KINDS[name].wrong_in(document))
    return ValueInForce(found.version, document, STORED, wrong, stored=found)


def _inherited(name: SettingName, inherited: InheritedValue) -> ValueInForce:
    text, origin, is_from_operator = inherited(name)
    try:
        document = strict_json.parsed(text)
    except InvalidJson as error:
        return ValueInForce(0, ABSENT, origin, (FieldError(error.path, error.message),))
    wrong = tuple(KINDS[name].wrong_in(document))
    return ValueInForce(0, document, origin, wrong, is_from_operator and not wrong)


def _unreadable(version: int, problem: str) -> ValueInForce:
    return ValueInForce(version, ABSENT, STORED, (FieldError("", problem),))
