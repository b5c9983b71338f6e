"""The receiver of notifications: signatures, the list and planned faults."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from hmac import new as new_hmac
from typing import Any

import httpx
import pytest

from simulator.governance.receiver import key_of
from tests.simulator.caller import Caller, start_simulator

PATH = "/_simulator/governance"
KEY = b"governance-key"
SECRET = f"whsec_{b64encode(KEY).decode()}"
BODY = b'{"event": "purge_job_completed", "jobId": "j1"}'


def signature(body: bytes = BODY, *, key: bytes = KEY, at: str = "1772366400") -> str:
    """The signature of message m1."""
    digest = new_hmac(key, b"m1." + at.encode() + b"." + body, sha256).digest()
    return f"v1,{b64encode(digest).decode()}"


def signed(**changes: str) -> dict[str, str]:
    """The headers of a notification, with some changed; underscores stand for hyphens."""
    headers = {
        "webhook_id": "m1",
        "webhook_timestamp": "1772366400",
        "webhook_signature": signature(),
    } | changes
    return {name.replace("_", "-"): value for name, value in headers.items()}


def governed(secret: str = SECRET) -> Caller:
    return start_simulator(governance_secret=secret)


def send(
    caller: Caller, headers: dict[str, str] | None = None, body: bytes = BODY
) -> httpx.Response:
    return caller.http.post(PATH, content=body, headers=signed() if headers is None else headers)


def received(caller: Caller) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = caller.http.get(PATH).json()["received"]
    return rows


def test_signed_notification_is_204_and_listed() -> None:
    caller = governed()
    answer = send(caller, signed() | {"X-Audit-Source": "tests"})
    assert (answer.status_code, answer.content) == (204, b"")
    [row] = received(caller)
    headers = row.pop("headers")
    assert row == {
        "at": "2026-03-01T12:00:00.000Z",
        "event": "purge_job_completed",
        "webhookId": "m1",
        "signatureValid": True,
        "status": 204,
        "body": {"event": "purge_job_completed", "jobId": "j1"},
    }
    assert (headers["webhook-id"], headers["x-audit-source"]) == ("m1", "tests")


def test_secret_is_plain_text_or_base64() -> None:
    for secret, key in (("plain text", b"plain text"), (SECRET, KEY), ("whsec_", b"")):
        assert key_of(secret) == key
        headers = signed(webhook_signature=signature(key=key))
        assert send(governed(secret), headers).status_code == 204


def test_secret_with_wrong_base64_raises_an_error() -> None:
    with pytest.raises(ValueError, match="base64"):
        governed("whsec_!")


def test_notification_with_a_wrong_signature_is_401_and_listed() -> None:
    changes = [
        {"webhook_id": "m2"},
        {"webhook_timestamp": "1772366401"},
        {"webhook_signature": signature(key=b"another")},
        {"webhook_signature": signature(b"{}")},
        {"webhook_signature": signature().replace("v1,", "v2,")},
        {"webhook_signature": signature().removeprefix("v1,")},
        {"webhook_signature": ""},
    ]
    caller = governed()
    assert [send(caller, signed(**change)).status_code for change in changes] == [401] * 7
    assert [(row["signatureValid"], row["status"]) for row in received(caller)] == [
        (False, 401)
    ] * 7


def test_notification_without_a_header_is_401() -> None:
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        headers = signed()
        del headers[name]
        assert send(governed(), headers).status_code == 401


def test_notification_with_another_body_is_401() -> None:
    assert send(governed(), body=BODY + b" ").status_code == 401


def test_one_valid_signature_of_several_is_enough() -> None:
    several = f"{signature(key=b'previous')} {signature()}"
    assert send(governed(), signed(webhook_signature=several)).status_code == 204


def test_body_is_listed_as_json_or_else_as_text() -> None:
    bodies: list[tuple[bytes, object]] = [
        (b"not json", "not json"),
        (b"\xff", "\ufffd"),
        (b"", ""),
        (b'"text"', "text"),
        (b"[1]", [1]),
        (b"[" * 300 + b"]" * 300, None),
    ]
    caller = governed()
    for body, _ in bodies:
        send(caller, {}, body)
    for row, (_, shown) in zip(received(caller), bodies, strict=True):
        assert shown is None or row["body"] == shown
        assert (row["event"], row["webhookId"]) == (None, None)
    assert caller.http.get(PATH, headers={"Accept": "text/html"}).status_code == 200


def test_page_shows_the_notifications_escaped() -> None:
    caller = governed()
    send(caller, signed(webhook_id="<script>"), b'{"event": "<b>&"}')
    page = caller.http.get(PATH, headers={"Accept": "text/html,application/xml;q=0.9"})
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "&lt;script&gt;" in page.text
    assert "&lt;b&gt;&amp;" in page.text
    assert "<script" not in page.text
    assert "<b>" not in page.text


def test_fault_returns_its_status_as_many_times_as_planned() -> None:
    caller = governed()
    planned = caller.http.post(f"{PATH}/fault", json={"status": 500, "times": 2})
    assert (planned.status_code, planned.json()) == (201, {"faults": 2})
    assert [send(caller).status_code for _ in range(3)] == [500, 500, 204]
    assert [row["status"] for row in received(caller)] == [500, 500, 204]
    assert {row["signatureValid"] for row in received(caller)} == {True}


def test_hanging_notification_is_still_listed() -> None:
    caller = governed()
    caller.http.post(f"{PATH}/fault", json={"hang": True})
    with pytest.raises(httpx.ReadTimeout):
        send(caller)
    assert send(caller).status_code == 204
    assert [row["status"] for row in received(caller)] == [None, 204]


def test_faults_apply_in_the_planned_order() -> None:
    caller = governed()
    for status in (503, 410):
        caller.http.post(f"{PATH}/fault", json={"status": status})
    assert [send(caller).status_code for _ in range(3)] == [503, 410, 204]


def test_wrong_faults_are_400() -> None:
    caller = governed()
    faults: list[dict[str, object]] = [
        {},
        {"status": 500, "hang": True},
        {"status": 100},
        {"status": 799},
        {"status": 500, "times": 0},
        {"hang": False},
        {"status": 500, "more": 1},
    ]
    for fault in faults:
        assert caller.http.post(f"{PATH}/fault", json=fault).status_code == 400, fault
    assert send(caller).status_code == 204


def test_notifications_are_not_logged_as_requests() -> None:
    caller = governed()
    send(caller)
    assert [each.path for each in caller.simulator.requests] == ["/oauth/token"]
