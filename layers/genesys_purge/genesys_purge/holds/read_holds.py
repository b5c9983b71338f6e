"""ReadHolds: legal holds with their matter and state, what they cover, and their audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from genesys_purge.approvals.ports import ApprovalStore
from genesys_purge.errors import FieldError, InvalidRequest, Misconfigured, NotFound
from genesys_purge.holds.editing import UNKNOWN, has_request
from genesys_purge.holds.matched import looked_up
from genesys_purge.holds.ports import HoldStore, UnreadableHold
from genesys_purge.holds.requests import MOST_IDS
from genesys_purge.model.hold_change import ChangeFacts
from genesys_purge.model.hold_facts import audit_id
from genesys_purge.model.holds import Hold, HoldDocument, HoldState
from genesys_purge.model.paging import (
    CONVERSATION_ID,
    ORGANISATION,
    PAGE,
    Allowed,
    Query,
    one_of,
    page_in,
)
from genesys_purge.model.wire import Wire
from genesys_purge.ports import AuditLog, Clock

LIST, COVERAGE = "GET /holds", "GET /holds/coverage"
UNREADABLE = "unreadable"
STATES = (*HoldState, UNREADABLE)
REQUESTED = (HoldState.RELEASE_REQUESTED, HoldState.NARROWING_REQUESTED)
MATTER = Allowed(".{1,80}", "must be the id of a matter")
ORIGIN = ("holdId", "matter", "owner", "reason", "reviewBy")


class HoldPosition(Wire):
    """Where a page ends: after the hold with this id."""

    hold_id: str


class ReadHolds:
    """Answers questions about holds; changes nothing."""

    def __init__(
        self, holds: HoldStore, approvals: ApprovalStore, audit: AuditLog, now: Clock
    ) -> None:
        self._holds = holds
        self._approvals = approvals
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
        now = self._now()
        hold = found if isinstance(found, UnreadableHold) else found.at(now)
        return self._shown(hold, now) | _with_ids(hold) | self._matched(hold)

    def _matched(self, hold: HoldDocument | UnreadableHold) -> dict[str, Any]:
        """How many conversations the look-up of times found."""
        if isinstance(hold, UnreadableHold):
            return {}
        found = looked_up(hold, self._holds.times(hold.hold_id))
        return {"matched": found.to_json()} if found else {}

    def _list(self, given: Mapping[str, str]) -> dict[str, Any]:
        """A page of the holds, by their ids; a hold that cannot be read matches every matter."""
        query = Query(given, ("state", "matterId", *PAGE), LIST)
        state, matter = query.value("state", one_of(STATES)), query.value("matterId", MATTER)
        after, limit, now = query.position(HoldPosition), query.limit, self._now()
        query.check()
        rows = [
            shown
            for shown in (self._shown(each, now) for each in self._holds.all())
            if state in (None, shown["state"])
            and (matter in (None, shown.get("matter", {}).get("id")) or "wrong" in shown)
            and (after is None or shown["holdId"] > after.hold_id)
        ]
        rows.sort(key=lambda each: str(each["holdId"]))
        page = rows[:limit]
        following = HoldPosition(hold_id=page[-1]["holdId"]) if len(rows) > limit else None
        return query.page("holds", page, following)

    def _shown(self, found: HoldDocument | UnreadableHold, now: datetime) -> dict[str, Any]:
        """A hold with its state; of one that cannot be read, what is wrong."""
        if isinstance(found, UnreadableHold):
            return {"holdId": found.hold_id, "state": UNREADABLE, "wrong": found.problem}
        hold = found.at(now)
        state = hold.state(now)
        if state in REQUESTED and not has_request(hold, self._approvals, now):
            hold, state = hold.model_copy(update={"change": None}), HoldState.ACTIVE
        is_due = state is not HoldState.RELEASED and bool(hold.review_by and hold.review_by <= now)
        return {
            **_facts(hold),
            "state": state,
            **({"isReviewDue": True} if is_due else {}),
            **({"everything": True} if hold.scope.is_everything else {}),
        }

    def _coverage(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Which active holds cover a conversation, and which may cover it."""
        query = Query(given, ("conversationId", "organisation"), COVERAGE)
        conversation_id = query.value("conversationId", CONVERSATION_ID)
        organisation = query.value("organisation", ORGANISATION)
        query.check()
        if conversation_id is None:
            raise InvalidRequest([FieldError("conversationId", "is missing")])
        readings = self._holds.readings()
        found = list(_covering(readings, conversation_id.casefold(), organisation))
        return {
            "conversationId": conversation_id,
            **({"organisation": organisation} if organisation else {}),
            "held": any(each["certain"] for each in found),
            "mayBeHeld": bool(found),
            "holds": found,
        }

    def _records(self, hold_id: str, given: Mapping[str, str]) -> dict[str, Any]:
        start, limit = page_in(given, 1)
        page = self._audit.page(audit_id(hold_id), start, limit)
        answer: dict[str, Any] = {"records": [each.to_json() for each in page.records]}
        return answer | ({} if page.following is None else {"next": str(page.following)})


def _facts(hold: HoldDocument) -> dict[str, Any]:
    """The hold with the number of its ids, and without the ids."""
    bare = {"conversation_ids": None, "change": None}
    change = hold.change and ChangeFacts.of(hold.change).to_json()
    return {
        **hold.model_copy(update=bare).to_json(),
        **({"conversations": len(hold.conversation_ids)} if hold.conversation_ids else {}),
        **({"change": change} if change else {}),
    }


def _with_ids(hold: HoldDocument | UnreadableHold) -> dict[str, Any]:
    """The ids of a hold, unless they are too many for an answer."""
    ids = None if isinstance(hold, UnreadableHold) else hold.conversation_ids
    return {} if ids is None or len(ids) > MOST_IDS else {"conversationIds": sorted(ids)}


def _covering(
    holds: Sequence[Hold | Misconfigured], conversation_id: str, organisation: str | None
) -> Iterator[dict[str, Any]]:
    """The holds that cover the conversation, or may cover it, with the reason.

    If its organisation is unknown, a hold on some organisations may cover it.
    """
    for hold in holds:
        if isinstance(hold, Misconfigured):
            yield {"certain": False, "why": str(hold)}
            continue
        is_elsewhere = organisation is not None and not hold.scope.is_in(organisation)
        found = None if is_elsewhere else _reason(hold, conversation_id)
        if found is not None:
            facts, (is_certain, why) = _facts(hold), found
            if organisation is None and hold.organisations:
                is_certain, why = False, f"{why}, if that is of {' or '.join(hold.organisations)}"
            shown = (*ORIGIN, "organisations", *(() if is_certain else ("dateRange",)))
            known = {name: facts[name] for name in shown if name in facts}
            yield {**known, "certain": is_certain, "why": why}


def _reason(hold: Hold, conversation_id: str) -> tuple[bool, str] | None:
    """Why the hold covers the conversation in its organisations, and whether that is certain."""
    if conversation_id in (hold.conversation_ids or ()):
        return True, "it names the conversation"
    if hold.covers_everything:
        return True, "it covers everything"
    if hold.date_range is not None:
        return False, "it covers conversations that ended in its dateRange"
    return None
