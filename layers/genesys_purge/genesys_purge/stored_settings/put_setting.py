"""PutSetting: store a new version of a setting, or ask for the approval that it needs."""

from __future__ import annotations

from typing import Any

from genesys_purge.errors import FieldError, InvalidRequest, LostRace
from genesys_purge.model.approval import Approval, ApprovalFacts
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.dates import Instant
from genesys_purge.model.setting_facts import Change
from genesys_purge.model.stored_setting import SettingName, StoredSetting, hash_of, text_of
from genesys_purge.model.submission import NothingCreated, Submission
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Clock, Meter
from genesys_purge.stored_settings.asked_changes import AskChange, Proposal
from genesys_purge.stored_settings.documents import KINDS
from genesys_purge.stored_settings.errors import VersionDiffers
from genesys_purge.stored_settings.organisation_names import OrganisationNames
from genesys_purge.stored_settings.ports import InheritedValue, SettingStore
from genesys_purge.stored_settings.requests import PutRequest, named, requested, require_person
from genesys_purge.stored_settings.value_in_force import ValueInForce, value_in_force
from genesys_purge.stored_settings.versions import Comparison, audit_id, facts_of, version_of

FIRST = 1


class Compared(Wire):
    """A setting, and what the document of a request changes; `changed` and `weakened` count all."""

    name: str
    version: int
    changes: tuple[Change, ...] = ()
    changed: int = 0
    weakens: tuple[str, ...] = ()
    weakened: int = 0


class ChangedSetting(Compared, NothingCreated):
    """The version in force; `changes` and `weakens` are empty if its document was in force before.

    `imported` is the version under which the request stored the value of before. A dry run stores
    nothing: `version` is then the stored one, 0 for none, and `needed` counts the persons who would
    have to approve the change.
    """

    imported: int | None = None
    needed: int | None = None


class AskedChange(Compared):
    """A change that waits for `missing` persons; `version` stays in force until then."""

    approval_id: str
    subject_hash: str
    missing: int
    expires_at: Instant


class PutSetting:
    """A version and its audit record are stored together; a stored version is never changed."""

    def __init__(
        self,
        settings: SettingStore,
        inherited: InheritedValue,
        organisations: OrganisationNames,
        ask: AskChange,
        meter: Meter,
        now: Clock,
    ) -> None:
        self._settings = settings
        self._inherited = inherited
        self._organisations = organisations
        self._ask = ask
        self._meter = meter
        self._now = now

    def __call__(self, submitted: Submission) -> ChangedSetting | AskedChange:
        """Store the document, and before the first one the value that was in force until then.

        A document that is stored already is not stored again, so a request may be repeated. Some
        weaker documents are stored when other persons have approved them.
        NotEntitled for a machine, VersionDiffers if the request is not based on the stored version.
        """
        require_person(submitted)
        name = named(submitted.path)
        request = requested(name, submitted.payload)
        before = value_in_force(name, self._settings, self._inherited)
        document = _importable(name, before) if request.from_parameter else request.document
        self._organisations.check(name, before, document)
        if before.version and before.document == document:
            return ChangedSetting(name=name, version=before.version)
        if request.expected_version != before.version:
            raise _differs(name, before.version)
        comparison = Comparison.of(name, before.document, document)
        is_weaker = bool(comparison.weakens)
        deciders = KINDS[name].deciders_about(before.document, document) if is_weaker else None
        needed = deciders.needed(submitted.person_id) if deciders else None
        if request.dry_run:
            return _answer(name, before.version, comparison, needed=needed)
        if deciders:
            proposal = _proposal(name, before, document, comparison, request)
            return _asked(before, comparison, self._ask(proposal, deciders, submitted))
        return self._change(name, before, document, comparison, request, submitted)

    def _change(
        self,
        name: SettingName,
        before: ValueInForce,
        document: Any,
        comparison: Comparison,
        request: PutRequest,
        submitted: Submission,
    ) -> ChangedSetting:
        """Store the document at once."""
        last, imported, now = before.version, None, self._now()
        if before.is_importable:
            last = imported = FIRST
            self._import(version_of(name, FIRST, before.document, request.reason, submitted, now))
            if before.document == document:
                return _answer(name, last, comparison, imported)
        setting = version_of(name, last + 1, document, request.reason, submitted, now)
        self._store(setting, Action.SETTING_CHANGED, comparison, _not_imported(before))
        self._meter.count("SettingsChanged")
        if comparison.weakens:
            self._meter.count("SettingsWeakened")
        return _answer(name, setting.version, comparison, imported)

    def _import(self, version: StoredSetting) -> None:
        """Store the value of before once, also if two first requests come at the same time."""
        setting = version.model_copy(update={"source": "parameter"})
        try:
            self._store(setting, Action.SETTING_IMPORTED, Comparison())
        except VersionDiffers:
            latest = self._settings.latest(setting.name)
            is_same = isinstance(latest, StoredSetting) and latest.hash == setting.hash
            if latest is None or latest.version != FIRST or not is_same:
                raise

    def _store(
        self,
        setting: StoredSetting,
        action: Action,
        comparison: Comparison,
        detail: str | None = None,
    ) -> None:
        record = AuditRecord(
            run_id=audit_id(setting.name),
            at=setting.changed_at,
            actor=setting.changed_by,
            person_id=setting.person_id,
            action=action,
            setting=facts_of(setting, comparison),
            detail=detail,
        )
        try:
            self._settings.put(setting, record)
        except LostRace:
            latest = self._settings.latest(setting.name)
            if latest is None or latest.version < setting.version:
                raise
            raise _differs(setting.name, latest.version) from None


def _differs(name: str, stored: int) -> VersionDiffers:
    if stored:
        return VersionDiffers(
            f"version {stored} of {name} is stored; read it, and send your change of it with "
            f"expectedVersion: {stored}"
        )
    return VersionDiffers(f"{name} is not stored yet; send the request without expectedVersion")


def _importable(name: SettingName, before: ValueInForce) -> Any:
    """The document to import; InvalidRequest if there is none."""
    if before.version:
        raise VersionDiffers(f"{name} is stored already, so nothing is imported")
    if not before.is_importable:
        is_wrong = f"which is not valid: {before.problem}"
        why = is_wrong if before.wrong else "which no operator has set"
        message = f"must be absent: in force is {before.origin}, {why}; put a document instead"
        raise InvalidRequest([FieldError("fromParameter", message)])
    return before.document


def _not_imported(before: ValueInForce) -> str | None:
    """Why the record has no values of before, if they could not be read."""
    if not before.wrong:
        return None
    return f"the value before ({before.origin}) is not valid: {before.problem}"


def _proposal(
    name: SettingName,
    before: ValueInForce,
    document: Any,
    comparison: Comparison,
    request: PutRequest,
) -> Proposal:
    return Proposal(
        setting=name,
        based_on=before.version,
        document=document,
        sha256=hash_of(text_of(document)),
        reason=request.reason,
        **comparison._asdict(),
    )


def _answer(
    name: SettingName,
    version: int,
    comparison: Comparison,
    imported: int | None = None,
    needed: int | None = None,
) -> ChangedSetting:
    facts = comparison._asdict()
    return ChangedSetting(name=name, version=version, imported=imported, needed=needed, **facts)


def _asked(before: ValueInForce, comparison: Comparison, approval: Approval) -> AskedChange:
    return AskedChange(
        name=approval.summary["setting"],
        version=before.version,
        approval_id=approval.approval_id,
        subject_hash=approval.subject_hash,
        missing=approval.needed - ApprovalFacts.of(approval).given,
        expires_at=approval.expires_at,
        **comparison._asdict(),
    )
