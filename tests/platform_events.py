"""Events of the live platform's audit as EventBridge delivers them; any field can be changed."""

from __future__ import annotations

from typing import Any

SOURCE = "aws.partner/genesys.com/cloud/7a1f4c1e-9d6b-4a55-8a0e-51f0f7a3c2d4/genesys-purge"
TOPIC = "v2.audits.entitytype.{id}.entityid.{id}"
EVENT_ID = "0b5f0d3a-6c2e-4f81-8d09-7e4a1c9b2f30"
RECORDING_ID = "0e2f8b0c-3f1d-4b6a-9c47-2d8a5b7e1f00"
CLIENT_ID = "c0ffee00-5b1d-4e2a-9f3c-6d7e8f901234"
USER_ID = "0c3d9e7f-1a2b-4c5d-8e6f-0a1b2c3d4e50"
CORRELATION_ID = "0f6e5d4c-3b2a-4190-8f7e-6d5c4b3a2910-archival"
AT = "2026-11-21T03:00:12.417Z"
JANE = "jane.doe@example.com"
# The personal data in `entry`.
PERSONAL = ("jane", "doe", "203.0.113.7", USER_ID)


def entry(**fields: Any) -> dict[str, Any]:
    """One entry of the platform's audit, with personal data; fields in camelCase."""
    return {
        "id": EVENT_ID,
        "userId": USER_ID,
        "userHomeOrgId": "7a1f4c1e-9d6b-4a55-8a0e-51f0f7a3c2d4",
        "username": {"id": USER_ID, "name": "Jane Doe"},
        "userDisplay": "Jane Doe",
        "clientId": {"id": CLIENT_ID, "name": "Jane's client"},
        "remoteIp": ["203.0.113.7"],
        "serviceName": "Quality",
        "level": "USER",
        "eventTime": AT,
        "message": {"message": f"{JANE} deleted it", "messageParams": {"user": "Jane Doe"}},
        "action": "Delete",
        "entityType": "Recording",
        "entity": {"id": RECORDING_ID, "name": "Call with Jane Doe"},
        "propertyChanges": [
            {"property": "deleteDate", "oldValues": [JANE], "newValues": [AT, "Jane Doe"]},
            {"property": f"Owner/{USER_ID}", "newValues": ["x"]},
        ],
        "context": {"user": "Jane Doe"},
    } | fields


def platform_event(envelope: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """The event of an entry; `envelope` overrides fields of the event itself."""
    return {
        "version": "0",
        "id": "9d4c2b17-7e8f-4a3b-b5c6-1d2e3f4a5b60",
        "detail-type": TOPIC,
        "source": SOURCE,
        "account": "123456789012",
        "time": "2026-11-21T03:00:13Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {
            "topicName": f"v2.audits.entitytype.Recording.entityid.{RECORDING_ID}",
            "version": "2",
            "eventBody": entry(**fields),
            "metadata": {"CorrelationId": CORRELATION_ID},
            "timestamp": "2026-11-21T03:00:13.006Z",
        },
    } | (envelope or {})


def without(name: str) -> dict[str, Any]:
    """The event of an entry without this field."""
    event = platform_event()
    del event["detail"]["eventBody"][name]
    return event


# Events that cannot be read, each with the path of its only error.
WRONG_EVENTS: dict[str, tuple[object, str]] = {
    "nothing": (None, "request"),
    "a list": ([platform_event()], "request"),
    "no source": (platform_event({"source": None}), "source"),
    "another AWS service": (platform_event({"source": "aws.states"}), "source"),
    "another partner": (platform_event({"source": "aws.partner/zendesk.com/1/x"}), "source"),
    "a source within another": (platform_event({"source": f"x{SOURCE}"}), "source"),
    "a source without a suffix": (platform_event({"source": SOURCE.rpartition("/")[0]}), "source"),
    "a source in two lines": (platform_event({"source": f"{SOURCE}\n"}), "source"),
    "no topic": (platform_event({"detail-type": None}), "detail-type"),
    "a topic of any length": (platform_event({"detail-type": "v2.audits." * 50}), "detail-type"),
    "no detail": (platform_event({"detail": None}), "detail"),
    "no entry": (platform_event({"detail": {}}), "detail.eventBody"),
    "no id": (without("id"), "detail.eventBody.id"),
    "an empty id": (platform_event(id=""), "detail.eventBody.id"),
    "an id of any length": (platform_event(id="9" * 201), "detail.eventBody.id"),
    "an id that is a number": (platform_event(id=5), "detail.eventBody.id"),
    "no time": (without("eventTime"), "detail.eventBody.eventTime"),
    "a time of no zone": (platform_event(eventTime=AT[:-1]), "detail.eventBody.eventTime"),
    "seconds since 1970": (platform_event(eventTime=1_795_230_012), "detail.eventBody.eventTime"),
    "no type": (without("entityType"), "detail.eventBody.entityType"),
    "a type that is an address": (platform_event(entityType=JANE), "detail.eventBody.entityType"),
    "half a surrogate pair": (platform_event(userDisplay="\ud800"), "request"),
}
