"""The common behaviour of live calls: tokens, permissions, rate, headers and errors."""

from __future__ import annotations

import httpx
import pytest

from simulator import Fault, FaultKind, OAuthClient
from simulator.access.token_rate import UNLIMITED
from tests.simulator.caller import Caller, start_simulator
from tests.simulator.live.calls import (
    AUDITS,
    CAMPAIGN,
    CAMPAIGN_RULES,
    DATA_RETENTION,
    DETAILS,
    DETAILS_JOBS,
    EVERY_MEDIUM,
    GDPR,
    JOBS,
    ONE,
    POLICIES,
    PROTECTION,
    QUERY,
    RETENTION_QUERY,
    RULE_SETS,
    SUBJECTS,
    conversation,
    create_job,
    interval,
    query_details,
    start_live,
)

EDIT_RETENTION = (
    "recording:recording:editRetention",
    "recording:screenRecording:editRetention",
    "recording:snippetRecording:editRetention",
)
POLICY, CROSS = "recording:retentionPolicy", "recording:crossPlatformRetentionPolicy"
RULE, SET = "outbound:campaignRule", "outbound:ruleSet"
METADATA = f"/api/v2/conversations/{ONE}/recordingmetadata"


def crud(path: str, permission: str) -> list[tuple[str, str, tuple[str, ...]]]:
    one = f"{path}/{ONE}"
    return [
        ("POST", path, (f"{permission}:add",)),
        ("GET", path, (f"{permission}:view",)),
        ("GET", one, (f"{permission}:view",)),
        ("PUT", one, (f"{permission}:edit",)),
        ("DELETE", one, (f"{permission}:delete",)),
    ]


NEEDED = [
    ("POST", AUDITS, ("audits:audit:view",)),
    ("GET", f"{AUDITS}/{ONE}", ("audits:audit:view",)),
    ("GET", f"{AUDITS}/{ONE}/results", ("audits:audit:view",)),
    ("POST", JOBS, ("recording:job:add",)),
    ("GET", JOBS, ("recording:job:view",)),
    ("GET", f"{JOBS}/{ONE}", ("recording:job:view",)),
    ("PUT", f"{JOBS}/{ONE}", ("recording:job:edit", *EDIT_RETENTION)),
    ("DELETE", f"{JOBS}/{ONE}", ("recording:job:delete",)),
    ("GET", f"{JOBS}/{ONE}/failedrecordings", ("recording:job:view",)),
    ("GET", METADATA, ("recording:recording:view",)),
    ("GET", RETENTION_QUERY, ("recording:recording:view",)),
    ("POST", GDPR, ("gdpr:request:add",)),
    ("GET", GDPR, ("gdpr:request:view",)),
    ("GET", f"{GDPR}/{ONE}", ("gdpr:request:view",)),
    ("GET", SUBJECTS, ("gdpr:subject:view",)),
    ("GET", DATA_RETENTION, ("analytics:dataRetention:view",)),
    ("PUT", DATA_RETENTION, ("analytics:dataRetention:edit",)),
    *crud(POLICIES, POLICY),
    *crud(EVERY_MEDIUM, CROSS),
    *crud(CAMPAIGN_RULES, RULE),
    *crud(RULE_SETS, SET),
    ("GET", CAMPAIGN, ("outbound:campaign:view",)),
    ("PUT", CAMPAIGN, ("outbound:campaign:edit",)),
]
BODIES: dict[str, object] = {
    QUERY: {"interval": interval()},
    DETAILS_JOBS: {"interval": interval()},
    PROTECTION: {"conversationIds": [ONE]},
}


def call(caller: Caller, verb: str, path: str) -> httpx.Response:
    return caller.http.request(verb, path, json=BODIES.get(path))


def test_each_permission_is_needed_and_named() -> None:
    for verb, path, needed in NEEDED:
        for missing in needed:
            refused = call(start_live(permissions={*needed} - {missing}), verb, path)
            assert (refused.status_code, refused.json()["code"]) == (403, "missing.permissions")
            assert missing in refused.json()["message"]
        assert call(start_live(permissions=needed), verb, path).status_code != 403, path


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("POST", QUERY),
        ("GET", DETAILS),
        ("POST", DETAILS_JOBS),
        ("GET", f"{DETAILS_JOBS}/availability"),
        ("GET", f"{DETAILS_JOBS}/{ONE}"),
        ("GET", f"{DETAILS_JOBS}/{ONE}/results"),
        ("DELETE", f"{DETAILS_JOBS}/{ONE}"),
    ],
)
def test_one_of_two_permissions_is_enough(verb: str, path: str) -> None:
    refused = call(start_live(permissions=()), verb, path)
    assert (refused.status_code, refused.json()["code"]) == (403, "missing.any.permissions")
    for one in ("analytics:conversationDetail:view", "analytics:agentConversationDetail:view"):
        assert call(start_live(permissions=[one]), verb, path).status_code != 403


def test_protection_needs_apply_or_revoke_and_query_nothing() -> None:
    body = {"conversationIds": [ONE]}
    for held, protect, status in (
        ("apply", "true", 204),
        ("apply", "false", 403),
        ("revoke", "false", 204),
        ("revoke", "true", 403),
    ):
        caller = start_live([conversation()], permissions=[f"recording:deletionProtection:{held}"])
        answer = caller.http.put(PROTECTION, params={"protect": protect}, json=body)
        assert answer.status_code == status
    caller = start_live([conversation()], permissions=())
    assert caller.http.put(PROTECTION, json=body).json()["code"] == "missing.any.permissions"
    assert caller.http.post(PROTECTION, json=body).status_code == 200


def test_client_without_scopes_has_none_and_needs_none() -> None:
    caller = start_live()
    assert "scope" not in caller.token().json()
    assert caller.http.get(JOBS).status_code == 200


def test_token_lists_the_scopes_of_the_client() -> None:
    caller = start_live(clients=(OAuthClient(scopes=("recordings",)),))
    assert caller.token().json()["scope"] == "recordings"


def test_missing_and_unknown_tokens_have_different_codes() -> None:
    caller = start_live()
    missing = caller.http.get(JOBS, headers={"Authorization": ""})
    unknown = caller.http.get(JOBS, headers={"Authorization": "Bearer unknown"})
    assert (missing.status_code, missing.json()["code"]) == (401, "authentication.required")
    assert (unknown.status_code, unknown.json()["code"]) == (401, "bad.credentials")


def test_error_has_the_body_of_the_platform() -> None:
    answer = start_live().http.get(f"{JOBS}/{ONE}")
    assert answer.json() == {
        "message": "The recording job was not found",
        "code": "not.found",
        "status": 404,
        "contextId": answer.headers["ININ-Correlation-Id"],
        "details": [],
        "errors": [],
        "entityId": ONE,
    }


def test_every_answer_has_the_headers_of_the_platform() -> None:
    caller = start_live()
    caller.simulator.faults.add(Fault(FaultKind.UNAVAILABLE, after=3))
    answers = [
        caller.http.get(JOBS),
        caller.http.get(f"{JOBS}/{ONE}"),
        caller.http.get(JOBS, headers={"Authorization": ""}),
        caller.http.get(JOBS),
    ]
    assert [each.status_code for each in answers] == [200, 404, 401, 503]
    for each in answers:
        assert {"inin-ratelimit-count", "inin-ratelimit-allowed", "inin-ratelimit-reset"} <= {
            name.lower() for name in each.headers
        }
        assert "X-Correlation-Id" not in each.headers
    assert len({each.headers["ININ-Correlation-Id"] for each in answers}) == len(answers)


def test_documented_answers_have_their_own_header() -> None:
    answer = start_simulator().count()
    assert "X-Correlation-Id" in answer.headers
    assert "ININ-Correlation-Id" not in answer.headers


def limits(answer: httpx.Response) -> tuple[str, str, str]:
    names = ("count", "allowed", "reset")
    count, allowed, reset = (answer.headers[f"inin-ratelimit-{name}"] for name in names)
    return count, allowed, reset


def test_rate_headers_count_the_requests_of_the_token() -> None:
    caller = start_live(requests_per_minute=300)
    assert limits(caller.http.get(JOBS)) == ("1", "300", "60")
    caller.clock.advance(12.5)
    assert limits(caller.http.get(JOBS)) == ("2", "300", "48")


def test_request_over_the_rate_is_429_until_the_window_ends() -> None:
    caller = start_live(requests_per_minute=3)
    assert [caller.http.get(JOBS).status_code for _ in range(3)] == [200] * 3
    caller.clock.advance(59.5)
    refused = caller.http.get(JOBS)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert refused.json()["code"] == "too.many.requests.retry.after"
    caller.clock.advance(0.5)
    assert limits(caller.http.get(JOBS)) == ("1", "3", "60")


def test_each_token_has_its_own_rate_limit() -> None:
    caller = start_live(requests_per_minute=1)
    assert [caller.http.get(JOBS).status_code for _ in range(2)] == [200, 429]
    caller.log_in()
    assert caller.http.get(JOBS).status_code == 200


def test_rate_limit_can_be_switched_off() -> None:
    caller = start_live(requests_per_minute=None)
    assert {caller.http.get(JOBS).status_code for _ in range(20)} == {200}
    assert limits(caller.http.get(JOBS))[1] == str(UNLIMITED)


def test_speed_shortens_the_rate_window() -> None:
    caller = start_live(requests_per_minute=1, simulator={"speed": 60})
    assert limits(caller.http.get(JOBS)) == ("1", "1", "1")
    caller.clock.advance(1)
    assert caller.http.get(JOBS).status_code == 200


def test_dialects_have_separate_rate_limits() -> None:
    caller = start_live(
        clients=(OAuthClient(),), requests_per_minute=1, simulator={"requests_per_second": 1}
    )
    assert [caller.count().status_code for _ in range(2)] == [200, 429]
    assert [query_details(caller).status_code for _ in range(2)] == [200, 429]


def test_wrong_body_is_bad_request_and_names_the_fields() -> None:
    answer = create_job(start_live(), action="BURN")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad.request")
    assert "action" in answer.json()["message"]
