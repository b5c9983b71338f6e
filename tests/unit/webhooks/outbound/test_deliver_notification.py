"""DeliverNotification: signed, retried with longer waits, and in the end delivered or given up."""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import pytest
from genesys_purge.calling.backoff import Backoff
from genesys_purge.model.audit import Action
from genesys_purge.webhooks.outbound.deliver_notification import (
    ATTEMPTS,
    LONGEST_DELAY,
    SOURCE,
    DeliverNotification,
)
from genesys_purge.webhooks.outbound.destination import DestinationRefused
from genesys_purge.webhooks.outbound.https_sender import NoAnswer
from genesys_purge.webhooks.outbound.notification import Delivery, Event

from tests.unit.workbench import Workbench
from tests.webhook_builders import KEY, delivery, fact, notification, receipt, subscriber
from tests.webhook_fakes import Post

UNREACHABLE = NoAnswer("governance.example gave no answer within 10 seconds")
REFUSED = DestinationRefused("governance.example has the address 10.0.0.1")
# Outcomes after which a retry may help.
TRANSIENT: list[int | Exception] = [
    UNREACHABLE,
    100,
    199,
    300,
    301,
    302,
    307,
    400,
    401,
    404,
    409,
    429,
    500,
    503,
    999,
]
LAST = ATTEMPTS


@pytest.fixture
def bench() -> Workbench:
    """One subscriber to every event."""
    return with_subscriber()


def with_subscriber(**settings: Any) -> Workbench:
    bench = Workbench(**settings)
    bench.directory.subscribed = [subscriber()]
    return bench


def attempt(bench: Workbench, answer: int | Exception = 204, times: int = 1) -> bool:
    bench.sender.answers = [answer]
    return bench.deliver_notification(delivery(), receipt(times))


def posted(bench: Workbench, message: Delivery | None = None) -> Post:
    """The request that the subscriber receives."""
    assert bench.deliver_notification(message or delivery(), receipt())
    return bench.sender.posted[-1]


def records(bench: Workbench) -> list[dict[str, Any]]:
    return [record.to_json() for record in bench.audit.every]


def holds(post: Post, key: bytes = KEY) -> bool:
    """Whether the signature is valid by Standard Webhooks."""
    signed = f"{post.headers['webhook-id']}.{post.headers['webhook-timestamp']}.".encode()
    digest = hmac.new(key, signed + post.body, "sha256").digest()
    return f"v1,{b64encode(digest).decode()}" in post.headers["webhook-signature"].split(" ")


@pytest.mark.parametrize("status", [200, 204, 299])
def test_answer_2xx_is_a_delivery(bench: Workbench, status: int) -> None:
    assert attempt(bench, status)
    assert records(bench) == [
        {
            "runId": "run-1",
            "sequence": 1,
            "at": "2026-11-21T12:00:00Z",
            "actor": "deliver_notification",
            "action": "notification_delivered",
            "ruleId": "rule-1",
            "latencySeconds": 0.0,
            "delivery": {
                "event": "purge_rule_executed",
                "subscriber": "governance",
                "notificationId": notification().notification_id,
                "attempt": 1,
            },
            "detail": f"answered {status}",
        }
    ]
    assert (bench.deliveries.postponed, bench.deliveries.buried) == ([], [])
    assert bench.meter.counts == {"NotificationsDelivered": 1}


def test_every_other_answer_is_retried_later() -> None:
    for answer in TRANSIENT:
        bench = with_subscriber()
        assert not attempt(bench, answer)
        assert [given for given, _ in bench.deliveries.postponed] == [receipt()]
        assert bench.deliveries.buried == []
        assert (records(bench), bench.meter.counts) == ([], {}), answer


def test_wait_doubles_with_up_to_a_quarter_of_jitter(bench: Workbench) -> None:
    for times in range(1, LAST):
        assert not attempt(bench, 500, times)
    waits = [seconds for _, seconds in bench.deliveries.postponed]
    # The jitter of the workbench is the longest.
    assert waits == [round(30 * 2 ** (times - 1) * 1.25) for times in range(1, LAST)]


def test_jitter_is_drawn_between_nothing_and_a_quarter(bench: Workbench) -> None:
    drawn: list[tuple[float, float]] = []

    def uniform(least: float, most: float) -> float:
        drawn.append((least, most))
        return least

    backoff = Backoff(30, LONGEST_DELAY, uniform)
    deliver = DeliverNotification(
        bench.directory,
        bench.sender,
        bench.deliveries,
        bench.audit,
        bench.meter,
        bench.clock,
        backoff,
    )
    bench.sender.answers = [500]
    assert not deliver(delivery(), receipt(3))
    assert drawn == [(0, 30)]
    assert bench.deliveries.postponed == [(receipt(3), 120)]


@pytest.mark.parametrize("retry_seconds", [3_600.0, 43_200.0])
def test_wait_stays_below_the_longest_visibility_timeout(retry_seconds: float) -> None:
    bench = with_subscriber(notification_retry_seconds=retry_seconds)
    for times in range(1, LAST):
        attempt(bench, 500, times)
    waits = [seconds for _, seconds in bench.deliveries.postponed]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_DELAY < 43_200


def test_retry_without_a_wait_is_allowed() -> None:
    bench = with_subscriber(notification_retry_seconds=0.0)
    attempt(bench, 500)
    assert bench.deliveries.postponed == [(receipt(), 0)]


@pytest.mark.parametrize("times", [LAST, LAST + 1, 19])
@pytest.mark.parametrize("answer", [500, UNREACHABLE], ids=str)
def test_last_failed_attempt_is_given_up_and_audited(
    bench: Workbench, answer: int | Exception, times: int
) -> None:
    assert attempt(bench, answer, times)
    assert bench.deliveries.buried == [delivery()]
    assert bench.deliveries.postponed == []
    [record] = records(bench)
    words = f"answered {answer}" if isinstance(answer, int) else str(answer)
    assert record["action"] == "notification_abandoned"
    assert (record["detail"], record["delivery"]["attempt"]) == (words, times)
    assert bench.meter.counts == {"NotificationsAbandoned": 1}


@pytest.mark.parametrize("times", [LAST, 19])
def test_last_attempt_may_still_succeed(bench: Workbench, times: int) -> None:
    assert attempt(bench, 204, times)
    assert [record["action"] for record in records(bench)] == ["notification_delivered"]
    assert bench.deliveries.buried == []


@pytest.mark.parametrize(
    ("answer", "words"), [(410, "answered 410"), (REFUSED, f"refused: {REFUSED}")]
)
def test_failure_that_no_retry_can_fix_is_given_up_at_once(
    bench: Workbench, answer: int | Exception, words: str
) -> None:
    assert attempt(bench, answer)
    assert bench.deliveries.buried == [delivery()]
    assert bench.deliveries.postponed == []
    [record] = records(bench)
    assert (record["action"], record["ruleId"]) == ("notification_abandoned", "rule-1")
    assert (record["detail"], record["delivery"]["attempt"]) == (words, 1)
    assert bench.meter.counts == {"NotificationsAbandoned": 1}


def test_message_for_an_unknown_subscriber_is_retried_then_given_up(bench: Workbench) -> None:
    bench.directory.subscribed = [subscriber("another")]
    assert not attempt(bench)
    assert bench.deliveries.buried == []
    assert bench.deliver_notification(delivery(), receipt(8))
    assert bench.sender.posted == []
    assert bench.deliveries.buried == [delivery()]
    [record] = records(bench)
    assert (record["detail"], record["delivery"]["attempt"]) == ("no such subscriber", 8)


def test_latency_counts_from_the_record_to_the_delivery(bench: Workbench) -> None:
    bench.sender.answers = [500, UNREACHABLE, 200]
    done = []
    for times in (1, 2, 3):
        done.append(bench.deliver_notification(delivery(), receipt(times)))
        bench.clock.wait(30)
    assert done == [False, False, True]
    [record] = records(bench)
    assert record["latencySeconds"] == 60.0
    assert (record["detail"], record["delivery"]["attempt"]) == ("answered 200", 3)


def test_each_attempt_has_the_same_id_and_a_new_signature(bench: Workbench) -> None:
    for times in (1, 2):
        attempt(bench, 500, times)
        bench.clock.wait(30)
    first, second = bench.sender.posted
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    stamps = [int(each.headers["webhook-timestamp"]) for each in (first, second)]
    assert stamps[1] - stamps[0] == 30
    assert holds(first)
    assert holds(second)


def test_notification_is_signed_under_its_subscribers_secret(bench: Workbench) -> None:
    bench.directory.subscribed = [
        subscriber("another", secret=f"whsec_{b64encode(b'another' * 4).decode()}"),
        subscriber(),
        subscriber("third"),
    ]
    post = posted(bench)
    assert [each.url for each in bench.sender.posted] == ["https://governance.example/hooks"]
    assert holds(post)
    assert not holds(post, b"another")


def test_notification_holds_under_both_secrets_during_a_rotation(bench: Workbench) -> None:
    new = b"n" * 32
    secrets = tuple(f"whsec_{b64encode(key).decode()}" for key in (KEY, new))
    bench.directory.subscribed = [subscriber(secret=None, secrets=secrets)]
    post = audit_entry(bench)
    assert holds(post, KEY)
    assert holds(post, new)
    assert not holds(post, b"another" * 4)
    entry = post.json
    signatures = entry.pop("auditSignature").split(" ")
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digests = [hmac.new(key, canonical.encode(), "sha256").hexdigest() for key in (KEY, new)]
    assert signatures == [f"sha256={digest}" for digest in digests]


def test_headers_name_event_run_and_source(bench: Workbench) -> None:
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


def test_body_is_sent_unchanged_unless_it_is_an_audit_entry(bench: Workbench) -> None:
    body = {"deletedCount": 0, "nested": {"rate": 0.5, "ü": [None, True]}}
    for event in set(Event) - {Event.RUN_FINISHED}:
        assert posted(bench, delivery(event, **body)).json == body


def audit_entry(bench: Workbench) -> Post:
    """The request about the end of a run."""
    bench.stored()
    bench.publish_notifications(fact(Action.RUN_FAILED, compliance_tags=("pii",)))
    [message] = bench.deliveries.sent
    return posted(bench, Delivery.model_validate_json(message.model_dump_json(by_alias=True)))


def test_audit_entry_names_its_id_and_source(bench: Workbench) -> None:
    post = audit_entry(bench)
    assert post.headers["x-audit-source"] == "genesys-purge-orchestrator"
    assert post.headers["x-request-id"] == post.json["auditId"] == post.headers["webhook-id"]


def test_audit_entry_contains_its_own_signature(bench: Workbench) -> None:
    post = audit_entry(bench)
    assert holds(post)
    entry = post.json
    given = entry.pop("auditSignature")
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    expected = hmac.new(KEY, canonical.encode(), "sha256").hexdigest()
    assert given == f"sha256={expected}"
    names = {
        "event",
        "auditId",
        "timestamp",
        "purgeId",
        "policyApplied",
        "metrics",
        "complianceTags",
    }
    assert (set(entry), entry["event"]) == (names, "purge_run_finished")


def test_secret_is_not_sent_stored_or_shown(bench: Workbench) -> None:
    secret = f"whsec_{b64encode(KEY).decode()}"
    for answer, times in ((204, 1), (500, LAST), (REFUSED, 1)):
        attempt(bench, answer, times)
    rotating = subscriber("rotating", secret=None, secrets=(secret, secret))
    traces = f"{bench.sender.posted} {records(bench)} {bench.directory.subscribed!r} {rotating!r}"
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
def test_failure_of_our_own_stores_is_raised_for_a_retry(
    bench: Workbench,
    monkeypatch: pytest.MonkeyPatch,
    break_it: Callable[[Workbench], tuple[object, str]],
    answer: int,
) -> None:
    monkeypatch.setattr(*break_it(bench), _failing)
    with pytest.raises(ConnectionError):
        attempt(bench, answer)
    assert (records(bench), bench.meter.counts) == ([], {})
