"""The interfaces of stored settings."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol

from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.stored_setting import SettingName, StoredSetting
from genesys_purge.ports import Prepared


class UnreadableSetting(NamedTuple):
    """A stored version that is not valid, and why."""

    name: str
    version: int
    problem: str


class Inherited(NamedTuple):
    """The value of a setting that is not stored: its JSON, and where it comes from.

    `is_from_operator` is False for a value of the release, which no operator has set.
    """

    text: str
    origin: str
    is_from_operator: bool


class Protection(NamedTuple):
    """A hold, stop or approval rule as a message names it, and the organisations that it names.

    `organisations` is None if they cannot be read.
    """

    title: str
    organisations: Collection[str] | None


# Reads what is in force for a setting as long as it is not stored.
InheritedValue = Callable[[SettingName], Inherited]


class SettingStore(Protocol):
    """The stored versions of all settings; every read is consistent."""

    def latest(self, name: str) -> StoredSetting | UnreadableSetting | None:
        """The version in force; None if the setting was never stored."""

    def get(self, name: str, version: int) -> StoredSetting | UnreadableSetting | None:
        """A version, current or old."""

    def put(self, setting: StoredSetting, record: AuditRecord) -> None:
        """Store a new version with its audit record; LostRace if the version exists."""

    def storing(self, setting: StoredSetting) -> Prepared:
        """The write of a new version, for a transaction of another store."""
