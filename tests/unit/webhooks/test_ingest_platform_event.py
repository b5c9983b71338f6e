"""IngestPlatformEvent: what was done to recordings and rules is recorded once, and nobody named."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from genesys_purge.errors import InvalidRequest, LostRace
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.platform_event import PlatformEvent
from genesys_purge.webhooks.notifications import notifications

from tests.platform_events import (
    AT,
    CLIENT_ID,
    CORRELATION_ID,
    EVENT_ID,
    JANE,
    PERSONAL,
    RECORDING_ID,
    SOURCE,
    USER_ID,
    WRONG_EVENTS,
    platform_event,
)
from tests.unit.workbench import Workbench

RECORDED, DROPPED = {"status": "recorded"}, {"status": "dropped"}


def told(bench: Workbench) -> PlatformEvent:
    """What the one record says of the event."""
    [record] = bench.audit.every
    assert record.platform_event is not None
    return record.platform_event


def is_untouched(bench: Workbench) -> bool:
    return not bench.audit.every and not bench.meter.counts


def test_an_event_is_recorded_by_ids_and_words(bench: Workbench) -> None:
    assert bench.ingest_platform_event(platform_event()) == RECORDED
    [record] = bench.audit.every
    assert re.fullmatch(r"platform-event:[0-9a-f]{32}", record.run_id)
    assert record.to_json() == {
        "runId": record.run_id,
        "sequence": 1,
        "at": "2026-11-21T12:00:00Z",
        "actor": "genesys",
        "action": "platform_event_received",
        "platformEvent": {
            "eventId": EVENT_ID,
            "service": "Quality",
            "entityType": "Recording",
            "entityId": RECORDING_ID,
            "action": "Delete",
            "at": "2026-11-21T03:00:12.417000Z",
            "clientId": CLIENT_ID,
            "properties": ["deleteDate"],
        },
        "correlationId": CORRELATION_ID,
    }
    assert bench.meter.counts == {"PlatformEventsRecorded": 1}


def test_nobody_is_named(bench: Workbench) -> None:
    event = platform_event()
    assert all(each in str(event).lower() for each in PERSONAL)
    bench.ingest_platform_event(event)
    stored = str([record.to_json() for record in bench.audit.every]).lower()
    assert [each for each in PERSONAL if each in stored] == []


@pytest.mark.parametrize(
    ("service", "kind"),
    [
        ("Quality", "Recording"),
        ("Quality", "ScreenRecording"),
        ("Quality", "SnippetRecording"),
        ("Quality", "OrphanedRecording"),
        ("Quality", "BulkActions"),
        ("Quality", "Policy"),
        ("GDPR", "GdprRequest"),
        ("Outbound", "CampaignRule"),
        ("Outbound", "RuleSet"),
        ("Outbound", "OrganizationSettings"),
        ("AnalyticsReporting", "AnalyticsReportingSettings"),
        ("AnalyticsReporting", "AnalyticsLakehouseSettings"),
    ],
)
def test_each_kind_is_recorded(bench: Workbench, service: str, kind: str) -> None:
    event = platform_event(serviceName=service, entityType=kind, action="Update")
    assert bench.ingest_platform_event(event) == RECORDED
    assert (told(bench).service, told(bench).entity_type) == (service, kind)


@pytest.mark.parametrize("action", ["Create", "UpdateRetention", "Purge", "WordOfTomorrow"])
def test_whatever_is_done_to_them_is_recorded(bench: Workbench, action: str) -> None:
    bench.ingest_platform_event(platform_event(action=action))
    assert told(bench).action == action


@pytest.mark.parametrize("action", ["ApplyProtection", "RevokeProtection"])
def test_deletion_protection_is_recorded_whatever_it_is_of(bench: Workbench, action: str) -> None:
    bench.ingest_platform_event(platform_event(action=action, entityType="Conversation"))
    assert (told(bench).action, told(bench).entity_type) == (action, "Conversation")


def test_a_recording_is_recorded_whichever_service_reports_it(bench: Workbench) -> None:
    bench.ingest_platform_event(platform_event(serviceName=None))
    assert "service" not in told(bench).to_json()


@pytest.mark.parametrize(
    "event",
    [
        platform_event(action="View"),
        platform_event(action="Read"),
        platform_event(entityType="User"),
        platform_event(entityType="recording"),
        platform_event(entityType="Policy", serviceName="PeoplePermissions"),
        platform_event(entityType="Policy", serviceName=None),
        platform_event(entityType="OrganizationSettings", serviceName="Directory"),
        platform_event({"detail-type": "v2.detail.events.conversation.{id}.customer.end"}),
        platform_event({"detail-type": "v2.outbound.campaignrules.{id}", "detail": JANE}),
    ],
)
def test_what_is_not_ours_is_dropped_and_counted(bench: Workbench, event: Any) -> None:
    assert bench.ingest_platform_event(event) == DROPPED
    assert bench.audit.every == ()
    assert bench.meter.counts == {"PlatformEventsDropped": 1}


@pytest.mark.parametrize(("event", "path"), WRONG_EVENTS.values(), ids=WRONG_EVENTS)
def test_what_is_no_event_of_the_audit_is_refused_by_its_field_and_leaves_nothing(
    bench: Workbench, event: object, path: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        bench.ingest_platform_event(event)
    assert [error.path for error in refused.value.errors()] == [path]
    assert "jane" not in str(refused.value).lower()
    assert is_untouched(bench)


def test_a_thousand_deliveries_of_one_event_are_one_record(bench: Workbench) -> None:
    for number in range(1_000):
        event = platform_event({"id": f"delivery-{number}"})
        assert bench.ingest_platform_event(event) == RECORDED
        bench.clock.wait(1)
    assert len(bench.audit.every) == 1
    assert bench.meter.counts == {"PlatformEventsRecorded": 1}


def test_eight_deliveries_of_one_event_at_once_are_one_record(bench: Workbench) -> None:
    barrier = Barrier(8)

    def arrive(_: int) -> Any:
        barrier.wait(5)
        return bench.ingest_platform_event(platform_event())

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(arrive, range(8))) == [RECORDED] * 8
    assert len(bench.audit.every) == 1
    assert bench.meter.counts == {"PlatformEventsRecorded": 1}


def test_two_entries_that_say_the_same_are_two_events(bench: Workbench) -> None:
    bench.ingest_platform_event(platform_event())
    bench.ingest_platform_event(platform_event(id="another"))
    assert len({record.run_id for record in bench.audit.every}) == 2


def test_an_event_that_could_not_be_stored_is_neither_counted_nor_forgotten(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(record: AuditRecord) -> bool:
        raise LostRace(record.run_id)

    with monkeypatch.context() as broken:
        broken.setattr(bench.audit, "record_once", fail)
        with pytest.raises(LostRace):
            bench.ingest_platform_event(platform_event())
    assert is_untouched(bench)
    assert bench.ingest_platform_event(platform_event()) == RECORDED
    assert len(bench.audit.every) == 1


@pytest.mark.parametrize(
    ("fields", "absent"),
    [
        ({"id": JANE}, "eventId"),
        ({"id": f"{EVENT_ID}\n"}, "eventId"),
        ({"entity": None}, "entityId"),
        ({"entity": {"name": JANE}}, "entityId"),
        ({"entity": {"id": JANE}}, "entityId"),
        ({"entity": {"id": f"{USER_ID}--role"}}, "entityId"),
        ({"entity": {"id": "9" * 10_000}}, "entityId"),
        ({"clientId": None}, "clientId"),
        ({"clientId": {"id": ""}}, "clientId"),
        ({"clientId": {"id": JANE}}, "clientId"),
        ({"propertyChanges": None}, "properties"),
        ({"propertyChanges": [{"property": None}, {}]}, "properties"),
        ({"propertyChanges": [{"property": f"QueueMember/{USER_ID}"}]}, "properties"),
        ({"propertyChanges": [{"property": JANE}]}, "properties"),
        ({"propertyChanges": [{"property": "p" * 51}]}, "properties"),
    ],
)
def test_what_has_not_the_shape_of_an_id_or_a_word_is_left_out(
    bench: Workbench, fields: dict[str, Any], absent: str
) -> None:
    assert bench.ingest_platform_event(platform_event(**fields)) == RECORDED
    assert absent not in told(bench).to_json()


@pytest.mark.parametrize(
    "metadata", [None, {}, {"CorrelationId": None}, {"CorrelationId": JANE}, {"correlationId": "x"}]
)
def test_a_correlation_id_that_is_none_is_left_out(bench: Workbench, metadata: Any) -> None:
    event = platform_event()
    event["detail"]["metadata"] = metadata
    bench.ingest_platform_event(event)
    [record] = bench.audit.every
    assert record.correlation_id is None


def test_of_many_changes_the_first_twenty_names_are_kept_each_once(bench: Workbench) -> None:
    names = [f"p{'q' * (number // 2)}" for number in range(60)]
    bench.ingest_platform_event(platform_event(propertyChanges=[{"property": n} for n in names]))
    assert told(bench).properties == tuple(f"p{'q' * number}" for number in range(20))


def test_fields_that_genesys_adds_are_passed_over(bench: Workbench) -> None:
    event = platform_event({"replay-name": "r"}, newField=[JANE])
    event["detail"]["newField"] = {"deep": [1]}
    assert bench.ingest_platform_event(event) == RECORDED
    assert "jane" not in str(told(bench).to_json())


def test_a_source_may_have_any_suffix_that_genesys_allows(bench: Workbench) -> None:
    source = f"{SOURCE.rpartition('/')[0]}/A.z_0-{'9' * 58}"
    assert bench.ingest_platform_event(platform_event({"source": source})) == RECORDED
    assert told(bench).to_json()["at"].startswith(AT[:-1])


def test_an_event_is_told_to_no_subscriber(bench: Workbench) -> None:
    bench.ingest_platform_event(platform_event())
    [record] = bench.audit.every
    assert record.action is Action.PLATFORM_EVENT_RECEIVED
    assert list(notifications(record, bench.runs)) == []
