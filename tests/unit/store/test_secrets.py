"""StoredCredentials: kept for five minutes, read again on request, never shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.stub import Stubber
from genesys_purge.errors import AuthenticationFailed, Misconfigured, TryLater
from genesys_purge.genesys.oauth import Credentials
from genesys_purge.store.credentials import MAX_AGE, StoredCredentials
from genesys_purge.store.secrets import StoredSecret

from tests.clock import Clock
from tests.mocked_aws import client, mocked_aws, secrets_manager
from tests.unit.genesys.exchange import Answer, Exchange, token


@pytest.fixture(autouse=True)
def secret() -> Iterator[None]:
    with mocked_aws():
        text = '{"clientId": "id-1", "clientSecret": "hush-1"}'
        client("secretsmanager").create_secret(Name="GenesysSecret", SecretString=text)
        yield


def put(text: str) -> None:
    client("secretsmanager").put_secret_value(SecretId="GenesysSecret", SecretString=text)


def stored() -> StoredCredentials:
    return StoredCredentials(StoredSecret(secrets_manager(), "GenesysSecret", MAX_AGE))


def test_credentials_are_read_from_the_secret() -> None:
    assert stored()(fresh=False) == Credentials("id-1", "hush-1", "the secret GenesysSecret")


def test_credentials_are_cached_for_five_minutes(clock: Clock) -> None:
    credentials = stored()
    credentials(fresh=False)
    put('{"clientId": "id-1", "clientSecret": "hush-2"}')
    clock.wait(300)
    assert credentials(fresh=False).client_secret == "hush-1"
    clock.wait(0.1)
    assert credentials(fresh=False).client_secret == "hush-2"


def test_fresh_credentials_bypass_and_replace_the_cache() -> None:
    credentials = stored()
    credentials(fresh=False)
    put('{"clientId": "id-1", "clientSecret": "hush-2"}')
    assert credentials(fresh=True).client_secret == "hush-2"
    assert credentials(fresh=False).client_secret == "hush-2"


def test_rotated_secret_is_read_after_the_first_refusal() -> None:
    credentials = stored()
    credentials(fresh=False)
    put('{"clientId": "id-1", "clientSecret": "hush-2"}')
    exchange = Exchange(tokens=(Answer(401), token("a")))
    exchange.tokens._credentials = credentials  # noqa: SLF001  replaces the scripted source
    assert exchange.tokens.current().value == "a"
    sent = [request.headers["authorization"] for request in exchange.requests]
    assert len(set(sent)) == 2


MALFORMED = [
    "hush-hush",
    "{}",
    "[]",
    "null",
    '"hush-hush"',
    '{"clientId": "id-1"}',
    '{"clientSecret": "hush-hush"}',
    '{"client_id": "id-1", "client_secret": "hush-hush"}',
    '["hush-hush"]',
]


def test_malformed_secret_is_refused_without_showing_it() -> None:
    for text in MALFORMED:
        put(text)
        with pytest.raises(AuthenticationFailed, match="the Genesys secret must be") as refused:
            stored()(fresh=True)
        assert str(refused.value).startswith("the secret GenesysSecret "), text
        assert "hush-hush" not in str(refused.value)
        assert refused.value.__cause__ is None


def test_missing_secret_is_named_with_what_to_do() -> None:
    client("secretsmanager").delete_secret(
        SecretId="GenesysSecret", ForceDeleteWithoutRecovery=True
    )
    with pytest.raises(AuthenticationFailed) as refused:
        stored()(fresh=False)
    assert str(refused.value) == (
        "the secret GenesysSecret does not exist or has no value; create it, or put a value into "
        'it; the Genesys secret must be {"clientId": "...", "clientSecret": "..."}'
    )


def read_while_aws_answers(code: str, status: int = 400) -> None:
    with Stubber(client("secretsmanager")) as stubber:
        stubber.add_client_error("get_secret_value", code, http_status_code=status)
        StoredSecret(secrets_manager(), "GenesysSecret", MAX_AGE).fields()


def test_binary_secret_that_is_not_text_is_refused() -> None:
    client("secretsmanager").put_secret_value(SecretId="GenesysSecret", SecretBinary=b"\xff\xfe")
    with pytest.raises(AuthenticationFailed, match="is not a JSON object"):
        stored()(fresh=False)


def test_cached_credentials_expire_if_the_secret_becomes_malformed(clock: Clock) -> None:
    credentials = stored()
    credentials(fresh=False)
    put("hush-hush")
    clock.wait(301)
    with pytest.raises(AuthenticationFailed):
        credentials(fresh=False)


def test_forbidden_secret_is_named_with_the_permission_to_allow() -> None:
    with pytest.raises(Misconfigured) as refused:
        read_while_aws_answers("AccessDeniedException")
    assert str(refused.value).startswith("the secret GenesysSecret may not be read; allow")
    assert "secretsmanager:GetSecretValue" in str(refused.value)


def test_error_of_a_secret_marked_for_deletion_says_restore_it() -> None:
    client("secretsmanager").delete_secret(SecretId="GenesysSecret")
    with pytest.raises(AuthenticationFailed, match="is marked for deletion; restore it"):
        stored()(fresh=False)


def test_temporary_failure_of_secrets_manager_raises_try_later() -> None:
    with pytest.raises(TryLater, match=r"cannot be read now: .*InternalServiceError"):
        read_while_aws_answers("InternalServiceError", 500)


def test_lasting_failure_of_secrets_manager_names_its_code() -> None:
    with pytest.raises(Misconfigured, match=r"cannot be read: .*DecryptionFailure"):
        read_while_aws_answers("DecryptionFailure")


def test_stored_credentials_do_not_show_the_secret() -> None:
    credentials = stored()
    credentials(fresh=False)
    assert "hush-1" not in f"{credentials!r} {vars(credentials)}"


def test_repeated_key_of_a_secret_is_named_without_its_value() -> None:
    put('{"clientId": "id-1", "clientSecret": "hush-1", "clientSecret": "hush-2"}')
    with pytest.raises(
        AuthenticationFailed, match="clientSecret: is given more than once"
    ) as error:
        stored()(fresh=False)
    assert "hush-" not in str(error.value)


def test_secret_may_begin_with_a_byte_order_mark() -> None:
    put('\ufeff{"clientId": "id-1", "clientSecret": "hush-1"}')
    assert stored()(fresh=False).client_secret == "hush-1"
