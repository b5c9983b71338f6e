"""DeliverNotification: signed, tried again ever more slowly, and in the end delivered or buried."""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import pytest
from genesys_purge.model.audit import Action
from genesys_purge.webhooks.deliver_notification import ATTEMPTS, LONGEST_DELAY, SOURCE
from genesys_purge.webhooks.notification import Delivery, Event
from genesys_purge.webhooks.receiver import ReceiverRefused, ReceiverUnreachable

from tests.unit.workbench import Workbench
from tests.webhook_builders import KEY, delivery, fact, notification, receipt, subscriber
from tests.webhook_fakes import Post

UNREACHABLE = ReceiverUnreachable("governance.example gave no answer within 10 seconds")
REFUSED = ReceiverRefused("governance.example is 10.0.0.1, which is not called over https")
# Answers after which another try may help.
TRANSIENT = [UNREACHABLE, 100, 199, 300, 301, 302, 307, 400, 401, 404, 409, 429, 500, 503, 999]
LAST = ATTEMPTS


@pytest.fixture
def bench() -> Workbench:
    """One subscriber, told of everything."""
    bench = Workbench()
    bench.directory.subscribed = [subscriber()]
    return bench


def attempt(bench: Workbench, answer: int | Exception = 204, times: int = 1) -> bool:
    bench.receiver.answers = [answer]
    return bench.deliver_notification(delivery(), receipt(times))


def posted(bench: Workbench, message: Delivery | None = None) -> Post:
    """What the subscriber has of a delivery."""
    assert bench.deliver_notification(message or delivery(), receipt())
    return bench.receiver.posted[-1]


def facts(bench: Workbench) -> list[dict[str, Any]]:
    return [record.to_json() for record in bench.audit.every]


def holds(post: Post, key: bytes = KEY) -> bool:
    """Whether a receiver of Standard Webhooks believes it."""
    signed = f"{post.headers['webhook-id']}.{post.headers['webhook-timestamp']}.".encode()
    digest = hmac.new(key, signed + post.body, "sha256").digest()
    return post.headers["webhook-signature"] == f"v1,{b64encode(digest).decode()}"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_a_delivery(bench: Workbench, status: int) -> None:
    assert attempt(bench, status)
    assert facts(bench) == [
        {
            "runId": "run-1",
            "sequence": 1,
            "at": "2026-11-21T12:00:00Z",
            "actor": "deliver_notification",
            "action": "notification_delivered",
            "ruleId": "rule-1",
            "latencySeconds": 0.0,
            "detail": f"purge_rule_executed to governance, {notification().notification_id}: "
            f"answered {status}, attempt 1",
        }
    ]
    assert (bench.deliveries.postponed, bench.deliveries.buried) == ([], [])
    assert bench.meter.counts == {"NotificationsDelivered": 1}


@pytest.mark.parametrize("answer", TRANSIENT, ids=str)
@pytest.mark.parametrize("times", [1, LAST - 1])
def test_all_else_is_tried_again_later(
    bench: Workbench, answer: int | Exception, times: int
) -> None:
    assert not attempt(bench, answer, times)
    assert [given for given, _ in bench.deliveries.postponed] == [receipt(times)]
    assert bench.deliveries.buried == []
    assert (facts(bench), bench.meter.counts) == ([], {})


@pytest.mark.parametrize("times", range(1, LAST))
def test_each_wait_is_twice_the_one_before_and_up_to_a_quarter_more(
    bench: Workbench, times: int
) -> None:
    for _ in range(50):
        attempt(bench, 500, times)
    waits = {seconds for _, seconds in bench.deliveries.postponed}
    least = 30 * 2 ** (times - 1)
    assert least <= min(waits) < max(waits) <= least * 1.25 + 1


@pytest.mark.parametrize("retry_seconds", [3_600.0, 43_200.0])
def test_no_wait_is_longer_than_the_queue_can_hide_a_message(retry_seconds: float) -> None:
    bench = Workbench(notification_retry_seconds=retry_seconds)
    bench.directory.subscribed = [subscriber()]
    for times in range(1, LAST):
        attempt(bench, 500, times)
    waits = [seconds for _, seconds in bench.deliveries.postponed]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_DELAY < 43_200


def test_a_receiver_may_be_tried_again_without_a_wait() -> None:
    bench = Workbench(notification_retry_seconds=0.0)
    bench.directory.subscribed = [subscriber()]
    attempt(bench, 500)
    assert bench.deliveries.postponed == [(receipt(), 0)]


@pytest.mark.parametrize("answer", TRANSIENT, ids=str)
@pytest.mark.parametrize("times", [LAST, LAST + 1, 19])
def test_the_last_attempt_that_fails_is_buried_and_told(
    bench: Workbench, answer: int | Exception, times: int
) -> None:
    assert attempt(bench, answer, times)
    assert bench.deliveries.buried == [delivery()]
    assert bench.deliveries.postponed == []
    [record] = facts(bench)
    words = f"answered {answer}" if isinstance(answer, int) else str(answer)
    assert record["action"] == "notification_abandoned"
    assert record["detail"].endswith(f": {words}, attempt {times}")
    assert bench.meter.counts == {"NotificationsAbandoned": 1}


@pytest.mark.parametrize("times", [LAST, 19])
def test_the_last_attempt_may_still_succeed(bench: Workbench, times: int) -> None:
    assert attempt(bench, 204, times)
    assert [record["action"] for record in facts(bench)] == ["notification_delivered"]
    assert bench.deliveries.buried == []


@pytest.mark.parametrize(
    ("answer", "words"), [(410, "answered 410"), (REFUSED, f"refused: {REFUSED}")]
)
def test_where_trying_again_cannot_help_it_is_buried_at_once(
    bench: Workbench, answer: int | Exception, words: str
) -> None:
    assert attempt(bench, answer)
    assert bench.deliveries.buried == [delivery()]
    assert bench.deliveries.postponed == []
    [record] = facts(bench)
    assert (record["action"], record["ruleId"]) == ("notification_abandoned", "rule-1")
    assert record["detail"].endswith(f": {words}, attempt 1")
    assert bench.meter.counts == {"NotificationsAbandoned": 1}


def test_what_is_for_nobody_waits_for_a_subscriber_and_is_buried_in_the_end(
    bench: Workbench,
) -> None:
    bench.directory.subscribed = [subscriber("another")]
    assert not attempt(bench)
    assert bench.deliveries.buried == []
    assert bench.deliver_notification(delivery(), receipt(8))
    assert bench.receiver.posted == []
    assert bench.deliveries.buried == [delivery()]
    [record] = facts(bench)
    assert record["detail"].endswith(": there is no such subscriber, attempt 8")


def test_from_failure_to_failure_to_success_it_is_told_once_and_how_long_it_took(
    bench: Workbench,
) -> None:
    bench.receiver.answers = [500, UNREACHABLE, 200]
    done = []
    for times in (1, 2, 3):
        done.append(bench.deliver_notification(delivery(), receipt(times)))
        bench.clock.wait(30)
    assert done == [False, False, True]
    [record] = facts(bench)
    assert record["latencySeconds"] == 60.0
    assert record["detail"].endswith(": answered 200, attempt 3")


def test_each_attempt_is_signed_anew_under_the_same_id(bench: Workbench) -> None:
    for times in (1, 2):
        attempt(bench, 500, times)
        bench.clock.wait(30)
    first, second = bench.receiver.posted
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    stamps = [int(each.headers["webhook-timestamp"]) for each in (first, second)]
    assert stamps[1] - stamps[0] == 30
    assert holds(first)
    assert holds(second)


def test_a_notification_goes_to_its_own_subscriber_under_its_own_secret(bench: Workbench) -> None:
    bench.directory.subscribed = [
        subscriber("another", secret="another"),
        subscriber(),
        subscriber("third"),
    ]
    post = posted(bench)
    assert [each.url for each in bench.receiver.posted] == ["https://governance.example/hooks"]
    assert holds(post)
    assert not holds(post, b"another")


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("plain text ü", "plain text ü".encode()),
        (f"whsec_{b64encode(b'k').decode()}", b"k"),
        ("WHSEC_aw==", b"WHSEC_aw=="),
    ],
)
def test_a_secret_is_base64_after_its_prefix_and_otherwise_its_own_bytes(
    bench: Workbench, secret: str, key: bytes
) -> None:
    bench.directory.subscribed = [subscriber(secret=secret)]
    assert holds(posted(bench), key)


def test_the_headers_say_what_it_is_and_whose(bench: Workbench) -> None:
    post = posted(bench)
    about = notification()
    assert {name: value for name, value in post.headers.items() if "signature" not in name} == {
        "content-type": "application/json",
        "user-agent": SOURCE,
        "x-audit-source": "genesys-purge-orchestrator",
        "x-request-id": about.notification_id,
        "x-purge-event": "purge_rule_executed",
        "x-purge-run": "run-1",
        "webhook-id": about.notification_id,
        "webhook-timestamp": str(int(bench.clock().timestamp())),
    }
    assert all(value.isascii() for value in post.headers.values())


@pytest.mark.parametrize("event", [each for each in Event if each is not Event.RUN_FINISHED])
def test_a_body_is_sent_as_it_was_made(bench: Workbench, event: Event) -> None:
    body = {"deletedCount": 0, "nested": {"rate": 0.5, "ü": [None, True]}}
    assert posted(bench, delivery(event, **body)).json == body


def audit_entry(bench: Workbench) -> Post:
    """What a subscriber has of a run's end."""
    bench.stored()
    bench.publish_notifications(fact(Action.RUN_FAILED, compliance_tags=("pii",)))
    [message] = bench.deliveries.sent
    return posted(bench, Delivery.model_validate_json(message.model_dump_json(by_alias=True)))


def test_an_audit_entry_carries_its_own_id_and_its_source(bench: Workbench) -> None:
    post = audit_entry(bench)
    assert post.headers["x-audit-source"] == "genesys-purge-orchestrator"
    assert post.headers["x-request-id"] == post.json["auditId"] == post.headers["webhook-id"]


def test_an_audit_entry_is_signed_in_itself_so_that_it_can_be_kept(bench: Workbench) -> None:
    post = audit_entry(bench)
    assert holds(post)
    entry = post.json
    given = entry.pop("auditSignature")
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    expected = hmac.new(KEY, canonical.encode(), "sha256").hexdigest()
    assert given == f"sha256={expected}"
    assert set(entry) == {"auditId", "timestamp", "purgeId", "metrics", "complianceTags"}


def test_no_other_body_carries_a_signature_in_itself(bench: Workbench) -> None:
    assert "auditSignature" not in posted(bench).json


def test_nothing_of_a_secret_is_sent_or_written_down(bench: Workbench) -> None:
    secret = bench.directory.subscribed[0].secret
    for answer, times in ((204, 1), (500, LAST), (REFUSED, 1)):
        attempt(bench, answer, times)
    traces = f"{bench.receiver.posted} {facts(bench)} {bench.directory.subscribed!r}"
    assert secret not in traces
    assert repr(b64decode(secret.removeprefix("whsec_"))) not in traces


def _failing(_: object, *__: object) -> None:
    raise ConnectionError


@pytest.mark.parametrize(
    ("break_it", "answer"),
    [
        (lambda bench: (bench.audit, "append"), 204),
        (lambda bench: (bench.deliveries, "postpone"), 500),
        (lambda bench: (bench.deliveries, "bury"), 410),
    ],
)
def test_what_could_not_be_put_down_is_an_error_so_that_it_is_tried_again(
    bench: Workbench,
    monkeypatch: pytest.MonkeyPatch,
    break_it: Callable[[Workbench], tuple[object, str]],
    answer: int,
) -> None:
    monkeypatch.setattr(*break_it(bench), _failing)
    with pytest.raises(ConnectionError):
        attempt(bench, answer)
    assert (facts(bench), bench.meter.counts) == ([], {})
