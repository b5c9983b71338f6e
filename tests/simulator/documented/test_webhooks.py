"""Webhooks: their registration and their deliveries."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from hmac import new as new_hmac
from threading import Event
from typing import Any

import httpx
import pytest

from simulator import Corpus, Operation, Simulator, SimulatorServer
from simulator.documented.webhooks.deliveries import SIGNATURE, DirectSender
from tests.simulator.caller import CREDENTIALS, Caller, FakeClock, http_client, start_simulator
from tests.simulator.documented.purge_rule_calls import (
    CALLBACK,
    RULES,
    WEBHOOKS,
    FakeSender,
    conversation,
    corpus,
    created_rule,
    deliveries,
    force,
    register_webhook,
    rule,
    schedule,
    webhook,
)

GOVERNANCE = "/_simulator/governance"


def executed(sender: FakeSender, **settings: Any) -> Caller:
    """A caller whose rule, with one webhook, has just been executed."""
    caller = start_simulator(sender=sender, **settings)
    rule_id = created_rule(caller)
    register_webhook(caller, rule_id).raise_for_status()
    force(caller, rule_id)
    return caller


def exhaust(caller: Caller, rounds: int) -> None:
    """Sends the due deliveries several times, with long pauses."""
    for _ in range(rounds):
        caller.simulator.deliver_due()
        caller.clock.advance(10_000)


def test_registered_webhook_is_returned_with_its_id() -> None:
    caller = start_simulator()
    rule_id = created_rule(caller)
    answer = register_webhook(caller, rule_id)
    assert answer.status_code == 201
    made = answer.json()
    assert made.pop("id")
    assert made == webhook(rule_id)


def test_wrong_webhook_bodies_are_400() -> None:
    caller = start_simulator()
    rule_id = created_rule(caller)
    cases: list[dict[str, object]] = [
        {"events": ["purgerules:rule:create"]},
        {"events": ["purgerules:rule:execute", "x"]},
        {"events": []},
        {"callbackUrl": "ftp://receiver.test/"},
        {"callbackUrl": "receiver.test"},
        {"callbackUrl": "https://"},
        {"callbackUrl": "https://receiver.test:65536/"},
        {"callbackUrl": "https://receiver.test:x/"},
        {"name": ""},
        {"config": {}},
        {"more": 1},
    ]
    for changes in cases:
        assert register_webhook(caller, rule_id, **changes).status_code == 400, changes
    assert caller.http.get("/_simulator/webhooks").json() == {"webhooks": []}


def test_webhook_of_an_unknown_rule_is_404() -> None:
    assert register_webhook(start_simulator(), "unknown").status_code == 404


def test_registration_needs_the_write_scope() -> None:
    caller = start_simulator(scopes=("webhooks:read", "purgerules:write"))
    answer = register_webhook(caller, created_rule(caller))
    assert answer.status_code == 403
    assert answer.json()["details"] == [{"missingScope": "webhooks:write"}]


def test_registration_is_logged_without_a_method() -> None:
    caller = start_simulator()
    register_webhook(caller, created_rule(caller))
    logged = caller.simulator.requests[-1]
    assert (logged.operation, logged.method) == (Operation.REGISTER_WEBHOOK, None)
    assert (logged.path, logged.status) == (WEBHOOKS, 201)


def test_delivery_is_signed_over_its_raw_body() -> None:
    sender = FakeSender()
    caller = start_simulator(corpus(conversation("a")), sender=sender, webhook_secret="s3cret")
    rule_id = created_rule(caller)
    register_webhook(caller, rule_id)
    force(caller, rule_id, {"complianceOk": False})
    caller.simulator.deliver_due()
    [posted] = sender.posted
    assert posted.url == CALLBACK
    assert json.loads(posted.content) == {
        "ruleId": rule_id,
        "event": "purgerules:rule:execute",
        "deletedCount": 1,
        "timestamp": "2026-03-01T12:00:00.000Z",
        "complianceOk": False,
    }
    expected = new_hmac(b"s3cret", posted.content, sha256).hexdigest()
    assert posted.headers[SIGNATURE] == f"sha256={expected}"
    assert posted.headers["Content-Type"] == "application/json"


def test_nothing_is_sent_before_deliver_due() -> None:
    sender = FakeSender()
    executed(sender)
    assert sender.posted == []


def test_scheduled_execution_is_delivered() -> None:
    sender = FakeSender()
    caller = start_simulator(sender=sender)
    register_webhook(caller, created_rule(caller))
    caller.clock.advance(86_400)
    caller.simulator.tick()
    caller.simulator.deliver_due()
    assert len(sender.posted) == 1


def test_only_the_webhooks_of_the_rule_get_the_event() -> None:
    sender = FakeSender()
    caller = start_simulator(sender=sender)
    mine = created_rule(caller)
    other = created_rule(caller, name="other", schedule=schedule("03:00:00"))
    for rule_id, url in ((mine, "https://a.test/"), (mine, "https://b.test/"), (other, CALLBACK)):
        register_webhook(caller, rule_id, callbackUrl=url)
    force(caller, mine)
    caller.simulator.deliver_due()
    assert [each.url for each in sender.posted] == ["https://a.test/", "https://b.test/"]


def test_2xx_ends_the_delivery() -> None:
    for status in (200, 201, 204, 299):
        sender = FakeSender([status])
        caller = executed(sender)
        exhaust(caller, 3)
        assert len(sender.posted) == 1
        assert deliveries(caller)[0]["state"] == "delivered"


@pytest.mark.parametrize(
    "outcome",
    [
        199,
        301,
        401,
        429,
        500,
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        ConnectionResetError(),
        UnicodeError("label too long"),
    ],
    ids=repr,
)
def test_failed_delivery_is_retried_with_the_same_content(outcome: int | Exception) -> None:
    sender = FakeSender([outcome])
    caller = executed(sender)
    exhaust(caller, 3)
    first, second = sender.posted
    assert first == second
    assert deliveries(caller)[0]["state"] == "delivered"


def test_retry_pauses_double_and_are_divided_by_speed() -> None:
    sender = FakeSender([500] * 10)
    caller = executed(sender, webhook_backoff_seconds=2, speed=4)
    counts = []
    for seconds in (0, 0.499, 0.001, 0.999, 0.001, 1.999, 0.001):
        caller.clock.advance(seconds)
        caller.simulator.deliver_due()
        counts.append(len(sender.posted))
    assert counts == [1, 1, 2, 2, 3, 3, 4]


def test_delivery_is_abandoned_after_ten_attempts() -> None:
    sender = FakeSender([500] * 20)
    caller = executed(sender)
    exhaust(caller, 12)
    assert len(sender.posted) == 10
    [delivery] = deliveries(caller)
    assert (delivery["state"], delivery["dueAt"]) == ("abandoned", None)


def test_delivery_is_listed_with_its_attempts() -> None:
    caller = executed(FakeSender([503, httpx.ConnectError("refused")]))
    caller.simulator.deliver_due()
    caller.clock.advance(1)
    caller.simulator.deliver_due()
    [delivery] = deliveries(caller)
    assert delivery["id"]
    assert (delivery["state"], delivery["dueAt"]) == ("waiting", "2026-03-01T12:00:03.000Z")
    assert delivery["body"]["event"] == "purgerules:rule:execute"
    assert delivery["attempts"] == [
        {"at": "2026-03-01T12:00:00.000Z", "status": 503, "error": None},
        {"at": "2026-03-01T12:00:01.000Z", "status": None, "error": "ConnectError"},
    ]


def test_receiver_can_call_the_simulator_during_a_delivery() -> None:
    states = []

    class Calling(FakeSender):
        def post(self, url: str, *, content: bytes, headers: dict[str, str]) -> httpx.Response:
            # Another thread, because the lock is reentrant.
            with ThreadPoolExecutor(1) as pool:
                states.append(pool.submit(deliveries, caller).result(timeout=10)[0]["state"])
            return super().post(url, content=content, headers=headers)

    caller = executed(Calling())
    caller.simulator.deliver_due()
    assert states == ["sending"]


def test_concurrent_calls_never_send_a_delivery_twice() -> None:
    class Nesting(FakeSender):
        def post(self, url: str, *, content: bytes, headers: dict[str, str]) -> httpx.Response:
            caller.simulator.deliver_due()
            return super().post(url, content=content, headers=headers)

    sender = Nesting()
    caller = executed(sender)
    caller.simulator.deliver_due()
    assert len(sender.posted) == 1


def test_server_executes_and_delivers_automatically() -> None:
    delivered = Event()

    class Telling(FakeSender):
        def post(self, url: str, *, content: bytes, headers: dict[str, str]) -> httpx.Response:
            delivered.set()
            return super().post(url, content=content, headers=headers)

    clock = FakeClock()
    simulator = Simulator(Corpus.of([]), now=clock, sender=Telling())
    with SimulatorServer(simulator) as url, http_client(url) as http:
        form = {"grant_type": "client_credentials"}
        token = http.post("/oauth/token", data=form, auth=CREDENTIALS).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        rule_id = http.post(RULES, json=rule()).json()["id"]
        http.post(WEBHOOKS, json=webhook(rule_id)).raise_for_status()
        clock.advance(86_400)
        assert delivered.wait(10)


def test_direct_sender_ignores_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with SimulatorServer(Simulator(Corpus.of([]))) as url:
        answer = DirectSender().post(url + GOVERNANCE, content=b"{}", headers={SIGNATURE: "x"})
        with http_client(url) as http:
            [received] = http.get(GOVERNANCE).json()["received"]
    assert answer.status_code == 401
    assert received["headers"][SIGNATURE.lower()] == "x"
