"""The client's credentials: kept five minutes, read anew when asked, never shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from genesys_purge.errors import AuthenticationFailed, Misconfigured
from genesys_purge.genesys.oauth import Credentials
from genesys_purge.store.credentials import MAX_AGE, StoredCredentials
from genesys_purge.store.secrets import StoredSecret

from tests.clock import Stopwatch
from tests.unit.aws import client, mocked_aws
from tests.unit.genesys.exchange import Answer, Exchange, token


@pytest.fixture(autouse=True)
def secret() -> Iterator[None]:
    with mocked_aws():
        text = '{"clientId": "id-1", "clientSecret": "hush-1"}'
        client("secretsmanager").create_secret(Name="GenesysSecret", SecretString=text)
        yield


def put(text: str) -> None:
    client("secretsmanager").put_secret_value(SecretId="GenesysSecret", SecretString=text)


def stored(watch: Stopwatch | None = None) -> StoredCredentials:
    secret = StoredSecret(client("secretsmanager"), "GenesysSecret", MAX_AGE, watch or Stopwatch())
    return StoredCredentials(secret)


def test_the_secret_is_read() -> None:
    assert stored()(fresh=False) == Credentials("id-1", "hush-1", "the secret GenesysSecret")


def test_it_is_kept_for_five_minutes_and_no_longer() -> None:
    watch = Stopwatch()
    credentials = stored(watch)
    credentials(fresh=False)
    put('{"clientId": "id-1", "clientSecret": "hush-2"}')
    watch.seconds = 300
    assert credentials(fresh=False).client_secret == "hush-1"
    watch.seconds = 300.1
    assert credentials(fresh=False).client_secret == "hush-2"


def test_it_is_read_at_once_when_a_fresh_one_is_asked_for_and_then_kept() -> None:
    credentials = stored()
    credentials(fresh=False)
    put('{"clientId": "id-1", "clientSecret": "hush-2"}')
    assert credentials(fresh=True).client_secret == "hush-2"
    assert credentials(fresh=False).client_secret == "hush-2"


def test_a_secret_that_was_rotated_is_found_after_the_first_refusal() -> None:
    credentials = stored()
    credentials(fresh=False)
    put('{"clientId": "id-1", "clientSecret": "hush-2"}')
    exchange = Exchange(tokens=(Answer(401), token("a")))
    exchange.tokens._credentials = credentials  # noqa: SLF001 - the real source in the script's place
    assert exchange.tokens.current().value == "a"
    sent = [request.headers["authorization"] for request in exchange.requests]
    assert len(set(sent)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "hush-hush",
        "{}",
        "[]",
        "null",
        '"hush-hush"',
        '{"clientId": "id-1"}',
        '{"clientSecret": "hush-hush"}',
        '{"client_id": "id-1", "client_secret": "hush-hush"}',
        '["hush-hush"]',
    ],
)
def test_a_secret_of_another_form_is_refused_without_showing_it(text: str) -> None:
    put(text)
    with pytest.raises(AuthenticationFailed, match="the Genesys secret must be") as refused:
        stored()(fresh=False)
    assert str(refused.value).startswith("the secret GenesysSecret ")
    assert "hush-hush" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_secret_that_is_not_there_is_named_and_to_be_created() -> None:
    client("secretsmanager").delete_secret(
        SecretId="GenesysSecret", ForceDeleteWithoutRecovery=True
    )
    with pytest.raises(AuthenticationFailed) as refused:
        stored()(fresh=False)
    assert str(refused.value) == (
        "the secret GenesysSecret does not exist or has no value; create it, or put a value into "
        'it; the Genesys secret must be {"clientId": "...", "clientSecret": "..."}'
    )


def read_while_aws_answers(code: str) -> None:
    manager = client("secretsmanager")
    with Stubber(manager) as stubber:
        stubber.add_client_error("get_secret_value", code)
        StoredSecret(manager, "GenesysSecret", MAX_AGE, Stopwatch()).fields()


def test_a_secret_that_may_not_be_read_is_named_with_the_right_to_give() -> None:
    with pytest.raises(Misconfigured) as refused:
        read_while_aws_answers("AccessDeniedException")
    assert str(refused.value).startswith("the secret GenesysSecret may not be read; allow")
    assert "secretsmanager:GetSecretValue" in str(refused.value)


def test_a_secret_that_is_marked_for_deletion_is_to_be_restored() -> None:
    client("secretsmanager").delete_secret(SecretId="GenesysSecret")
    with pytest.raises(AuthenticationFailed, match="is marked for deletion; restore it"):
        stored()(fresh=False)


def test_what_time_may_mend_stays_the_error_of_aws() -> None:
    with pytest.raises(ClientError, match="InternalServiceError"):
        read_while_aws_answers("InternalServiceError")


def test_the_secret_is_not_shown_with_its_keeper() -> None:
    credentials = stored()
    credentials(fresh=False)
    assert "hush-1" not in f"{credentials!r} {vars(credentials)}"
