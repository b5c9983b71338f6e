"""What a folder of policies changes in a stack."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

from genesys_purge.errors import InvalidRequest
from genesys_purge.policies.check_policy import CheckedPolicy
from genesys_purge.policies.differences import differences
from genesys_purge.policies.document import PolicyDocument
from genesys_purge.settings import Settings

from cli.errors import WrongInput
from cli.stack.api import Api
from cli.stack.lists import entries
from cli.validation.in_force import InForce
from cli.validation.purge_policies import checked_policy


class Kind(Enum):
    """What happens to a policy; the value is for people and programs."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DRIFTED = "schedule differs"
    CORRECTED = "schedule corrected"
    MISSING = "not in the folder"
    DISABLED = "disabled"


@dataclass(frozen=True)
class Change:
    """The change of one policy. `document` is what is sent.

    `drift` names the settings in which its schedule differs from the stored version.
    """

    name: str
    kind: Kind
    version: int | None
    document: Mapping[str, Any]
    difference: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The change without the document."""
        shown = {
            "name": self.name,
            "change": self.kind.value,
            "version": self.version,
            "difference": self.difference or None,
            "notes": list(self.notes) or None,
            "drift": list(self.drift) or None,
        }
        return {name: value for name, value in shown.items() if value is not None}


def changes_of(api: Api, documents: Mapping[Path, Any]) -> list[Change]:
    """The changes that the documents of a folder make; WrongInput lists every wrong field."""
    checked = _checked(documents)
    stored = {each["name"]: each for each in entries(api, "/policies", "policies")}
    changes = [_change(api, each, stored.get(each.document.name)) for each in checked]
    missing = sorted(stored.keys() - {each.name for each in changes})
    return [*changes, *_missing(api, missing, stored)]


def apply_change(api: Api, change: Change, *, disable_missing: bool) -> Change:
    """The change as it was made; WrongInput if the API refused it."""
    if change.kind is Kind.MISSING:
        if not (disable_missing and change.document.get("enabled")):
            return change
        answer = api.put(f"/policies/{change.name}", {**change.document, "enabled": False})
        return replace(change, kind=Kind.DISABLED, version=answer["version"])
    answer = api.put(f"/policies/{change.name}", change.document)
    notes = tuple(answer.get("notes", ()))
    drift = tuple(answer.get("drift", ()))
    if answer["changed"]:
        kind = Kind.CREATED if answer["version"] == 1 else Kind.CHANGED
    else:
        kind = Kind.CORRECTED if drift else Kind.UNCHANGED
    return replace(change, kind=kind, version=answer["version"], notes=notes, drift=drift)


def _checked(documents: Mapping[Path, Any]) -> list[CheckedPolicy]:
    in_force, found, wrong = InForce(Settings.from_environment()), [], []
    for file, document in documents.items():
        try:
            found.append(checked_policy(document, in_force))
        except InvalidRequest as refused:
            wrong += [f"{file}: {error}" for error in refused.errors()]
    if wrong:
        raise WrongInput(*wrong)
    return found


def _change(api: Api, checked: CheckedPolicy, stored: Mapping[str, Any] | None) -> Change:
    document = checked.document
    sent, name = document.to_json(), document.name
    if stored is None:
        return Change(name, Kind.CREATED, None, sent, notes=checked.notes)
    if "wrong" in stored:
        wrong = f"the stored version cannot be read: {stored['wrong']}"
        return Change(name, Kind.CHANGED, stored["version"], sent, notes=(wrong, *checked.notes))
    before = PolicyDocument.parse(api.get(f"/policies/{name}")["document"])
    found = {path: each.to_json() for path, each in differences(before, document).items()}
    drift = tuple(stored.get("drift", ()))
    kind = Kind.CHANGED if found else Kind.DRIFTED if drift else Kind.UNCHANGED
    return Change(name, kind, stored["version"], sent, found, checked.notes, drift)


def _missing(api: Api, names: list[str], stored: Mapping[str, Any]) -> Iterator[Change]:
    for name in names:
        found = stored[name]
        # An unreadable policy has no document, and runs no more.
        document = {} if "wrong" in found else api.get(f"/policies/{name}")["document"]
        drift = tuple(found.get("drift", ()))
        yield Change(name, Kind.MISSING, found["version"], document, drift=drift)
