"""A purge rule written down as a media retention policy, and what of it none can say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from genesys_purge.errors import FieldError
from genesys_purge.model.media import MESSAGE, VOICE, of_media
from genesys_purge.model.retention import Kind
from genesys_purge.model.wording import UUID
from genesys_purge.purge_rules.rule import Filter, Operator, Recurrence, RuleRequest, Scope

# The policy of each medium; the platform's own list of media knows only calls and chats.
MEDIA = {
    VOICE: "callPolicy",
    "chat": "chatPolicy",
    "email": "emailPolicy",
    MESSAGE: "messagePolicy",
}
TYPE, DIRECTION, STATUS = "type", "direction", "status"
# Genesys says of wrap-up codes that they have ids, not that those are UUIDs.
WRAP_UP_CODE = "wrapUpCode"
REFERENCES = {"queueId": "forQueues", "userId": "forUsers", WRAP_UP_CODE: "wrapupCodes"}
# What each field may be compared with, where that is a list of words.
WORDS = {TYPE: tuple(MEDIA), DIRECTION: ("inbound", "outbound"), STATUS: ("completed",)}
IS_UUID = re.compile(UUID).fullmatch
IS_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}").fullmatch
SCHEDULE = "a schedule of ours (PurgeScheduleRequest) that submits method recording_job"


class PolicyForm:
    """Implements `Form`: conditions and actions for each medium that the rule is about."""

    def unmet(self, request: RuleRequest) -> Iterator[FieldError]:
        if request.schedule and request.schedule.recurrence is not Recurrence.DAILY:
            yield FieldError(
                "schedule.recurrence",
                "must be daily: a retention policy deletes each recording on the day that it is "
                f"due; for anything else use {SCHEDULE}",
            )
        if request.snapshot_before_delete:
            yield FieldError(
                "snapshotBeforeDelete",
                "must be false: a retention policy takes no snapshot; to export before deleting "
                "use method recording_job with exportIntegrationId",
            )
        if request.scope:
            yield from _unmet(request.scope.filters)

    def kind(self, scope: Scope) -> Kind:
        """A medium's policy is about all that the medium carries, so that those rules match too."""
        return of_media(scope.kind)

    def definition(self, request: RuleRequest) -> Mapping[str, Any]:
        given = {each.field: str(each.value) for each in request.scope.filters}
        media = [MEDIA[given[TYPE]]] if TYPE in given else list(MEDIA.values())
        policy = {"actions": _actions(request.retention_period.days)}
        if conditions := _conditions(given):
            policy = {"conditions": conditions, **policy}
        described = {"description": request.description} if request.description else {}
        return {
            "name": request.name,
            **described,
            "enabled": request.enabled,
            "mediaPolicies": dict.fromkeys(media, policy),
        }


def _actions(days: int) -> dict[str, Any]:
    """To delete is to retain for so long: either of the other two deletes at once."""
    return {
        "retainRecording": True,
        "deleteRecording": False,
        "alwaysDelete": False,
        "retentionDuration": {"deleteRetention": {"days": days}},
    }


def _conditions(given: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        theirs: [{"id": given[ours]}] for ours, theirs in REFERENCES.items() if ours in given
    }
    if DIRECTION in given:
        found["directions"] = [given[DIRECTION].upper()]
    return found


def _unmet(filters: Sequence[Filter]) -> Iterator[FieldError]:
    """At most one error for each filter, and one for a scope that its filters do not narrow."""
    fields = [each.field for each in filters]
    is_of_calls = any(each.field == TYPE and each.value == VOICE for each in filters)
    for number, each in enumerate(filters):
        path = f"scope.filters.{number}"
        if each.field in fields[:number]:
            yield FieldError(
                f"{path}.field",
                f"{each.field} is named before: of several a retention policy takes any, "
                "where a rule means all; create a rule for each",
            )
        elif each.field == DIRECTION and not is_of_calls:
            yield FieldError(
                f"{path}.field",
                "a retention policy tells the direction of calls alone: add the filter type eq "
                f"{VOICE}, or use {SCHEDULE} with directions",
            )
        else:
            yield from _unmet_by_itself(each, path)
    if set(fields) == {STATUS}:
        yield FieldError(
            "scope.filters",
            "must name type, queueId, userId or wrapUpCode as well: every recording belongs to a "
            "conversation that is completed, so the policy would delete them all",
        )


def _unmet_by_itself(given: Filter, path: str) -> Iterator[FieldError]:
    words = WORDS.get(given.field)
    if words is None and given.field not in REFERENCES:
        known = ", ".join([*WORDS, *REFERENCES])
        yield FieldError(
            f"{path}.field",
            f"is nothing that a retention policy tells recordings by: it knows {known}; for what "
            f"recordings are chosen by else use {SCHEDULE}",
        )
    elif given.operator is not Operator.EQ:
        yield FieldError(
            f"{path}.operator",
            "must be eq: a retention policy knows nothing else; name what is to be deleted, "
            f"or use {SCHEDULE}",
        )
    elif words and given.value not in words:
        yield FieldError(
            f"{path}.value", f"must be {' or '.join(words)}: a retention policy has no other"
        )
    elif not words and not _is_reference(given):
        form = "an id of Genesys's, as text" if given.field == WRAP_UP_CODE else "a UUID"
        yield FieldError(f"{path}.value", f"must be {form}")


def _is_reference(given: Filter) -> bool:
    is_id = IS_ID if given.field == WRAP_UP_CODE else IS_UUID
    return isinstance(given.value, str) and is_id(given.value) is not None
