"""ApplyPolicy: store a purge policy as a new version, by a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from genesys_purge.errors import FieldError, InvalidRequest, LostRace
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.dates import Instant
from genesys_purge.model.purge_policy import PolicyFacts
from genesys_purge.model.submission import NothingCreated, Submission
from genesys_purge.model.wire import Wire, read_document
from genesys_purge.policies.check_policy import CheckedPolicy, CheckPolicy, actor_of
from genesys_purge.policies.differences import differences
from genesys_purge.policies.document import (
    BlackoutDay,
    PolicyDocument,
    PolicyVersion,
    UnreadablePolicy,
    approved_since,
)
from genesys_purge.policies.notes import next_runs
from genesys_purge.policies.ports import PolicyStore
from genesys_purge.policies.scheduling import Scheduling
from genesys_purge.ports import AuditLog, Clock

ATTEMPTS = 5


class AppliedPolicy(Wire):
    """A policy as it is stored; `changed` says whether this call stored a new version.

    `nextRuns` are the next five scheduled times, and `notes` remarks on clock changes and bounds.
    `drift` names the settings in which the schedule differed from an unchanged policy; the call
    has put them right.
    """

    name: str
    version: int
    hash: str
    changed: bool
    enabled: bool
    next_runs: tuple[Instant, ...] = ()
    notes: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()


class KnownPolicy(AppliedPolicy, NothingCreated):
    """The answer if the policy existed before."""


class ApplyPolicy:
    """A version and its audit record are stored together; unchanged content makes no version.

    A version that cannot be read is followed by one that can, with all fields in its difference.
    The schedule follows the version, so that no schedule names a version that does not exist. A
    repeated call completes a schedule that was not put.
    """

    def __init__(
        self,
        policies: PolicyStore,
        check: CheckPolicy,
        scheduling: Scheduling,
        audit: AuditLog,
        now: Clock,
    ) -> None:
        self._policies = policies
        self._check = check
        self._scheduling = scheduling
        self._audit = audit
        self._now = now

    def __call__(self, submitted: Submission) -> AppliedPolicy:
        """Check and store the policy in the path; InvalidRequest lists every error."""
        name, person_id = submitted.path.get("name"), submitted.person_id
        if name is None or person_id is None:
            raise InvalidRequest(
                [FieldError("request", "a person applies a policy: call PUT /policies/{name}")]
            )
        checked = self._disabled(name, submitted.payload) or self._check(submitted.payload, name)
        for _ in range(ATTEMPTS):
            newest = self._policies.newest(name)
            stored = newest if isinstance(newest, PolicyVersion) else None
            if stored and _is_unchanged(stored, checked, self._now()):
                return self._corrected(stored, checked, submitted)
            number = newest.version + 1 if newest else 1
            policy = _version(number, stored, checked, submitted, person_id, self._now())
            try:
                self._policies.put(policy, _record(stored, policy))
            except LostRace:
                continue
            self._scheduling.reconcile(policy)
            return _answer(newest, policy, checked, self._now())
        raise LostRace(f"the policy {name} was changed {ATTEMPTS} times in the meantime")

    def _corrected(
        self, stored: PolicyVersion, checked: CheckedPolicy, submitted: Submission
    ) -> AppliedPolicy:
        """The unchanged policy, with its schedule as it must be."""
        now, drift = self._now(), self._scheduling.drift(stored)
        if drift:
            facts = PolicyFacts(name=stored.name, version=stored.version, drift=drift)
            record = _record_about(stored, Action.POLICY_SCHEDULE_CORRECTED, facts)
            caller = {"actor": submitted.actor, "person_id": submitted.person_id}
            self._audit.append(record.model_copy(update={"at": now, **caller}))
            self._scheduling.reconcile(stored)
        return _answer(stored, stored, checked, now).model_copy(update={"drift": drift})

    def _disabled(self, name: str, payload: object) -> CheckedPolicy | None:
        """The stored policy, if `payload` only disables it: a policy can always be disabled.

        Its check may fail by now, for example because it has ended.
        """
        stored = self._policies.newest(name)
        if not isinstance(stored, PolicyVersion) or not isinstance(payload, dict):
            return None
        disabled = stored.document.model_copy(update={"enabled": False})
        given = read_document(PolicyDocument, payload)
        if isinstance(given, list) or given.hash != disabled.hash:
            return None
        return CheckedPolicy(disabled, stored.blackout_days, ())


def _is_unchanged(stored: PolicyVersion, checked: CheckedPolicy, now: datetime) -> bool:
    """Whether the content is the same, and the blackout days that are still to come."""
    today = now.astimezone(stored.document.zone).date()

    def coming(days: Sequence[BlackoutDay]) -> list[BlackoutDay]:
        return [each for each in days if each.date >= today]

    is_same = stored.hash == checked.document.hash
    return is_same and coming(stored.blackout_days) == coming(checked.blackout_days)


def _version(
    number: int,
    before: PolicyVersion | None,
    checked: CheckedPolicy,
    submitted: Submission,
    person_id: str,
    now: datetime,
) -> PolicyVersion:
    return PolicyVersion(
        name=checked.document.name,
        version=number,
        approves_since=approved_since(number, checked.document, before),
        hash=checked.document.hash,
        document=checked.document,
        blackout_days=checked.blackout_days,
        applied_at=now,
        applied_by=submitted.actor,
        person_id=person_id,
    )


def _record(stored: PolicyVersion | None, policy: PolicyVersion) -> AuditRecord:
    document = policy.document
    facts = PolicyFacts(
        name=policy.name,
        version=policy.version,
        hash=policy.hash,
        owner=document.owner,
        enabled=document.enabled,
        valid_until=document.valid_until,
        difference=differences(stored.document if stored else None, document),
    )
    return _record_about(policy, Action.POLICY_APPLIED, facts)


def _record_about(policy: PolicyVersion, action: Action, facts: PolicyFacts) -> AuditRecord:
    request = policy.document.request
    return AuditRecord(
        run_id=actor_of(policy.name),
        at=policy.applied_at,
        actor=policy.applied_by,
        person_id=policy.person_id,
        action=action,
        method=request["method"],
        organisation=request.get("organisation"),
        purge_policy=facts,
    )


def _answer(
    before: PolicyVersion | UnreadablePolicy | None,
    policy: PolicyVersion,
    checked: CheckedPolicy,
    now: datetime,
) -> AppliedPolicy:
    kind = KnownPolicy if before else AppliedPolicy
    return kind(
        name=policy.name,
        version=policy.version,
        hash=policy.hash,
        changed=policy is not before,
        enabled=policy.document.enabled,
        next_runs=next_runs(policy, now),
        notes=checked.notes,
    )
