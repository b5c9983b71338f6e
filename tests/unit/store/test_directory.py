"""StoredDirectory: the subscribers, read once a minute and refused as a whole if malformed."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import Stubber
from genesys_purge.errors import Misconfigured
from genesys_purge.store.directory import MAX_AGE, StoredDirectory
from genesys_purge.store.secrets import StoredSecret
from genesys_purge.webhooks.outbound.notification import Event

from tests.clock import Clock
from tests.mocked_aws import client, mocked_aws, secrets_manager

KEY = b"hush-hush-hush-hush-hush-hush"
HUSH = b64encode(KEY).decode()
SECRET = f"whsec_{HUSH}"
ONE = {"name": "governance", "url": "https://governance.example/hooks", "secret": SECRET}
WITHOUT_SECRET = {name: value for name, value in ONE.items() if name != "secret"}


@pytest.fixture(autouse=True)
def secret() -> Iterator[None]:
    with mocked_aws():
        client("secretsmanager").create_secret(
            Name="SubscribersSecret", SecretString=json.dumps({"subscribers": [ONE]})
        )
        yield


def put(subscribers: Any) -> None:
    """Store these subscribers in the secret; a text is the whole secret."""
    text = subscribers if isinstance(subscribers, str) else json.dumps({"subscribers": subscribers})
    client("secretsmanager").put_secret_value(SecretId="SubscribersSecret", SecretString=text)


def stored() -> StoredDirectory:
    return StoredDirectory(StoredSecret(secrets_manager(), "SubscribersSecret", MAX_AGE))


def names(directory: StoredDirectory) -> list[str]:
    return [each.name for each in directory.subscribers().subscribers]


def test_subscribers_are_read_with_keys_and_events() -> None:
    put([ONE, ONE | {"name": "archive", "events": ["purge_run_finished"]}])
    found = stored().subscribers()
    governance, archive = found.named("governance"), found.named("archive")
    assert governance is not None
    assert archive is not None
    assert (governance.url, governance.keys) == (ONE["url"], (KEY,))
    assert [event for event in Event if governance.wants(event)] == list(Event)
    assert [event for event in Event if archive.wants(event)] == [Event.RUN_FINISHED]
    assert found.named("unknown") is None


def test_list_of_subscribers_may_be_empty() -> None:
    put([])
    assert names(stored()) == []


@pytest.mark.parametrize("length", [24, 64])
def test_key_is_the_base64_of_24_to_64_bytes_after_whsec(length: int) -> None:
    put([ONE | {"secret": f"whsec_{b64encode(b'k' * length).decode()}"}])
    [found] = stored().subscribers().subscribers
    assert found.keys == (b"k" * length,)


def test_subscriber_may_have_up_to_five_secrets_at_once() -> None:
    keys = tuple(bytes([number]) * 24 for number in range(1, 6))
    secrets = [f"whsec_{b64encode(key).decode()}" for key in keys]
    put([WITHOUT_SECRET | {"secrets": secrets}])
    [found] = stored().subscribers().subscribers
    assert found.keys == keys


def test_wrong_secret_of_several_is_named() -> None:
    put([WITHOUT_SECRET | {"secrets": [SECRET, "plain"]}])
    with pytest.raises(Misconfigured, match=r"subscribers\.0\.secrets\.1: must be whsec_"):
        stored().subscribers()


@pytest.mark.parametrize("fields", [{}, {"secrets": []}, {"secret": SECRET, "secrets": [SECRET]}])
def test_subscriber_needs_one_secret_or_a_list(fields: dict[str, Any]) -> None:
    put([WITHOUT_SECRET | fields])
    with pytest.raises(Misconfigured, match=r"subscribers\.0: give either secret or a list of"):
        stored().subscribers()


@pytest.mark.parametrize(
    "wrong",
    [
        "a plain secret of thirty letters",
        HUSH,
        SECRET.upper(),
        f" {SECRET}",
        f"whsec_{b64encode(b'k' * 23).decode()}",
        f"whsec_{b64encode(b'k' * 65).decode()}",
    ],
)
def test_secret_of_another_form_is_refused_with_what_to_do(wrong: str) -> None:
    put([ONE | {"secret": wrong}])
    with pytest.raises(Misconfigured) as refused:
        stored().subscribers()
    assert str(refused.value) == (
        "the subscribers' secret is not valid: subscribers.0.secret: must be whsec_ and the base64 "
        "of 24 to 64 bytes; encode a plain secret of that length in base64, and replace a shorter "
        "one"
    )


def test_repeated_key_of_the_subscribers_secret_is_named() -> None:
    text = json.dumps({"subscribers": [ONE]})
    put(text.replace('"name"', '"name": "other", "name"'))
    with pytest.raises(Misconfigured, match=r"subscribers\.0\.name: is given more than once"):
        stored().subscribers()


def test_subscribers_secret_may_begin_with_a_byte_order_mark() -> None:
    put("\ufeff" + json.dumps({"subscribers": [ONE]}))
    assert names(stored()) == ["governance"]


def test_directory_caches_subscribers_for_a_minute(clock: Clock) -> None:
    directory = stored()
    assert names(directory) == ["governance"]
    put([ONE | {"name": "archive"}])
    clock.wait(60)
    assert names(directory) == ["governance"]
    clock.wait(0.1)
    assert names(directory) == ["archive"]


MALFORMED: list[Any] = [
    HUSH,
    "{}",
    "[]",
    "null",
    json.dumps([ONE]),
    json.dumps({"subscribers": [ONE], "more": HUSH}),
    json.dumps({"subscribers": None}),
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
    [ONE | {"secret": f"{SECRET}!"}],
    [ONE | {"secret": "whsec_-_-_"}],
    [ONE | {"secret": "whsec_ü"}],
    [ONE | {"events": ["everything"]}],
    [ONE | {"events": "purge_run_finished"}],
    [ONE | {"surprise": HUSH}],
    [WITHOUT_SECRET],
    [WITHOUT_SECRET | {"secrets": SECRET}],
    [WITHOUT_SECRET | {"secrets": [None]}],
    [WITHOUT_SECRET | {"secrets": [SECRET] * 6}],
    [ONE | {"name": f"n{number}"} for number in range(21)],
]


def test_malformed_secret_is_refused_as_a_whole_and_not_shown(clock: Clock) -> None:
    for subscribers in MALFORMED:
        put(subscribers)
        clock.wait(MAX_AGE + 1)
        with pytest.raises(Misconfigured) as refused:
            stored().subscribers()
        assert "secret" in str(refused.value), subscribers
        assert HUSH not in str(refused.value)
    put([ONE])
    clock.wait(MAX_AGE + 1)
    assert names(stored()) == ["governance"]


def test_wrong_fields_are_named() -> None:
    put([ONE, ONE | {"name": "archive", "events": ["everything"], "secret": "whsec_"}])
    with pytest.raises(Misconfigured) as refused:
        stored().subscribers()
    for path in ("subscribers.1.events.0", "subscribers.1.secret"):
        assert path in str(refused.value)


def test_cached_subscribers_expire_if_the_secret_becomes_malformed(clock: Clock) -> None:
    directory = stored()
    names(directory)
    put("oops")
    clock.wait(61)
    for _ in range(2):
        with pytest.raises(Misconfigured, match="SubscribersSecret"):
            directory.subscribers()


def test_secret_without_a_value_means_no_subscribers() -> None:
    secrets = client("secretsmanager")
    secrets.delete_secret(SecretId="SubscribersSecret", ForceDeleteWithoutRecovery=True)
    secrets.create_secret(Name="SubscribersSecret")
    assert names(stored()) == []


def test_subscribers_without_read_permission_are_not_absent() -> None:
    with Stubber(client("secretsmanager")) as stubber:
        stubber.add_client_error("get_secret_value", "AccessDeniedException")
        with pytest.raises(Misconfigured, match="the secret SubscribersSecret may not be read"):
            stored().subscribers()


def test_representation_of_a_subscriber_has_no_secret() -> None:
    found = stored().subscribers()
    assert HUSH not in f"{found!r} {found}"
