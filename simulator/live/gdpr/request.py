"""One GDPR request and its states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from simulator.http.wire import format_instant
from simulator.live.gdpr.body import GdprBody, RequestType
from simulator.organisation.timeline import JobState, Timeline


class GdprStatus(StrEnum):
    """The states, as the platform names them."""

    INITIATED = "INITIATED"
    SEARCHING = "SEARCHING"
    UPDATING = "UPDATING"
    DELETING = "DELETING"
    FINALIZING = "FINALIZING"
    COMPLETED = "COMPLETED"
    ERROR = "ERROR"


PHASES = {
    RequestType.EXPORT: (GdprStatus.SEARCHING, GdprStatus.FINALIZING),
    RequestType.UPDATE: (GdprStatus.SEARCHING, GdprStatus.UPDATING, GdprStatus.FINALIZING),
    RequestType.DELETE: (GdprStatus.SEARCHING, GdprStatus.DELETING, GdprStatus.FINALIZING),
}
WORDS = {
    JobState.PENDING: GdprStatus.INITIATED,
    JobState.COMPLETED: GdprStatus.COMPLETED,
    JobState.FAILED: GdprStatus.ERROR,
    JobState.CANCELLED: GdprStatus.ERROR,
}


@dataclass(frozen=True, slots=True)
class GdprRecord:
    """A snapshot of a request; `status` is None if it vanished."""

    request_id: str
    client_id: str | None
    request_type: RequestType
    status: GdprStatus | None
    external_contact_id: str | None
    created_at: datetime
    deleted_ids: tuple[str, ...]


@dataclass(slots=True)
class GdprRequest:
    """A request; each record of its timeline is a phase after the first one."""

    request_id: str
    client_id: str | None
    body: GdprBody
    sent: Mapping[str, object]
    timeline: Timeline
    executed: bool = False
    deleted_ids: tuple[str, ...] = ()

    def status(self, now: datetime) -> GdprStatus | None:
        """The status; None if the request vanished."""
        state = self.timeline.state(now)
        if state is JobState.VANISHED:
            return None
        phases = PHASES[self.body.request_type]
        phase = min(self.timeline.processed(now), len(phases) - 1)
        return WORDS.get(state, phases[phase])

    def wire(self, now: datetime) -> dict[str, object]:
        """The request as JSON; a completed export has a `resultsUrl`."""
        uri = f"/api/v2/gdpr/requests/{self.request_id}"
        status = self.status(now)
        payload: dict[str, object] = {
            **self.sent,
            "id": self.request_id,
            "createdDate": format_instant(self.timeline.submitted_at),
            "createdBy": {"id": self.client_id, "selfUri": f"/api/v2/users/{self.client_id}"},
            "status": status,
            "selfUri": uri,
        }
        if status is GdprStatus.COMPLETED and self.body.request_type is RequestType.EXPORT:
            payload["resultsUrl"] = f"https://api.genesys.test/api/v2/downloads/{self.request_id}"
        return payload

    def record(self, now: datetime) -> GdprRecord:
        """Returns a snapshot."""
        return GdprRecord(
            request_id=self.request_id,
            client_id=self.client_id,
            request_type=self.body.request_type,
            status=self.status(now),
            external_contact_id=self.body.subject.external_contact_id,
            created_at=self.timeline.submitted_at,
            deleted_ids=self.deleted_ids,
        )
