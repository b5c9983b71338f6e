"""What changes between two versions of a policy, without personal data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.methods import METHODS
from genesys_purge.model.personal_data import masked
from genesys_purge.model.purge_policy import Difference
from genesys_purge.model.request import PurgeRequest
from genesys_purge.policies.document import PolicyDocument

REQUEST = "request"
MISSING: Mapping[str, Any] = {}


def differences(before: PolicyDocument | None, after: PolicyDocument) -> dict[str, Difference]:
    """The changed fields by path; all fields of the first version.

    A field of the request that the audit does not show has neither value.
    """
    old = _flat(before.to_json()) if before else {}
    new = _flat(after.to_json())
    shown = _shown(after) | (_shown(before) if before else set())
    return {
        path: _difference(path, old.get(path), new.get(path), shown)
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    }


def _flat(document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields by path, one level deep."""
    found: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}": each for inner, each in value.items()}
        else:
            found[name] = value
    return found


def _difference(path: str, before: Any, after: Any, shown: set[str]) -> Difference:
    field, _, inner = path.partition(".")
    if field != REQUEST:
        return Difference(before=before, after=after)
    if inner not in shown:
        return Difference()
    return Difference(before=masked(before), after=masked(after))


def _shown(document: PolicyDocument) -> set[str]:
    """The fields of the request that the audit shows."""
    model = METHODS[document.request["method"]].request_model
    names = {"date_range", *PurgeRequest.model_fields}
    names |= {*model.audited.selection, *model.audited.options}
    return {str(each.alias) for name, each in model.model_fields.items() if name in names}
