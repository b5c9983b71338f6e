"""A new version of a setting, and what the audit keeps of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from genesys_purge.model.setting_facts import Change, SettingFacts
from genesys_purge.model.stored_setting import SettingName, StoredSetting, hash_of, text_of
from genesys_purge.model.submission import Submission
from genesys_purge.stored_settings.differences import changes
from genesys_purge.stored_settings.documents import KINDS

# What an audit record and an answer keep of a large change.
MOST_CHANGES, MOST_WEAKENED = 100, 50


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


def version_of(
    name: SettingName,
    number: int,
    document: Any,
    reason: str,
    by: Submission,
    now: datetime,
    approval_id: str | None = None,
) -> StoredSetting:
    """The version with this number, as the sender of `by` stores it."""
    text = text_of(document)
    return StoredSetting(
        name=name,
        version=number,
        text=text,
        hash=hash_of(text),
        source="api",
        reason=reason,
        changed_at=now,
        changed_by=by.actor,
        person_id=by.person_id,
        approval_id=approval_id,
    )


def facts_of(setting: StoredSetting, comparison: Comparison) -> SettingFacts:
    """What the audit keeps of a version."""
    return SettingFacts(
        name=setting.name,
        version=setting.version,
        hash=setting.hash,
        reason=setting.reason,
        **comparison._asdict(),
    )


def audit_id(name: str) -> str:
    """The id of the setting's own audit sequence; no run has a colon in its id."""
    return f"setting:{name}"
