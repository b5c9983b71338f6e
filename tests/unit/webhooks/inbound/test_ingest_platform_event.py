"""IngestPlatformEvent: changes of recordings and rules are recorded once, without names."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from genesys_purge.errors import InvalidRequest, LostRace
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.platform_event import PlatformEvent
from genesys_purge.webhooks.outbound.bodies import notifications

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


def recorded(bench: Workbench) -> PlatformEvent:
    """The event in the only audit record."""
    [record] = bench.audit.every
    assert record.platform_event is not None
    return record.platform_event


def is_untouched(bench: Workbench) -> bool:
    return not bench.audit.every and not bench.meter.counts


def test_event_is_recorded_with_ids_and_words(bench: Workbench) -> None:
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


def test_record_contains_no_personal_data(bench: Workbench) -> None:
    event = platform_event()
    assert all(each in str(event).lower() for each in PERSONAL)
    bench.ingest_platform_event(event)
    stored = str([record.to_json() for record in bench.audit.every]).lower()
    assert [each for each in PERSONAL if each in stored] == []


KINDS = [
    *(("Quality", each) for each in ("Recording", "ScreenRecording", "SnippetRecording")),
    *(("Quality", each) for each in ("OrphanedRecording", "BulkActions", "Policy")),
    ("GDPR", "GdprRequest"),
    *(("Outbound", each) for each in ("CampaignRule", "RuleSet", "OrganizationSettings")),
    ("AnalyticsReporting", "AnalyticsReportingSettings"),
    ("AnalyticsReporting", "AnalyticsLakehouseSettings"),
]


def test_every_listed_entity_type_is_recorded() -> None:
    for service, kind in KINDS:
        bench = Workbench()
        event = platform_event(serviceName=service, entityType=kind, action="Update")
        assert bench.ingest_platform_event(event) == RECORDED
        assert (recorded(bench).service, recorded(bench).entity_type) == (service, kind)


@pytest.mark.parametrize("action", ["UpdateRetention", "WordOfTomorrow"])
def test_every_changing_action_is_recorded(bench: Workbench, action: str) -> None:
    bench.ingest_platform_event(platform_event(action=action))
    assert recorded(bench).action == action


@pytest.mark.parametrize("action", ["ApplyProtection", "RevokeProtection"])
def test_deletion_protection_of_any_entity_is_recorded(bench: Workbench, action: str) -> None:
    bench.ingest_platform_event(platform_event(action=action, entityType="Conversation"))
    assert (recorded(bench).action, recorded(bench).entity_type) == (action, "Conversation")


def test_recording_is_recorded_without_a_service(bench: Workbench) -> None:
    bench.ingest_platform_event(platform_event(serviceName=None))
    assert "service" not in recorded(bench).to_json()


OTHERS = [
    platform_event(action="View"),
    platform_event(action="Read"),
    platform_event(entityType="User"),
    platform_event(entityType="recording"),
    platform_event(entityType="Policy", serviceName="PeoplePermissions"),
    platform_event(entityType="Policy", serviceName=None),
    platform_event(entityType="OrganizationSettings", serviceName="Directory"),
    platform_event({"detail-type": "v2.detail.events.conversation.{id}.customer.end"}),
    platform_event({"detail-type": "v2.outbound.campaignrules.{id}", "detail": JANE}),
]


def test_unrelated_event_is_dropped_and_counted(bench: Workbench) -> None:
    for event in OTHERS:
        assert bench.ingest_platform_event(event) == DROPPED
    assert bench.audit.every == ()
    assert bench.meter.counts == {"PlatformEventsDropped": len(OTHERS)}


@pytest.mark.parametrize(("event", "path"), WRONG_EVENTS.values(), ids=WRONG_EVENTS)
def test_unreadable_event_is_refused_by_its_wrong_field(
    bench: Workbench, event: object, path: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        bench.ingest_platform_event(event)
    assert [error.path for error in refused.value.errors()] == [path]
    assert "jane" not in str(refused.value).lower()
    assert is_untouched(bench)


def test_repeated_event_is_recorded_once(bench: Workbench) -> None:
    for number in range(100):
        event = platform_event({"id": f"delivery-{number}"})
        assert bench.ingest_platform_event(event) == RECORDED
        bench.clock.wait(1)
    assert len(bench.audit.every) == 1
    assert bench.meter.counts == {"PlatformEventsRecorded": 1}


def test_eight_deliveries_at_once_are_recorded_once(bench: Workbench) -> None:
    barrier = Barrier(8)

    def arrive(_: int) -> Any:
        barrier.wait(5)
        return bench.ingest_platform_event(platform_event())

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(arrive, range(8))) == [RECORDED] * 8
    assert len(bench.audit.every) == 1
    assert bench.meter.counts == {"PlatformEventsRecorded": 1}


def test_entries_with_different_ids_are_two_records(bench: Workbench) -> None:
    bench.ingest_platform_event(platform_event())
    bench.ingest_platform_event(platform_event(id="another"))
    assert len({record.run_id for record in bench.audit.every}) == 2


def test_event_that_was_not_stored_is_not_counted(
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


SHAPELESS: list[tuple[dict[str, Any], str]] = [
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
    ({"propertyChanges": JANE}, "properties"),
    ({"propertyChanges": [JANE, {"property": 5}, None]}, "properties"),
    ({"entity": JANE}, "entityId"),
    ({"entity": {"id": 5}}, "entityId"),
    ({"clientId": [JANE]}, "clientId"),
    ({"serviceName": "Quality 2"}, "service"),
    ({"serviceName": 5}, "service"),
    ({"action": None}, "action"),
    ({"action": "Delete it"}, "action"),
    ({"action": "D" * 65}, "action"),
    ({"action": ["Delete"]}, "action"),
]


def test_value_that_is_no_id_and_no_word_is_left_out() -> None:
    for fields, absent in SHAPELESS:
        bench = Workbench()
        assert bench.ingest_platform_event(platform_event(**fields)) == RECORDED
        assert absent not in recorded(bench).to_json(), fields


def test_correlation_id_of_another_shape_is_left_out() -> None:
    unreadable = [None, JANE, [JANE], {"CorrelationId": 5}]
    for metadata in (*unreadable, {}, {"CorrelationId": None}, {"CorrelationId": JANE}):
        bench, event = Workbench(), platform_event()
        event["detail"]["metadata"] = metadata
        bench.ingest_platform_event(event)
        [record] = bench.audit.every
        assert record.correlation_id is None, metadata


def test_unreadable_change_does_not_hide_the_others(bench: Workbench) -> None:
    changes = [JANE, {"property": "deleteDate"}, {"property": 5}, {"property": "archiveDate"}]
    bench.ingest_platform_event(platform_event(propertyChanges=changes))
    assert recorded(bench).properties == ("deleteDate", "archiveDate")


def test_first_twenty_names_of_changes_are_recorded_once_each(bench: Workbench) -> None:
    names = [f"p{'q' * (number // 2)}" for number in range(60)]
    bench.ingest_platform_event(platform_event(propertyChanges=[{"property": n} for n in names]))
    assert recorded(bench).properties == tuple(f"p{'q' * number}" for number in range(20))


def test_added_fields_are_ignored(bench: Workbench) -> None:
    event = platform_event({"replay-name": "r"}, newField=[JANE])
    event["detail"]["newField"] = {"deep": [1]}
    assert bench.ingest_platform_event(event) == RECORDED
    assert "jane" not in str(recorded(bench).to_json())


def test_source_may_have_any_allowed_suffix(bench: Workbench) -> None:
    source = f"{SOURCE.rpartition('/')[0]}/A.z_0-{'9' * 58}"
    assert bench.ingest_platform_event(platform_event({"source": source})) == RECORDED
    assert recorded(bench).to_json()["at"].startswith(AT[:-1])


def test_platform_event_causes_no_notification(bench: Workbench) -> None:
    bench.ingest_platform_event(platform_event())
    [record] = bench.audit.every
    assert record.action is Action.PLATFORM_EVENT_RECEIVED
    assert list(notifications(record, bench.runs)) == []
