"""PutSetting: store a new version of a setting, by one person and at once."""

from __future__ import annotations

from typing import Any, NamedTuple

from genesys_purge.errors import FieldError, InvalidRequest, LostRace
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.setting_facts import Change, SettingFacts
from genesys_purge.model.stored_setting import SettingName, StoredSetting, hash_of, text_of
from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Clock, Meter
from genesys_purge.stored_settings.differences import changes
from genesys_purge.stored_settings.documents import KINDS
from genesys_purge.stored_settings.errors import VersionDiffers
from genesys_purge.stored_settings.ports import InheritedValue, SettingStore
from genesys_purge.stored_settings.requests import PutRequest, named, requested, require_person
from genesys_purge.stored_settings.value_in_force import ValueInForce, value_in_force

FIRST = 1
# What an audit record and an answer keep of a large change.
MOST_CHANGES, MOST_WEAKENED = 100, 50


class ChangedSetting(Wire):
    """The version in force; `changes` and `weakens` are empty if its document was in force before.

    `changed` and `weakened` count all of them. `imported` is the version under which the request
    stored the value of before. A dry run stores nothing: `version` is then the stored one, 0 for
    none.
    """

    name: str
    version: int
    imported: int | None = None
    changes: tuple[Change, ...] = ()
    changed: int = 0
    weakens: tuple[str, ...] = ()
    weakened: int = 0


class Comparison(NamedTuple):
    """What a document changes, and what it protects less than the one before: the first of each.

    `changed` and `weakened` count all.
    """

    changes: tuple[Change, ...] = ()
    changed: int = 0
    weakens: tuple[str, ...] = ()
    weakened: int = 0

    @classmethod
    def of(cls, name: SettingName, before: Any, after: Any) -> Comparison:
        """Compares a document, which may be malformed, with a valid one."""
        changed, weakened = tuple(changes(before, after)), KINDS[name].weakens(before, after)
        first = changed[:MOST_CHANGES], tuple(weakened[:MOST_WEAKENED])
        return cls(first[0], len(changed), first[1], len(weakened))


class PutSetting:
    """A version and its audit record are stored together; a stored version is never changed."""

    def __init__(
        self, settings: SettingStore, inherited: InheritedValue, meter: Meter, now: Clock
    ) -> None:
        self._settings = settings
        self._inherited = inherited
        self._meter = meter
        self._now = now

    def __call__(self, submitted: Submission) -> ChangedSetting:
        """Store the document, and before the first one the value that was in force until then.

        A document that is stored already is not stored again, so a request may be repeated.
        NotEntitled for a machine, VersionDiffers if the request is not based on the stored version.
        """
        require_person(submitted)
        name = named(submitted.path)
        request = requested(name, submitted.payload)
        before = value_in_force(name, self._settings, self._inherited)
        document = _importable(name, before) if request.from_parameter else request.document
        if before.version and before.document == document:
            return ChangedSetting(name=name, version=before.version)
        if request.expected_version != before.version:
            raise _differs(name, before.version)
        comparison = Comparison.of(name, before.document, document)
        if request.dry_run:
            return _answer(name, before.version, comparison)
        last, imported = before.version, None
        if before.is_importable:
            last = imported = FIRST
            self._import(self._version(name, FIRST, before.document, request, submitted))
            if before.document == document:
                return _answer(name, last, comparison, imported)
        setting = self._version(name, last + 1, document, request, submitted)
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

    def _version(
        self,
        name: SettingName,
        number: int,
        document: Any,
        request: PutRequest,
        submitted: Submission,
    ) -> StoredSetting:
        text = text_of(document)
        return StoredSetting(
            name=name,
            version=number,
            text=text,
            hash=hash_of(text),
            source="api",
            reason=request.reason,
            changed_at=self._now(),
            changed_by=submitted.actor,
            person_id=submitted.person_id,
        )

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
            setting=SettingFacts(
                name=setting.name,
                version=setting.version,
                hash=setting.hash,
                reason=setting.reason,
                **comparison._asdict(),
            ),
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


def _answer(
    name: SettingName, version: int, comparison: Comparison, imported: int | None = None
) -> ChangedSetting:
    return ChangedSetting(name=name, version=version, imported=imported, **comparison._asdict())


def audit_id(name: str) -> str:
    """The id of the setting's own audit sequence; no run has a colon in its id."""
    return f"setting:{name}"
