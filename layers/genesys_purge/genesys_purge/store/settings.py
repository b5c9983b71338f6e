"""The settings that operators store, with all their versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from genesys_purge.errors import Misconfigured
from genesys_purge.model.stored_setting import StoredSetting
from genesys_purge.model.wire import read_document
from genesys_purge.ports import Clock, Prepared
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.parameters import unreadable
from genesys_purge.store.transactions import Write
from genesys_purge.stored_settings.ports import UnreadableSetting

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.model.audit import AuditRecord
    from genesys_purge.store.sizes import Item

# Reads the version of a setting that is in force; None if the setting was never stored.
CurrentSetting = Callable[[str], StoredSetting | None]
LONGEST_PROBLEM = 500
MAX_AGE = timedelta(seconds=60)


class DynamoSettings:
    """Implements `SettingStore`. The item with the highest version is in force; none is changed."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger

    def current(self, name: str) -> StoredSetting | None:
        """The version in force; Misconfigured, which names the item, if it cannot be read."""
        latest = self.latest(name)
        if isinstance(latest, UnreadableSetting):
            item = f"the item {latest.name}, version {latest.version}, of the table {self._table}"
            raise Misconfigured(f"{item} is not valid: {latest.problem}; put the setting again")
        return latest

    def latest(self, name: str) -> StoredSetting | UnreadableSetting | None:
        """As the port says; Misconfigured or TryLater if the table cannot be read."""
        try:
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="#name = :name",
                ExpressionAttributeNames={"#name": "name"},
                ExpressionAttributeValues={":name": {"S": name}},
                ConsistentRead=True,
                ScanIndexForward=False,
                Limit=1,
            )
        except (BotoCoreError, ClientError) as error:
            raise unreadable(f"the setting {name}", "dynamodb:Query", error) from error
        return next(map(_setting, answer["Items"]), None)

    def get(self, name: str, version: int) -> StoredSetting | UnreadableSetting | None:
        key: Item = {"name": {"S": name}, "version": {"N": str(version)}}
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return _setting(answer["Item"]) if "Item" in answer else None

    def put(self, setting: StoredSetting, record: AuditRecord) -> None:
        self._ledger.commit([self._new(setting)], record)

    def storing(self, setting: StoredSetting) -> Prepared:
        return Prepared(self._new(setting))

    def _new(self, setting: StoredSetting) -> Write:
        free, names = "attribute_not_exists(#name)", {"#name": "name"}
        return Write(self._table, _item(setting), free, names=names)


class RecentSettings:
    """Reads a setting at most once a minute; for those that are not read under a permit."""

    def __init__(self, current: CurrentSetting, now: Clock) -> None:
        self._current = current
        self._now = now
        self._found: dict[str, tuple[datetime, StoredSetting | None]] = {}

    def current(self, name: str) -> StoredSetting | None:
        """As `DynamoSettings.current`, at most a minute old."""
        now = self._now()
        found = self._found.get(name)
        if found is None or not timedelta() <= now - found[0] < MAX_AGE:
            found = self._found[name] = (now, self._current(name))
        return found[1]


def _setting(item: Mapping[str, Any]) -> StoredSetting | UnreadableSetting:
    version = int(item["version"]["N"])
    texts = {name: value.get("S") for name, value in item.items()}
    found = read_document(StoredSetting, texts | {"version": version})
    if isinstance(found, StoredSetting):
        return found
    problem = "; ".join(map(str, found))[:LONGEST_PROBLEM]
    return UnreadableSetting(item["name"]["S"], version, problem)


def _item(setting: StoredSetting) -> Item:
    texts: Item = {name: {"S": value} for name, value in setting.to_json().items()}
    return texts | {"version": {"N": str(setting.version)}}
