"""Tokens and scopes of the documented dialect."""

import httpx
import pytest

from simulator import OAuthClient
from tests.simulator.caller import (
    ARCHIVE,
    DELETION,
    PURGE,
    QUERY,
    deletion_body,
    policy,
    start_simulator,
)

BODIES: dict[str, object] = {
    ARCHIVE: {"conversationIds": ["a"]},
    DELETION: deletion_body(),
    PURGE: {"interactions": [policy()]},
    QUERY: {"query": 'conversationId IN ("a")'},
}


def test_token_answer_has_lifetime_and_scopes() -> None:
    caller = start_simulator(scopes=("purge:read", "purge:write"), token_seconds=60)
    answer = caller.token()
    assert answer.status_code == 200
    token = answer.json().pop("access_token")
    assert token
    assert answer.json() | {"access_token": ""} == {
        "access_token": "",
        "token_type": "Bearer",
        "expires_in": 60,
        "scope": "purge:read purge:write",
    }


def test_token_answer_can_omit_scopes() -> None:
    assert "scope" not in start_simulator(token_lists_scopes=False).token().json()


def test_wrong_credentials_are_401_in_the_oauth_error_format() -> None:
    caller = start_simulator()
    for auth in (("simulator", "wrong"), ("unknown", "simulator-secret"), ("", "")):
        answer = caller.token(auth)
        assert answer.status_code == 401
        assert answer.json() == {
            "error": "invalid_client",
            "error_description": "client authentication failed",
        }


def test_malformed_authorization_is_401() -> None:
    caller = start_simulator()
    form = {"grant_type": "client_credentials"}
    for header in ("Basic !", "Basic /w==", "Bearer x", "Basic c2ltdWxhdG9y", ""):
        headers = {"Authorization": header}
        assert caller.http.post("/oauth/token", data=form, headers=headers).status_code == 401


def test_other_grant_types_are_400() -> None:
    caller = start_simulator()
    for form in ({}, {"grant_type": "password"}):
        answer = caller.http.post("/oauth/token", data=form)
        assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("path", BODIES)
def test_endpoint_without_valid_token_is_401(path: str) -> None:
    caller = start_simulator()
    for header in ("", "Bearer unknown", "Basic abc"):
        answer = caller.http.post(path, json=BODIES[path], headers={"Authorization": header})
        assert answer.status_code == answer.json()["status"] == 401


def test_token_expires_after_its_lifetime() -> None:
    caller = start_simulator(token_seconds=60)
    caller.clock.advance(59.999)
    assert caller.count().status_code == 200
    caller.clock.advance(0.001)
    assert caller.count().status_code == 401
    caller.log_in()
    assert caller.count().status_code == 200


@pytest.mark.parametrize(
    ("verb", "path", "scope"),
    [
        ("POST", ARCHIVE, "analytics:conversation:delete"),
        ("GET", f"{ARCHIVE}/x", "analytics:conversation:delete"),
        ("POST", DELETION, "data:deletion:manage"),
        ("GET", f"{DELETION}/x", "data:deletion:manage"),
        ("POST", PURGE, "purge:write"),
        ("GET", f"{PURGE}/x", "purge:read"),
        ("POST", QUERY, "analytics:query"),
    ],
)
def test_missing_scope_is_403_and_named(verb: str, path: str, scope: str) -> None:
    def call(*scopes: str) -> httpx.Response:
        return start_simulator(scopes=scopes).http.request(verb, path, json=BODIES.get(path))

    refused = call("unrelated:scope")
    assert refused.status_code == 403
    assert scope in refused.json()["message"]
    assert refused.json()["details"] == [{"missingScope": scope}]
    assert call(scope).status_code in {200, 202, 404}


def test_count_needs_the_analytics_scope_and_not_the_deletion_scope() -> None:
    assert start_simulator(scopes=("analytics:query",)).count().status_code == 200
    assert start_simulator(scopes=("analytics:conversation:delete",)).count().status_code == 403


def test_eligibility_query_accepts_the_deletion_scope() -> None:
    caller = start_simulator(scopes=("analytics:conversation:delete",))
    assert caller.eligibility(["a"]) == []


def test_each_client_has_its_own_scopes() -> None:
    clients = (OAuthClient("one", "s", ("analytics:query",)), OAuthClient("two", "s", ()))
    caller = start_simulator(clients=(OAuthClient(), *clients))
    caller.log_in(("one", "s"))
    assert caller.count().status_code == 200
    caller.log_in(("two", "s"))
    assert caller.count().status_code == 403
