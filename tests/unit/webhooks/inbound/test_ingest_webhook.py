"""IngestWebhook: a genuine webhook is recorded once; everything else leaves no trace."""

from __future__ import annotations

import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from genesys_purge.errors import FieldError, InvalidRequest, MethodNotAllowed, NotGenuine
from genesys_purge.model.audit import Action, AuditRecord, DroppedFields, success_rate
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workbench import Workbench
from tests.webhook_builders import (
    INCOMPLETE_BODIES,
    SECRET,
    WRONG_BODIES,
    body_of,
    execution,
    signature,
)

SYNCED = {"status": "synced"}


def deliver(bench: Workbench, body: bytes | None = None, header: str | None = None) -> Any:
    """A delivery signed under the current secret, unless `header` is another signature."""
    body = body_of() if body is None else body
    return bench.ingest_webhook("POST", signature(body) if header is None else header, body)


def recorded(bench: Workbench) -> list[AuditRecord]:
    """The executions of rule-1 in the order of their arrival."""
    return list(bench.audit.of_rule("rule-1", None, 10_000).records)


def is_untouched(bench: Workbench) -> bool:
    return not bench.audit.every and not bench.meter.counts


def test_execution_is_recorded_as_genesys_reported_it(bench: Workbench) -> None:
    assert deliver(bench, body_of(targetedCount=2_000)) == SYNCED
    [record] = recorded(bench)
    assert record.run_id.startswith("webhook:")
    assert record.to_json() == {
        "runId": record.run_id,
        "sequence": 1,
        "at": "2026-11-21T12:00:00Z",
        "actor": "genesys",
        "action": "webhook_received",
        "ruleId": "rule-1",
        "event": "purgerules:rule:execute",
        "executedAt": "2026-11-21T03:00:12Z",
        "unit": "records",
        "deletedUnit": "records",
        "targeted": 2_000,
        "deleted": 1_250,
        "latencySeconds": 32_388.0,
        "successRate": 0.625,
        "complianceOk": True,
    }
    assert bench.meter.counts == {"RuleRecordsDeleted": 1_250}


@pytest.mark.parametrize(
    ("deleted", "targeted", "rate"),
    [(0, 0, None), (0, 9, 0.0), (1, 3, 0.333333), (9, 9, 1.0), (5, None, None), (10, 9, None)],
)
def test_success_rate_is_deleted_divided_by_targeted(
    bench: Workbench, deleted: int, targeted: int | None, rate: float | None
) -> None:
    deliver(bench, body_of(deletedCount=deleted, targetedCount=targeted))
    [record] = recorded(bench)
    assert (record.deleted, record.targeted, record.success_rate) == (deleted, targeted, rate)


def test_more_deletions_than_targeted_are_recorded_with_an_alarm(bench: Workbench) -> None:
    assert deliver(bench, body_of(targetedCount=1_249)) == SYNCED
    assert [(each.targeted, each.deleted) for each in recorded(bench)] == [(1_249, 1_250)]
    assert bench.meter.counts == {"ImplausibleCounts": 1}


def test_noncompliant_execution_is_counted(bench: Workbench) -> None:
    deliver(bench, body_of(complianceOk=False))
    assert [record.compliance_ok for record in recorded(bench)] == [False]
    assert bench.meter.counts == {"RuleRecordsDeleted": 1_250, "RuleNoncompliant": 1}


def test_wrong_signature_stores_and_reveals_nothing(bench: Workbench) -> None:
    wrong = [
        "",
        "sha256=",
        signature(body_of(), "guessed"),
        signature(body_of(deletedCount=1)),
        signature(body_of())[:-1],
        b64encode(bytes.fromhex(signature(body_of())[7:])).decode()[:-4],
    ]
    for header in wrong:
        with pytest.raises(NotGenuine) as refused:
            deliver(bench, header=header)
        assert refused.value.errors() == (FieldError("request", "unauthorized"),)
    assert is_untouched(bench)


def test_signature_covers_the_raw_bytes(bench: Workbench) -> None:
    same = json.dumps(execution(), separators=(",", ":")).encode()
    with pytest.raises(NotGenuine):
        deliver(bench, same, signature(body_of()))
    assert is_untouched(bench)
    assert deliver(bench, same) == SYNCED


def test_wrong_body_without_a_valid_signature_is_401(bench: Workbench) -> None:
    for body, _ in WRONG_BODIES.values():
        with pytest.raises(NotGenuine):
            deliver(bench, body, signature(body, "guessed"))
    assert is_untouched(bench)


@pytest.mark.parametrize("header", ["", signature(b""), signature(body_of())])
def test_body_that_cannot_be_decoded_has_no_proof(bench: Workbench, header: str) -> None:
    with pytest.raises(NotGenuine):
        bench.ingest_webhook("POST", header, None)
    assert is_untouched(bench)


def test_previous_secret_is_valid_until_it_is_removed(bench: Workbench) -> None:
    bench.webhook_secrets.current, bench.webhook_secrets.previous = "newest", SECRET
    assert deliver(bench) == SYNCED
    assert deliver(bench, body_of(deletedCount=1), signature(body_of(deletedCount=1), "newest"))
    bench.webhook_secrets.current, bench.webhook_secrets.previous = "next", "newest"
    with pytest.raises(NotGenuine):
        deliver(bench, body_of(deletedCount=2))
    assert len(recorded(bench)) == 2


def test_only_post_is_accepted_even_with_a_signature(bench: Workbench) -> None:
    for verb in ("GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "post", ""):
        with pytest.raises(MethodNotAllowed) as refused:
            bench.ingest_webhook(verb, signature(body_of()), body_of())
        assert refused.value.http_headers == {"allow": "POST"}
    assert is_untouched(bench)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (body_of().replace(b'"ruleId"', b'"complianceOk": false, "ruleId"'), "complianceOk"),
        (body_of().replace(b"1250", b'{"a": 1, "a": 2}'), "deletedCount.a"),
    ],
)
def test_repeated_key_of_a_webhook_is_refused_after_the_signature(
    bench: Workbench, body: bytes, path: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        deliver(bench, body)
    assert refused.value.errors() == (FieldError(path, "is given more than once; give it once"),)
    with pytest.raises(NotGenuine):
        deliver(bench, body, signature(body, "guessed"))
    assert is_untouched(bench)


def test_webhook_after_a_byte_order_mark_is_the_same_execution(bench: Workbench) -> None:
    assert deliver(bench, b"\xef\xbb\xbf" + body_of()) == deliver(bench) == SYNCED
    assert len(recorded(bench)) == 1


@pytest.mark.parametrize(("body", "path"), WRONG_BODIES.values(), ids=WRONG_BODIES)
def test_signed_body_without_rule_or_time_is_refused(
    bench: Workbench, body: bytes, path: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        deliver(bench, body)
    assert [error.path for error in refused.value.errors()] == [path]
    assert is_untouched(bench)


def test_empty_object_is_refused_with_both_required_fields(bench: Workbench) -> None:
    with pytest.raises(InvalidRequest, match="ruleId: is required; timestamp: is required"):
        deliver(bench, b"{}")


@pytest.mark.parametrize(
    ("body", "field", "is_dropped"), INCOMPLETE_BODIES.values(), ids=INCOMPLETE_BODIES
)
def test_execution_without_a_readable_field_is_recorded_with_an_alarm(
    bench: Workbench, body: bytes, field: str, *, is_dropped: bool
) -> None:
    assert deliver(bench, body) == SYNCED
    [record] = recorded(bench)
    stored = {"deletedCount": record.deleted, "event": record.event}
    assert (stored | {"complianceOk": record.compliance_ok})[field] is None
    dropped = DroppedFields(count=1, names=(field,)) if is_dropped else None
    assert record.dropped_fields == dropped
    assert bench.meter.counts["UnexpectedWebhooks"] == 1
    assert bench.meter.counts.get("WebhookFieldsDropped", 0) == is_dropped


@pytest.mark.parametrize("wrong", ["1250", -1, False, 2**53 + 1, [1]])
def test_unreadable_target_is_dropped_by_name(bench: Workbench, wrong: object) -> None:
    deliver(bench, body_of(targetedCount=wrong))
    [record] = recorded(bench)
    assert (record.targeted, record.success_rate) == (None, None)
    assert record.dropped_fields == DroppedFields(count=1, names=("targetedCount",))
    assert bench.meter.counts == {"RuleRecordsDeleted": 1_250, "WebhookFieldsDropped": 1}


JANE = "jane.doe@example.com"


def test_unknown_fields_are_dropped_by_name_and_never_stored(bench: Workbench) -> None:
    more = {"regionCode": JANE, "customer": {"name": [JANE]}, "rule_id": JANE, JANE: 1, "x" * 51: 2}
    assert deliver(bench, body_of(**more)) == SYNCED
    [record] = recorded(bench)
    assert record.dropped_fields == DroppedFields(
        count=5, names=("regionCode", "customer", "rule_id")
    )
    assert (record.rule_id, record.deleted) == ("rule-1", 1_250)
    assert "jane" not in str(record.to_json())
    assert bench.meter.counts == {"RuleRecordsDeleted": 1_250, "WebhookFieldsDropped": 5}


@pytest.mark.parametrize("name", ["phone4915112345678", "phone_491_511_2", "p1234567"])
def test_name_of_an_unknown_field_with_seven_digits_is_not_stored(
    bench: Workbench, name: str
) -> None:
    deliver(bench, body_of(**{name: 1, "line123456": 2}))
    [record] = recorded(bench)
    assert record.dropped_fields == DroppedFields(count=2, names=("line123456",))


def test_unknown_field_that_is_null_or_deeply_nested_loses_no_record(bench: Workbench) -> None:
    deep = b"[" * 500 + b"]" * 500
    assert deliver(bench, body_of(a=None, b=1).replace(b'"b": 1', b'"b": ' + deep)) == SYNCED
    [record] = recorded(bench)
    assert record.dropped_fields == DroppedFields(count=1, names=("b",))


def test_names_of_the_first_twenty_unknown_fields_are_recorded(bench: Workbench) -> None:
    more = {f"field{number}": number for number in range(3_000)}
    assert deliver(bench, body_of(**more)) == SYNCED
    [record] = recorded(bench)
    assert record.dropped_fields is not None
    assert (record.dropped_fields.count, len(record.dropped_fields.names)) == (3_000, 20)


def test_delivery_with_another_unknown_field_is_the_same_execution(bench: Workbench) -> None:
    for attempt in range(3):
        assert deliver(bench, body_of(deliveryAttempt=attempt)) == SYNCED
    assert deliver(bench) == SYNCED
    assert len(recorded(bench)) == 1


def test_other_lifecycle_event_is_recorded_but_not_counted_as_a_deletion(bench: Workbench) -> None:
    assert deliver(bench, body_of(event="purgerules:rule:disabled", complianceOk=False)) == SYNCED
    [record] = recorded(bench)
    assert (record.event, record.deleted) == ("purgerules:rule:disabled", 1_250)
    assert bench.meter.counts == {"UnexpectedWebhooks": 1, "RuleNoncompliant": 1}


def test_lifecycle_event_needs_only_rule_and_time(bench: Workbench) -> None:
    body = {"ruleId": "rule-1", "event": "rule:deleted", "timestamp": "2026-11-21T03:00:12Z"}
    assert deliver(bench, json.dumps(body).encode()) == SYNCED
    [record] = recorded(bench)
    assert (record.event, record.deleted, record.dropped_fields) == ("rule:deleted", None, None)


def test_execution_of_the_future_has_no_latency(bench: Workbench) -> None:
    deliver(bench, body_of(timestamp="2026-11-21T12:00:01Z"))
    assert [record.latency_seconds for record in recorded(bench)] == [None]


@pytest.mark.parametrize(
    "timestamp", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"]
)
def test_execution_of_any_time_is_recorded_at_our_time(bench: Workbench, timestamp: str) -> None:
    assert deliver(bench, body_of(timestamp=timestamp)) == SYNCED
    [record] = recorded(bench)
    assert (record.to_json()["executedAt"], record.at) == (timestamp, bench.clock())


def test_largest_counts_are_recorded_exactly(bench: Workbench) -> None:
    deliver(bench, body_of(deletedCount=2**53, targetedCount=2**53))
    assert [record.deleted for record in recorded(bench)] == [2**53]


def test_repeated_delivery_is_recorded_once(bench: Workbench) -> None:
    body = body_of(complianceOk=False)
    for _ in range(100):
        assert deliver(bench, body) == SYNCED
        bench.clock.wait(1)
    assert len(bench.audit.every) == 1
    assert bench.meter.counts == {"RuleRecordsDeleted": 1_250, "RuleNoncompliant": 1}


def test_sixteen_deliveries_at_once_are_recorded_once(bench: Workbench) -> None:
    barrier, body = Barrier(16), body_of(complianceOk=False)

    def arrive(_: int) -> Any:
        barrier.wait(5)
        return deliver(bench, body)

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(arrive, range(16))) == [SYNCED] * 16
    assert len(bench.audit.every) == 1
    assert bench.meter.counts == {"RuleRecordsDeleted": 1_250, "RuleNoncompliant": 1}


def test_differently_written_delivery_is_the_same_execution(bench: Workbench) -> None:
    backwards = json.dumps(dict(reversed(execution().items())), indent=2).encode()
    elsewhere = body_of(timestamp="2026-11-21T04:00:12.000+01:00", targetedCount=None)
    for body in (body_of(), backwards, elsewhere):
        assert deliver(bench, body) == SYNCED
    assert len(recorded(bench)) == 1


def test_delivery_with_any_other_value_is_another_execution(bench: Workbench) -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"ruleId": "rule-2"},
        {"deletedCount": 1_251},
        {"timestamp": "2026-11-21T03:00:12.001Z"},
        {"complianceOk": False},
        {"targetedCount": 1_250},
    ]
    for change in changes:
        deliver(bench, body_of(**change))
    assert len({record.run_id for record in bench.audit.every}) == len(changes)


def test_deliveries_out_of_order_keep_their_own_times(bench: Workbench) -> None:
    earlier, later = "2026-11-20T03:00:00Z", "2026-11-21T03:00:00Z"
    for timestamp in (later, earlier, later):
        deliver(bench, body_of(timestamp=timestamp))
        bench.clock.wait(60)
    assert [record.to_json()["executedAt"] for record in recorded(bench)] == [later, earlier]


def test_execution_that_was_not_stored_is_not_counted(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(record: AuditRecord) -> bool:
        raise ConnectionError(record.run_id)

    with monkeypatch.context() as broken:
        broken.setattr(bench.audit, "record_once", fail)
        with pytest.raises(ConnectionError):
            deliver(bench)
    assert is_untouched(bench)
    deliver(bench)
    assert bench.meter.counts == {"RuleRecordsDeleted": 1_250}


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(0, 10)
    | st.floats()
    | st.text(max_size=10)
    | st.datetimes().map(lambda at: f"{at.isoformat()}Z")
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
names = st.sampled_from([*execution(), "targetedCount", "deleted_count"])
changes = st.dictionaries(names, values, max_size=3)
shapes = changes.map(lambda given: execution(**given)) | st.dictionaries(names, values) | values


@given(shapes)
def test_signed_json_is_recorded_exactly_or_refused(payload: Any) -> None:
    bench = Workbench()
    try:
        answer = deliver(bench, json.dumps(payload).encode())
    except InvalidRequest:
        assert is_untouched(bench)
        return
    [record] = bench.audit.every
    assert answer == SYNCED
    assert (record.action, record.rule_id) == (Action.WEBHOOK_RECEIVED, payload["ruleId"])
    assert record.deleted in (None, payload.get("deletedCount"))
    assert record.targeted in (None, payload.get("targetedCount"))
    assert record.compliance_ok in (None, payload.get("complianceOk"))
    assert record.event in (None, payload.get("event"))
    rate = record.success_rate
    assert rate is None or rate == success_rate(record.deleted, record.targeted)
    assert (rate or 0) <= 1


@given(st.binary())
def test_signed_bytes_that_are_no_webhook_are_refused(body: bytes) -> None:
    bench = Workbench()
    with pytest.raises(InvalidRequest):
        deliver(bench, body)
    assert is_untouched(bench)


@given(
    st.binary() | st.sampled_from([body_of(), *(body for body, _ in WRONG_BODIES.values())]),
    st.text(),
)
def test_random_body_and_header_without_the_secret_store_nothing(body: bytes, header: str) -> None:
    bench = Workbench()
    with pytest.raises(NotGenuine):
        deliver(bench, body, header)
    assert is_untouched(bench)
