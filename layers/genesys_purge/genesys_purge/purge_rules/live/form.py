"""A purge rule as a media retention policy, and the errors for what a policy cannot express."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from genesys_purge.errors import FieldError
from genesys_purge.model.media import MESSAGE, VOICE, with_media
from genesys_purge.model.retention import Kind
from genesys_purge.model.wording import UUID
from genesys_purge.purge_rules.request import Filter, Operator, Recurrence, RuleRequest, Scope

# The policy of each medium. `conditions.mediaTypes` is not used: it knows only calls and chats.
MEDIA = {
    VOICE: "callPolicy",
    "chat": "chatPolicy",
    "email": "emailPolicy",
    MESSAGE: "messagePolicy",
}
TYPE, DIRECTION, STATUS = "type", "direction", "status"
# Genesys documents that wrap-up codes have ids, but not that the ids are UUIDs.
WRAP_UP_CODE = "wrapUpCode"
REFERENCES = {"queueId": "forQueues", "userId": "forUsers", WRAP_UP_CODE: "wrapupCodes"}
# The values of the fields that have a fixed list of them.
WORDS = {TYPE: tuple(MEDIA), DIRECTION: ("inbound", "outbound"), STATUS: ("completed",)}
IS_UUID = re.compile(UUID).fullmatch
IS_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}").fullmatch
SCHEDULE = "a purge policy (PUT /policies/{name}) with method recording_job"


class LiveForm:
    """Implements `RuleForm`: conditions and actions for each medium of the rule."""

    def errors(self, request: RuleRequest) -> Iterator[FieldError]:
        if request.schedule and request.schedule.recurrence is not Recurrence.DAILY:
            yield FieldError(
                "schedule.recurrence",
                "must be daily: a retention policy deletes each recording on the day it is due; "
                f"for another recurrence use {SCHEDULE}",
            )
        if request.snapshot_before_delete:
            yield FieldError(
                "snapshotBeforeDelete",
                "must be false: a retention policy takes no snapshot; to export first, use method "
                "recording_job with exportIntegrationId",
            )
        if request.scope:
            yield from _filter_errors(request.scope.filters)

    def kind(self, scope: Scope) -> Kind:
        """A policy covers all that its medium carries, so those retention rules match too."""
        return with_media(scope.kind)

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
    """Retain for so many days, then delete; the other two flags would delete at once."""
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


def _filter_errors(filters: Sequence[Filter]) -> Iterator[FieldError]:
    """At most one error for each filter, and one for a scope that covers every recording."""
    fields = [each.field for each in filters]
    is_of_calls = any(each.field == TYPE and each.value == VOICE for each in filters)
    for number, each in enumerate(filters):
        path = f"scope.filters.{number}"
        if each.field in fields[:number]:
            yield FieldError(
                f"{path}.field",
                f"{each.field} is named twice: a retention policy would match either value, but "
                "a rule means both; create a rule for each value",
            )
        elif each.field == DIRECTION and not is_of_calls:
            yield FieldError(
                f"{path}.field",
                "a retention policy knows the direction of calls only: add the filter type eq "
                f"{VOICE}, or use {SCHEDULE} and directions",
            )
        else:
            yield from _errors_of(each, path)
    if set(fields) == {STATUS}:
        yield FieldError(
            "scope.filters",
            "must also name type, queueId, userId or wrapUpCode: every recording belongs to a "
            "completed conversation, so the policy would delete all recordings",
        )


def _errors_of(given: Filter, path: str) -> Iterator[FieldError]:
    words = WORDS.get(given.field)
    if words is None and given.field not in REFERENCES:
        known = ", ".join([*WORDS, *REFERENCES])
        yield FieldError(
            f"{path}.field",
            f"must be one of {known}: a retention policy has no other condition; "
            f"for other conditions use {SCHEDULE}",
        )
    elif given.operator is not Operator.EQ:
        yield FieldError(
            f"{path}.operator",
            "must be eq: a retention policy has no other comparison; name the values to delete, "
            f"or use {SCHEDULE}",
        )
    elif words and given.value not in words:
        yield FieldError(
            f"{path}.value", f"must be {' or '.join(words)}: a retention policy has no other value"
        )
    elif not words and not _is_reference(given):
        form = "an id at Genesys, as text" if given.field == WRAP_UP_CODE else "a UUID"
        yield FieldError(f"{path}.value", f"must be {form}")


def _is_reference(given: Filter) -> bool:
    is_id = IS_ID if given.field == WRAP_UP_CODE else IS_UUID
    return isinstance(given.value, str) and is_id(given.value) is not None
