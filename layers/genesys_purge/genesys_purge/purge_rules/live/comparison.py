"""Whether a listed retention policy says exactly what we sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Fields that Genesys adds to every policy.
BOOKKEEPING = frozenset({"id", "order", "createdDate", "modifiedDate", "policyErrors", "selfUri"})


def is_as_sent(policy: Mapping[str, Any], definition: Mapping[str, Any]) -> bool:
    """Whether the policy says everything in the definition, and nothing else."""
    return _is_same({k: v for k, v in policy.items() if k not in BOOKKEEPING}, definition)


def _is_same(theirs: Any, ours: Any) -> bool:
    """Equal, but for empty fields and the details of a referenced entity, which Genesys adds."""
    if isinstance(ours, Mapping):
        if not isinstance(theirs, Mapping):
            return False
        if "id" in ours:
            return bool(theirs.get("id") == ours["id"])
        return all(_is_same(theirs.get(name), ours[name]) for name in ours) and not any(
            _has_content(theirs[name]) for name in theirs.keys() - ours.keys()
        )
    if isinstance(ours, list):
        return _is_list_of(theirs, ours)
    return bool(theirs == ours)


def _is_list_of(theirs: Any, ours: Sequence[Any]) -> bool:
    return (
        isinstance(theirs, list)
        and len(theirs) == len(ours)
        and all(_is_same(*each) for each in zip(theirs, ours, strict=True))
    )


def _has_content(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_content(each) for each in value.values())
    return bool(value)
