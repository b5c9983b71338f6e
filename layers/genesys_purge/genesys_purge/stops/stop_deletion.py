"""StopDeletion: stop deletion, by one person or machine and at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from genesys_purge.calling.in_flight import WithJobsInFlight, jobs_of
from genesys_purge.errors import AlreadyExists, FieldError, InvalidRequest, LostRace, NotFound
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.dates import Instant
from genesys_purge.model.listing import DEFAULT_ORGANISATION
from genesys_purge.model.stops import Stop, StopScope, UnreadableStop, audit_id, stop_id_of
from genesys_purge.model.submission import Submission
from genesys_purge.ports import Clock, Meter, Runs
from genesys_purge.stops.in_flight import StoppedInFlight
from genesys_purge.stops.ports import StopStore
from genesys_purge.stops.requests import StopRequest, requested

# Counts the stops that came into force.
STOPS = "StopsPlaced"


class PlacedStop(WithJobsInFlight):
    """A stop that is in force: no permit is given after `stoppedAt` for what it covers."""

    stop_id: str
    scope: StopScope
    name: str | None = None
    reasons: tuple[str, ...]
    stopped_at: Instant
    stopped_by: str


class StopDeletion:
    """The stop and its audit record are stored together; a stopped scope gets one more reason."""

    def __init__(
        self,
        stops: StopStore,
        runs: Runs,
        organisations: Callable[[], Sequence[str]],
        has_policy: Callable[[str], bool],
        in_flight: StoppedInFlight,
        meter: Meter,
        now: Clock,
    ) -> None:
        self._stops = stops
        self._runs = runs
        self._organisations = organisations
        self._has_policy = has_policy
        self._in_flight = in_flight
        self._meter = meter
        self._now = now

    def __call__(self, submitted: Submission) -> PlacedStop:
        """Stop deletion; InvalidRequest if there is nothing of that name to stop."""
        request = requested(submitted.payload)
        self._require_known(request)
        stop = _stop(request, submitted, self._now())
        stop = stop.after(self._stops.get(stop.stop_id))
        try:
            self._stops.place(stop, _record(stop, stop))
        except LostRace:
            stop = self._earlier(stop)
        else:
            self._meter.count(STOPS)
        return PlacedStop(
            stop_id=stop.stop_id,
            scope=stop.scope,
            name=stop.name,
            reasons=stop.reasons,
            stopped_at=stop.stopped_at,
            stopped_by=stop.stopped_by,
            # Stored first: a call whose guard does not see the stop is seen here.
            **jobs_of(lambda: self._in_flight(stop.stop_id)),
        )

    def _require_known(self, request: StopRequest) -> None:
        """A stop of a mistyped name would stop nothing."""
        match request.scope:
            case StopScope.ORGANISATION:
                known = [DEFAULT_ORGANISATION, *self._organisations()]
                if request.name not in known:
                    raise _wrong_name(f"must be one of {', '.join(known)}")
            case StopScope.POLICY:
                if not self._has_policy(request.name or ""):
                    raise _wrong_name(f"no policy has the name {request.name}; see GET /policies")
            case StopScope.RUN:
                self._require_open(request.name or "")

    def _require_open(self, run_id: str) -> None:
        try:
            run = self._runs.get(run_id)
        except NotFound as error:
            raise _wrong_name(str(error)) from error
        if run.has_ended:
            raise _wrong_name(f"the run {run_id} has ended, and deletes nothing more")

    def _earlier(self, stop: Stop) -> Stop:
        """The stop that is in force already, with this reason as well unless it is repeated."""
        stored = self._stops.get(stop.stop_id)
        if isinstance(stored, UnreadableStop):
            raise AlreadyExists(f"{stored.why}; resume it to replace it")
        if stored is None or not stored.is_in_force:
            raise LostRace(f"the stop {stop.stop_id} was changed at the same time; stop again")
        if stored.repeats(stop):
            return stored
        both = stored.and_also(stop)
        self._stops.put(both, stored, _record(both, stop))
        return both


def _wrong_name(message: str) -> InvalidRequest:
    return InvalidRequest([FieldError("name", message)])


def _stop(request: StopRequest, submitted: Submission, now: Instant) -> Stop:
    return Stop(
        stop_id=stop_id_of(request.scope, request.name),
        scope=request.scope,
        name=request.name,
        reason=request.reason,
        stopped_at=now,
        stopped_by=submitted.actor,
        stopped_by_person=submitted.person_id,
    )


def _record(stop: Stop, asked: Stop) -> AuditRecord:
    """The record about the stop that somebody asked for, alone or in addition to others."""
    return AuditRecord(
        run_id=audit_id(stop.stop_id),
        at=asked.stopped_at,
        actor=asked.stopped_by,
        person_id=asked.stopped_by_person,
        action=Action.DELETION_STOPPED,
        stop=asked.facts(),
    )
