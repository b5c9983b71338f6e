"""The choke point: no deleting call without a permit, and no permit without every check."""

from __future__ import annotations

from collections.abc import Sequence

from genesys_purge.errors import (
    FieldError,
    InvalidRequest,
    LimitExceeded,
    OnLegalHold,
    PurgingSwitchedOff,
    RetentionNotMet,
)
from genesys_purge.methods.method import policy_in_force
from genesys_purge.model.batch import Batch, Entry
from genesys_purge.model.retention import Kind
from genesys_purge.model.run import Run, RunStatus
from genesys_purge.ports import Clock, Holds, Permit, Policies
from genesys_purge.purge_rules.purge_rule import PurgeRule
from genesys_purge.purging.cases import Case


class Guard:
    """Checks the kill switch, run, retention, holds and limits at the moment of the call."""

    def __init__(self, policies: Policies, holds: Holds, now: Clock) -> None:
        self._policies = policies
        self._holds = holds
        self._now = now

    def permit(self, case: Case, before: int) -> Permit:
        """Leave to delete the batch's next part, of which `before` records are there."""
        batch = case.batch
        self._check_switch()
        self._check_run(case.run)
        self._check_retention(case)
        self._check_holds(batch, case.entries)
        self._check_strangers(case)
        if batch.window is None and len(case.entries) != batch.planned:
            raise ValueError(f"a manifest of {len(case.entries)} for {batch.planned} records")
        if before > batch.planned:
            raise LimitExceeded(
                f"the plan has {batch.planned} records for this batch, by now there are {before}"
            )
        return Permit(batch.run_id, batch.number, batch.attempts + 1)

    def permit_rule(self, rule: PurgeRule, kind: Kind, days: int) -> Permit:
        """Leave to have Genesys create a rule that purges what is `days` old, on its own."""
        self._check_switch()
        policy = self._policies.retention_matrix().policy(kind)
        if policy is None:
            raise RetentionNotMet("no rule of the retention matrix covers these records")
        if days < policy.minimum_days:
            raise RetentionNotMet(
                f"these records are kept for {policy.minimum_days} days ({policy.basis}), "
                f"not for {days}"
            )
        if holds := self._holds.active():
            raise OnLegalHold(
                f"Genesys would run the rule without regard to our legal hold {holds[0].hold_id}; "
                "release every hold before a rule is created, or purge by requests"
            )
        return Permit(rule.run_id, 0, rule.attempts)

    def _check_switch(self) -> None:
        if not self._policies.purging_is_on():
            raise PurgingSwitchedOff(
                "purging is switched off; set the parameter /<stack>/purging to `on` to allow it"
            )

    def _check_run(self, run: Run) -> None:
        """A worker may outlive its run; a run that is dry, or not planned to its end, has none."""
        if run.is_dry or run.status is not RunStatus.RUNNING:
            kind = "a dry run" if run.is_dry else run.status
            raise InvalidRequest([FieldError("runId", f"{run.run_id} is {kind}, not running")])

    def _check_retention(self, case: Case) -> None:
        matrix, now = self._policies.retention_matrix(), self._now()
        ends = {(entry.classification, entry.media, entry.end) for entry in case.entries}
        if case.batch.window is not None:
            ends.add((None, frozenset(), case.batch.window.end))
        for classification, media, end in ends:
            policy = policy_in_force(case.method, case.request, matrix, classification, media)
            if policy is None:
                raise RetentionNotMet("no rule of the retention matrix covers these records")
            if not policy.is_met(end, now):
                raise RetentionNotMet(
                    f"records that ended at {end.isoformat()} are kept for "
                    f"{policy.minimum_days} days ({policy.basis})"
                )

    def _check_holds(self, batch: Batch, entries: Sequence[Entry]) -> None:
        window, holds = batch.window, self._holds.active()
        if window and any(hold.holds_window(window) for hold in holds):
            raise OnLegalHold("a legal hold placed by now may cover records of this window")
        if batch.interval and any(hold.holds_time(batch.interval) for hold in holds):
            raise OnLegalHold("a legal hold placed by now covers some of this interval")
        candidates = batch.candidates if window is None else frozenset()
        held = frozenset(
            index
            for index, entry in enumerate(entries)
            if index in candidates
            and any(hold.holds_record(entry.conversation_id, entry.end) for hold in holds)
        )
        if held:
            spared = batch.separable(held)
            raise OnLegalHold("a legal hold placed by now covers these records", entries=spared)

    def _check_strangers(self, case: Case) -> None:
        """An interval may hold what its manifest does not name, and leaves nothing out."""
        gate, interval = case.method.gate, case.batch.interval
        if gate is None or interval is None:
            return
        named = {entry.conversation_id.casefold() for entry in case.entries}
        held = {each for hold in self._holds.active() for each in hold.conversation_ids or ()}
        strangers = sorted(held - named)
        if strangers and gate.may_touch(strangers, case.part, case.genesys):
            raise OnLegalHold("a legal hold names a conversation that may lie in this interval")
