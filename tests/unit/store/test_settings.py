"""DynamoSettings and RecentSettings: which version is read, and how old it may be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.stub import Stubber
from genesys_purge.errors import LostRace, Misconfigured, TryLater
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.stored_setting import SettingName, StoredSetting, hash_of
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.settings import DynamoSettings, RecentSettings

from tests.clock import NOON, Clock
from tests.mocked_aws import client, mocked_aws

NAME = SettingName.ORGANISATIONS


@pytest.fixture(autouse=True)
def tables() -> Iterator[None]:
    with mocked_aws("SettingsTable", "AuditTable"):
        yield


def adapter() -> DynamoSettings:
    dynamodb = client("dynamodb")
    return DynamoSettings(
        dynamodb, "SettingsTable", Ledger(dynamodb, "AuditTable", "PersonalTable")
    )


def setting(version: int, text: str = "{}") -> StoredSetting:
    return StoredSetting(
        name=NAME,
        version=version,
        text=text,
        hash=hash_of(text),
        source="api",
        reason="because",
        changed_at=NOON,
        changed_by="me",
        person_id="user:A",
    )


def put(version: int, text: str = "{}") -> None:
    record = AuditRecord(
        run_id=f"setting:{NAME}", at=NOON, actor="me", action=Action.SETTING_CHANGED
    )
    adapter().put(setting(version, text), record)


def test_highest_version_is_in_force_and_old_ones_are_kept() -> None:
    for version in range(1, 12):
        put(version, f'{{"a": {version}}}')
    assert adapter().current(NAME) == setting(11, '{"a": 11}')
    assert adapter().get(NAME, 2) == setting(2, '{"a": 2}')
    assert adapter().get(NAME, 12) is None


def test_setting_that_was_never_stored_is_none() -> None:
    assert adapter().current(NAME) is None


def test_taken_version_loses_the_race_and_nothing_is_written() -> None:
    put(1)
    with pytest.raises(LostRace):
        put(1, '{"a": 1}')
    assert adapter().current(NAME) == setting(1)
    assert client("dynamodb").scan(TableName="AuditTable")["Count"] == 1


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("AccessDeniedException", Misconfigured, "may not be read; allow .* dynamodb:Query"),
        ("ThrottlingException", TryLater, "the setting organisations cannot be read now"),
    ],
)
def test_failed_read_is_no_absent_setting(code: str, kind: type[Exception], words: str) -> None:
    with Stubber(client("dynamodb")) as stubber:
        stubber.add_client_error("query", code)
        with pytest.raises(kind, match=words):
            adapter().current(NAME)


def test_recent_setting_is_at_most_a_minute_old(clock: Clock) -> None:
    recent = RecentSettings(adapter().current, clock)
    assert recent.current(NAME) is None
    put(1)
    clock.wait(59)
    assert recent.current(NAME) is None
    clock.wait(1)
    assert recent.current(NAME) == setting(1)


def test_failed_read_of_a_recent_setting_is_not_kept(clock: Clock) -> None:
    recent = RecentSettings(adapter().current, clock)
    with Stubber(client("dynamodb")) as stubber:
        stubber.add_client_error("query", "ThrottlingException")
        with pytest.raises(TryLater):
            recent.current(NAME)
    put(1)
    assert recent.current(NAME) == setting(1)
