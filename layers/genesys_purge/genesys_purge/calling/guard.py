"""The choke point: no deleting call without a permit, and no permit without every check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from genesys_purge.calling.cancellations import RunCancelled
from genesys_purge.calling.deletion import Deletion
from genesys_purge.calling.permit import Permit
from genesys_purge.calling.seals import Seals, SealsTooOld
from genesys_purge.calling.stops import Stops
from genesys_purge.errors import (
    DeletionStopped,
    FieldError,
    InvalidRequest,
    LimitExceeded,
    OnLegalHold,
    PurgingSwitchedOff,
    RetentionNotMet,
    TryLater,
)
from genesys_purge.model.days import in_words
from genesys_purge.model.holds import Hold
from genesys_purge.model.retention import Kind
from genesys_purge.model.stops import Stoppable
from genesys_purge.ports import Clock, Holds, Policies

MOST_NAMED = 3


class Guard:
    """Checks switch, stops, seals, run, retention, holds and limits at the moment of the call.

    It reads our own tables and parameters only, so that the permit is still fresh at the request.
    """

    def __init__(
        self, policies: Policies, holds: Holds, stops: Stops, seals: Seals, now: Clock
    ) -> None:
        self._policies = policies
        self._holds = holds
        self._stops = stops
        self._seals = seals
        self._now = now

    def permit(self, deletion: Deletion) -> Permit:
        """Authorization for one deleting call; an error names the check that failed."""
        began = self._now()
        self.check_switch()
        self.check_stops(deletion.belongs_to)
        if cancellation := deletion.cancellation():
            raise RunCancelled(cancellation.why)
        if obstacle := deletion.obstacle():
            raise InvalidRequest([FieldError("runId", obstacle)])
        self._check_retention(deletion)
        holds = self._holds.active(deletion.belongs_to.organisation)
        _check_areas(deletion, holds, began)
        _check_records(deletion, holds)
        _check_outside_manifest(deletion, holds)
        _check_limits(deletion)
        return Permit(deletion.run_id, deletion.batch, deletion.attempt, began)

    def cleared(self, deletion: Deletion, may_touch: Callable[[Sequence[str]], bool]) -> Deletion:
        """The deletion with its `cleared` conversations; OnLegalHold if one may be touched.

        `may_touch` asks Genesys, so this comes before the intent.
        """
        if deletion.interval is None:
            return deletion
        holds = self._holds.active(deletion.belongs_to.organisation)
        outside = _held_outside(deletion, holds)
        if outside and may_touch(sorted(outside)):
            named = [hold for hold in holds if outside & (hold.conversation_ids or frozenset())]
            reason = "a legal hold names a conversation that may lie in this interval"
            raise _refusal(reason, {hold.hold_id: None for hold in named})
        return deletion._replace(cleared=outside)

    def permit_recurring(
        self,
        run_id: str,
        attempt: int,
        kind: Kind,
        days: int,
        *,
        default_classification: str,
        organisation: str | None,
    ) -> Permit:
        """Authorization to create a rule by which Genesys itself deletes what is `days` old."""
        began = self._now()
        self.check_switch()
        self.check_stops(Stoppable(organisation))
        self.check_recurring(kind, days, default_classification, organisation)
        return Permit(run_id, 0, attempt, began)

    def check_recurring(
        self, kind: Kind, days: int, default_classification: str, organisation: str | None
    ) -> None:
        """The checks of such a rule but for switch and stops; RetentionNotMet or OnLegalHold."""
        policy = self._policies.retention_matrix().assuming(default_classification).policy(kind)
        if policy is None:
            raise RetentionNotMet("no rule of the retention matrix covers these records")
        if days < policy.minimum_days:
            raise RetentionNotMet(
                f"these records are kept for {policy.minimum_days} days ({policy.grounds}), "
                f"not for {days}{policy.advice}"
            )
        if holds := self._holds.active(organisation):
            reasons = "; ".join(_under_a_rule(hold, days) for hold in holds[:MOST_NAMED])
            raise OnLegalHold(
                f"{reasons}. Genesys would run the rule without regard to legal holds "
                f"({len(holds)} active); release every hold before you create a rule, or purge by "
                "requests"
            )

    def check_switch(self) -> None:
        """PurgingSwitchedOff unless purging is enabled."""
        if not self._policies.purging_is_on():
            raise PurgingSwitchedOff(
                "purging is disabled; set the parameter /<stack>/purging to `on` to enable it"
            )

    def check_stops(self, call: Stoppable) -> None:
        """DeletionStopped if a stop covers the call, or a stop that may cover it is unreadable.

        Unsealed records stop every call: SealsTooOld.
        """
        if stops := self._stops.covering(call):
            reasons = "; ".join(each.why for each in stops)
            raise DeletionStopped(f"{reasons}; `POST /resume` allows it again, by two persons")
        self.check_seals()

    def check_seals(self) -> None:
        """SealsTooOld unless the audit was sealed and checked lately."""
        if obstacle := self._seals.obstacle(self._now()):
            raise SealsTooOld(obstacle)

    def _check_retention(self, deletion: Deletion) -> None:
        matrix, now = self._policies.retention_matrix(), self._now()
        for (classification, media), end in _youngest(deletion).items():
            policy = deletion.policy_of(matrix, classification, media)
            if policy is None:
                raise RetentionNotMet("no rule of the retention matrix covers these records")
            if not policy.is_met(end, now):
                raise RetentionNotMet(
                    f"records that ended at {end.isoformat()} are kept for "
                    f"{policy.minimum_days} days ({policy.grounds}){policy.advice}"
                )


def _youngest(deletion: Deletion) -> dict[tuple[str | None, frozenset[str]], datetime]:
    """The latest end of the records of each kind, which decides for all of that kind."""
    ends: dict[tuple[str | None, frozenset[str]], datetime] = {}
    for entry in deletion.entries:
        kind = entry.classification, entry.media
        ends[kind] = max(ends.get(kind, entry.end), entry.end)
    if deletion.window is not None:
        kind = None, frozenset[str]()
        ends[kind] = max(ends.get(kind, deletion.window.end), deletion.window.end)
    return ends


def _refusal(
    reason: str, holds: Mapping[str, int | None], entries: frozenset[int] = frozenset()
) -> OnLegalHold:
    """The error of these holds, with the number of records of each where it is known."""
    error = OnLegalHold(reason, entries=entries)
    error.holds = holds
    return error


def _check_areas(deletion: Deletion, holds: Sequence[Hold], now: datetime) -> None:
    """A window and an interval take everything in them, so one hold closes them."""
    window, interval = deletion.window, deletion.interval
    if window and deletion.reaches_now:
        window = window.until(now)
    for hold in holds:
        if window and (reason := hold.covering(window)):
            raise _refusal(reason, {hold.hold_id: None})
        if interval and hold.holds_time(interval):
            reason = f"{hold.label} covers part of this interval"
            raise _refusal(reason, {hold.hold_id: None})


def _under_a_rule(hold: Hold, days: int) -> str:
    """When what is held falls under a rule that deletes everything older than `days`."""
    if reason := hold.obstacle():
        return reason
    dates = in_words([hold.closed_days[0].until(hold.closed_days[-1].end)])
    return f"{hold.label} covers records of {dates}, and the rule deletes what is {days} days old"


def _check_records(deletion: Deletion, holds: Sequence[Hold]) -> None:
    """The error lists the held records; those of a window have no positions."""
    candidates = deletion.candidates if deletion.window is None else frozenset()
    # Two holds whose ids are malformed have the same label.
    held = [(hold, _held_positions(deletion, candidates, hold)) for hold in holds]
    labels = sorted({hold.label for hold, positions in held if positions})
    if labels:
        positions = frozenset().union(*(positions for _, positions in held))
        named = ", ".join(labels[:MOST_NAMED])
        counts = {hold.hold_id: len(found) for hold, found in held if found}
        raise _refusal(f"{named} covers these records", counts, positions)


def _held_positions(deletion: Deletion, candidates: frozenset[int], hold: Hold) -> frozenset[int]:
    """The candidates whose records the hold covers."""
    entries = deletion.entries
    return frozenset(
        index
        for index in candidates
        if hold.holds_record(entries[index].conversation_id, entries[index].end)
    )


def _check_outside_manifest(deletion: Deletion, holds: Sequence[Hold]) -> None:
    """A hold may have been placed since Genesys was asked about the held conversations."""
    if _held_outside(deletion, holds) - deletion.cleared:
        raise TryLater("a legal hold was placed while the call was prepared; it is checked again")


def _held_outside(deletion: Deletion, holds: Sequence[Hold]) -> frozenset[str]:
    """The held conversations that an interval may contain although its manifest lacks them."""
    if deletion.interval is None:
        return frozenset()
    listed = {entry.conversation_id.casefold() for entry in deletion.entries}
    held = {each for hold in holds for each in hold.ids_in(deletion.interval)}
    return frozenset(held - listed)


def _check_limits(deletion: Deletion) -> None:
    if deletion.window is None and len(deletion.entries) != deletion.planned:
        raise ValueError(
            f"a manifest of {len(deletion.entries)} for {deletion.planned} planned records"
        )
    if deletion.before > deletion.planned:
        raise LimitExceeded(
            f"the plan has {deletion.planned} records for this batch, but now there are "
            f"{deletion.before}"
        )
