"""Who subscribes to notifications: read once a minute, all of it sound or none of it used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from genesys_purge.errors import Misconfigured
from genesys_purge.store.directory import MAX_AGE, StoredDirectory
from genesys_purge.store.secrets import StoredSecret
from genesys_purge.webhooks.notification import Event

from tests.clock import Clock
from tests.unit.aws import client, mocked_aws, secrets_manager

HUSH = "hush-hush"
ONE = {"name": "governance", "url": "https://governance.example/hooks", "secret": HUSH}


@pytest.fixture(autouse=True)
def secret() -> Iterator[None]:
    with mocked_aws():
        client("secretsmanager").create_secret(
            Name="SubscribersSecret", SecretString=json.dumps({"subscribers": [ONE]})
        )
        yield


def put(subscribers: Any) -> None:
    """The secret with these subscribers; a text stands for all of it."""
    text = subscribers if isinstance(subscribers, str) else json.dumps({"subscribers": subscribers})
    client("secretsmanager").put_secret_value(SecretId="SubscribersSecret", SecretString=text)


def stored() -> StoredDirectory:
    return StoredDirectory(StoredSecret(secrets_manager(), "SubscribersSecret", MAX_AGE))


def names(directory: StoredDirectory) -> list[str]:
    return [each.name for each in directory.subscribers().subscribers]


def test_the_subscribers_are_read() -> None:
    put([ONE, ONE | {"name": "archive", "events": ["purge_run_finished"]}])
    found = stored().subscribers()
    governance, archive = found.named("governance"), found.named("archive")
    assert governance is not None
    assert archive is not None
    assert (governance.url, governance.key) == (ONE["url"], HUSH.encode())
    assert [event for event in Event if governance.wants(event)] == list(Event)
    assert [event for event in Event if archive.wants(event)] == [Event.RUN_FINISHED]
    assert found.named("nobody") is None


def test_there_may_be_nobody() -> None:
    put([])
    assert names(stored()) == []


@pytest.mark.parametrize("text", ["whsec_a2V5", "k", "whsec", "ü", " "])
def test_a_secret_is_base64_after_its_prefix_or_any_text(text: str) -> None:
    put([ONE | {"secret": text}])
    [found] = stored().subscribers().subscribers
    assert found.key == (b"key" if text == "whsec_a2V5" else text.encode())


def test_subscribers_are_kept_for_a_minute_and_no_longer(clock: Clock) -> None:
    directory = stored()
    assert names(directory) == ["governance"]
    put([ONE | {"name": "archive"}])
    clock.wait(60)
    assert names(directory) == ["governance"]
    clock.wait(0.1)
    assert names(directory) == ["archive"]


@pytest.mark.parametrize(
    "subscribers",
    [
        HUSH,
        "{}",
        "[]",
        "null",
        json.dumps([ONE]),
        json.dumps({"subscribers": [ONE], "more": HUSH}),
        None,
        {},
        ONE,
        [None],
        [HUSH],
        [ONE, ONE],
        [ONE, ONE | {"url": "https://other.example"}],
        [ONE | {"name": ""}],
        [ONE | {"name": "x" * 61}],
        [ONE | {"name": "two words"}],
        [ONE | {"name": 1}],
        [ONE | {"url": ""}],
        [ONE | {"url": "x" * 2_001}],
        [ONE | {"url": None}],
        [ONE | {"secret": ""}],
        [ONE | {"secret": HUSH * 60}],
        [ONE | {"secret": None}],
        [ONE | {"secret": "whsec_"}],
        [ONE | {"secret": "whsec_===="}],
        [ONE | {"secret": "whsec_a2V"}],
        [ONE | {"secret": f"whsec_{HUSH}!"}],
        [ONE | {"secret": "whsec_-_-_"}],
        [ONE | {"secret": "whsec_ü"}],
        [ONE | {"events": ["everything"]}],
        [ONE | {"events": "purge_run_finished"}],
        [ONE | {"surprise": HUSH}],
        [{name: value for name, value in ONE.items() if name != "secret"}],
        [ONE | {"name": f"n{number}"} for number in range(21)],
    ],
)
def test_a_malformed_secret_is_refused_as_a_whole_and_not_shown(
    subscribers: Any,
) -> None:
    put(json.dumps({"subscribers": None}) if subscribers is None else subscribers)
    with pytest.raises(Misconfigured) as refused:
        stored().subscribers()
    assert "secret" in str(refused.value)
    assert HUSH not in str(refused.value)


def test_what_is_wrong_is_named() -> None:
    put([ONE, ONE | {"name": "archive", "events": ["everything"], "secret": "whsec_"}])
    with pytest.raises(Misconfigured) as refused:
        stored().subscribers()
    for path in ("subscribers.1.events.0", "subscribers.1.secret"):
        assert path in str(refused.value)


def test_a_secret_that_becomes_unreadable_expires_after_a_minute(clock: Clock) -> None:
    directory = stored()
    names(directory)
    put("oops")
    clock.wait(61)
    for _ in range(2):
        with pytest.raises(Misconfigured, match="SubscribersSecret"):
            directory.subscribers()


def test_a_missing_secret_is_an_error() -> None:
    client("secretsmanager").delete_secret(
        SecretId="SubscribersSecret", ForceDeleteWithoutRecovery=True
    )
    with pytest.raises(Misconfigured, match="the secret SubscribersSecret does not exist"):
        stored().subscribers()


def test_a_subscriber_is_shown_without_its_secret() -> None:
    found = stored().subscribers()
    assert HUSH not in f"{found!r} {found}"
