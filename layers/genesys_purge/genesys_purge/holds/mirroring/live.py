"""The deletion protection of an organisation of the live platform."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from genesys_purge.errors import OutcomeUnknown
from genesys_purge.holds.mirroring.ports import Known
from genesys_purge.methods.recording_job.conversations import by_id
from genesys_purge.methods.recording_job.protection import ASK, protection_of
from genesys_purge.model.platform import LIVE
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

PROTECT = Operation(
    "PUT",
    f"{ASK.path}?protect=true",
    permissions=("recording:deletionProtection:apply",),
    dialect=LIVE,
    missing=Missing.REFUSED,
)
LIFT = Operation(
    "PUT",
    f"{ASK.path}?protect=false",
    permissions=("recording:deletionProtection:revoke",),
    dialect=LIVE,
    missing=Missing.REFUSED,
)
# The reason for a conversation that Genesys refuses without a readable one.
REFUSED = "refused"
LONGEST_REASON = 100


class LiveProtector:
    """Implements `Protector`."""

    def __init__(self, genesys: Genesys) -> None:
        self._genesys = genesys

    def known(self, ids: Sequence[str], also: Collection[str]) -> Known:
        # One unknown conversation would make the protection of all ids of a call unknown.
        known = frozenset(each.conversation_id for each in by_id(ids, self._genesys))
        asked = protection_of(sorted(known.union(also)), self._genesys)
        return Known(known - asked.unknown, asked.protected)

    def protect(self, ids: Sequence[str]) -> Mapping[str, str]:
        return self._changed(PROTECT, ids)

    def lift(self, ids: Sequence[str]) -> Mapping[str, str]:
        return self._changed(LIFT, ids)

    def _changed(self, operation: Operation, ids: Sequence[str]) -> Mapping[str, str]:
        """The reason for each conversation that was not changed.

        OutcomeUnknown if the answer does not say which ones were not changed.
        """
        answer = self._genesys.change(operation, {"conversationIds": list(ids)})
        rows = answer.get("failedUpdates") or []
        if not isinstance(rows, list):
            raise OutcomeUnknown("Genesys answered a change of deletion protection unreadably")
        failed = dict(map(_failure, rows))
        if not failed.keys() <= set(ids):
            raise OutcomeUnknown("Genesys answered the protection of a conversation not asked for")
        return failed


def _failure(row: object) -> tuple[str, str]:
    """The id in lower case and the reason of a conversation that was not changed."""
    fields = row if isinstance(row, dict) else {}
    conversation, code = fields.get("conversation"), fields.get("errorCode")
    value = conversation.get("id") if isinstance(conversation, dict) else None
    if not isinstance(value, str):
        raise OutcomeUnknown("Genesys answered a conversation that is not protected without an id")
    is_readable = isinstance(code, str) and code.isprintable()
    return value.casefold(), code[:LONGEST_REASON] if code and is_readable else REFUSED
