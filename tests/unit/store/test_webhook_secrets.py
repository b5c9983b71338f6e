"""StoredWebhookSecrets: two secrets during a rotation, and never an empty one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from botocore.stub import Stubber
from genesys_purge.errors import Misconfigured, TryLater
from genesys_purge.store.secrets import StoredSecret
from genesys_purge.store.webhook_secrets import MAX_AGE, StoredWebhookSecrets
from genesys_purge.webhooks.ports import WebhookSecrets

from tests.clock import Clock
from tests.mocked_aws import client, mocked_aws, secrets_manager
from tests.webhook_fakes import MemoryWebhookSecrets

NOW, BEFORE = "hush-now", "hush-before"


@pytest.fixture(autouse=True)
def secret() -> Iterator[None]:
    with mocked_aws():
        client("secretsmanager").create_secret(Name="WebhookSecret", SecretString="{}")
        put({"current": NOW, "previous": BEFORE})
        yield


def put(fields: Any) -> None:
    text = fields if isinstance(fields, str) else json.dumps(fields)
    client("secretsmanager").put_secret_value(SecretId="WebhookSecret", SecretString=text)


def stored() -> StoredWebhookSecrets:
    return StoredWebhookSecrets(StoredSecret(secrets_manager(), "WebhookSecret", MAX_AGE))


@pytest.mark.parametrize(
    "secrets", [StoredWebhookSecrets, MemoryWebhookSecrets], ids=["stored", "twin"]
)
@pytest.mark.parametrize("previous", [BEFORE, None, ""])
def test_current_webhook_secret_comes_before_the_previous_one(
    secrets: type, previous: str | None
) -> None:
    put({"current": NOW, "previous": previous})
    read: WebhookSecrets = (
        stored() if secrets is StoredWebhookSecrets else MemoryWebhookSecrets(NOW, previous)
    )
    expected: Sequence[bytes] = [NOW.encode(), *([previous.encode()] if previous else [])]
    assert list(read()) == expected


USABLE: list[tuple[Any, list[str]]] = [
    ({"current": NOW}, [NOW]),
    ({"previous": BEFORE}, [BEFORE]),
    ({"current": "", "previous": BEFORE}, [BEFORE]),
    ({"current": 5, "previous": BEFORE}, [BEFORE]),
    ({"current": NOW, "previous": [BEFORE]}, [NOW]),
    ({"current": NOW, "next": "hush-next"}, [NOW]),
    ({"current": "ü"}, ["ü"]),
]
UNUSABLE: list[Any] = [
    {},
    {"current": ""},
    {"current": "", "previous": ""},
    {"current": None},
    {"current": 0},
    {"current": {"value": NOW}},
    {"secret": NOW},
    [NOW],
    f'{{"current": "{BEFORE}", "current": "{NOW}"}}',
    "null",
    NOW,
    f'"{NOW}"',
]


def test_only_text_counts_as_a_secret(clock: Clock) -> None:
    for fields, expected in USABLE:
        put(fields)
        clock.wait(MAX_AGE + 1)
        assert list(stored()()) == [each.encode() for each in expected], fields


def test_unusable_webhook_secret_is_refused_without_showing_it(clock: Clock) -> None:
    for fields in UNUSABLE:
        put(fields)
        clock.wait(MAX_AGE + 1)
        with pytest.raises(Misconfigured) as refused:
            stored()()
        assert "secret" in str(refused.value), fields
        assert NOW not in str(refused.value)


def test_new_webhook_secret_is_read_within_a_minute(clock: Clock) -> None:
    secrets = stored()
    secrets()
    put({"current": "hush-next", "previous": NOW})
    clock.wait(60)
    assert list(secrets()) == [NOW.encode(), BEFORE.encode()]
    clock.wait(0.1)
    assert list(secrets()) == [b"hush-next", NOW.encode()]


def test_error_of_a_missing_webhook_secret_does_not_name_it() -> None:
    client("secretsmanager").delete_secret(
        SecretId="WebhookSecret", ForceDeleteWithoutRecovery=True
    )
    with pytest.raises(Misconfigured, match="the webhook secret is missing") as refused:
        stored()()
    assert "WebhookSecret" not in str(refused.value)


def test_temporary_failure_does_not_name_the_webhook_secret() -> None:
    with Stubber(client("secretsmanager")) as stubber:
        stubber.add_client_error("get_secret_value", "ThrottlingException")
        with pytest.raises(TryLater, match=r"^the webhook secret cannot be read now$"):
            stored()()


def test_representation_of_the_store_has_no_secrets() -> None:
    secrets = stored()
    secrets()
    assert NOW not in f"{secrets!r} {vars(secrets)}"
