"""ReadHolds: legal holds with their matter and state, what they cover, and their audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from genesys_purge.errors import FieldError, InvalidRequest, Misconfigured, NotFound
from genesys_purge.holds.place_hold import audit_id
from genesys_purge.holds.ports import HoldStore, UnreadableHold
from genesys_purge.model.holds import Hold, HoldDocument
from genesys_purge.model.paging import CONVERSATION_ID, PAGE, Allowed, Query, one_of, page_in
from genesys_purge.model.wire import Wire
from genesys_purge.ports import AuditLog, Clock

LIST, COVERAGE = "GET /holds", "GET /holds/coverage"
ACTIVE, RELEASED, UNREADABLE = STATES = ("active", "released", "unreadable")
MATTER = Allowed(".{1,80}", "must be the id of a matter")
ORIGIN = ("holdId", "matter", "owner", "reason", "reviewBy")
UNKNOWN = "no hold has such an id"


class HoldPosition(Wire):
    """Where a page ends: after the hold with this id."""

    hold_id: str


class ReadHolds:
    """Answers questions about holds; changes nothing."""

    def __init__(self, holds: HoldStore, audit: AuditLog, now: Clock) -> None:
        self._holds = holds
        self._audit = audit
        self._now = now

    def __call__(
        self, route: str, path: Mapping[str, str], query: Mapping[str, str]
    ) -> dict[str, Any]:
        """The answer to `GET /holds`, `/holds/coverage`, `/holds/{holdId}` or its `/audit`."""
        if route == LIST:
            return self._list(query)
        if route == COVERAGE:
            return self._coverage(query)
        found = self._holds.get(path["holdId"])
        if found is None:
            raise NotFound(UNKNOWN)
        if route.endswith("/audit"):
            return self._records(path["holdId"], query)
        return _shown(found, self._now())

    def _list(self, given: Mapping[str, str]) -> dict[str, Any]:
        """A page of the holds, by their ids; a hold that cannot be read matches every matter."""
        query = Query(given, ("state", "matterId", *PAGE), LIST)
        state, matter = query.value("state", one_of(STATES)), query.value("matterId", MATTER)
        after, limit, now = query.position(HoldPosition), query.limit, self._now()
        query.check()
        rows = [
            _listed(shown)
            for shown in (_shown(each, now) for each in self._holds.all())
            if state in (None, shown["state"])
            and (matter in (None, shown.get("matter", {}).get("id")) or "wrong" in shown)
            and (after is None or shown["holdId"] > after.hold_id)
        ]
        rows.sort(key=lambda each: str(each["holdId"]))
        page = rows[:limit]
        following = HoldPosition(hold_id=page[-1]["holdId"]) if len(rows) > limit else None
        return query.page("holds", page, following)

    def _coverage(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Which active holds cover a conversation, and which may cover it."""
        query = Query(given, ("conversationId",), COVERAGE)
        conversation_id = query.value("conversationId", CONVERSATION_ID)
        query.check()
        if conversation_id is None:
            raise InvalidRequest([FieldError("conversationId", "is missing")])
        found = list(_covering(self._holds.readings(), conversation_id.casefold()))
        return {
            "conversationId": conversation_id,
            "held": any(each["certain"] for each in found),
            "mayBeHeld": bool(found),
            "holds": found,
        }

    def _records(self, hold_id: str, given: Mapping[str, str]) -> dict[str, Any]:
        start, limit = page_in(given, 1)
        page = self._audit.page(audit_id(hold_id), start, limit)
        answer: dict[str, Any] = {"records": [each.to_json() for each in page.records]}
        return answer | ({} if page.following is None else {"next": str(page.following)})


def _shown(hold: HoldDocument | UnreadableHold, now: datetime) -> dict[str, Any]:
    """A hold with its state; of one that cannot be read, what is wrong."""
    if isinstance(hold, UnreadableHold):
        return {"holdId": hold.hold_id, "state": UNREADABLE, "wrong": hold.problem}
    is_active = hold.is_active(now)
    is_due = is_active and hold.review_by is not None and hold.review_by <= now
    everything = hold.conversation_ids is None and hold.date_range is None
    return {
        **hold.to_json(),
        "state": ACTIVE if is_active else RELEASED,
        **({"isReviewDue": True} if is_due else {}),
        **({"everything": True} if everything else {}),
    }


def _listed(shown: Mapping[str, Any]) -> dict[str, Any]:
    """A hold in a list, with the number of its ids."""
    own = {name: value for name, value in shown.items() if name != "conversationIds"}
    ids = shown.get("conversationIds")
    return own | ({} if ids is None else {"conversations": len(ids)})


def _covering(
    holds: Sequence[Hold | Misconfigured], conversation_id: str
) -> Iterator[dict[str, Any]]:
    """The holds that cover the conversation, or may cover it, with the reason."""
    for hold in holds:
        if isinstance(hold, Misconfigured):
            yield {"certain": False, "why": str(hold)}
            continue
        facts = hold.to_json()
        known = {name: facts[name] for name in ORIGIN if name in facts}
        if conversation_id in (hold.conversation_ids or ()):
            yield {**known, "certain": True, "why": "it names the conversation"}
        elif hold.covers_everything:
            yield {**known, "certain": True, "why": "it covers everything"}
        elif hold.date_range is not None:
            why = "it covers conversations that ended in its dateRange"
            yield {**known, "certain": False, "why": why, "dateRange": facts["dateRange"]}
