"""The requests to let a legal hold cover less, or nothing."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.holds.requests import MOST_IDS, Names, Reason, wrong_organisations
from genesys_purge.model.conversation_id import HeldId
from genesys_purge.model.hold_change import COOL_DOWN_DAYS, CoolDown
from genesys_purge.model.hold_scope import HeldOrganisations, HeldTime, HoldScope
from genesys_purge.model.wire import Wire

Ids = Annotated[frozenset[HeldId], Field(min_length=1, max_length=MOST_IDS)]


class KeepRequest(Wire):
    """Why a hold is kept."""

    reason: Reason


class ReleaseRequest(Wire):
    """Why a hold may be released, and the days that it lasts after the approval."""

    reason: Reason
    cool_down_days: CoolDown = COOL_DOWN_DAYS

    def scope_in(self, scope: HoldScope, names: Names) -> HoldScope:  # noqa: ARG002  a narrowing's
        """The scope of the hold until it is released."""
        return scope


class NarrowRequest(ReleaseRequest):
    """The narrower scope of a hold: `conversationIds` and `dateRange`, or one of them.

    `withoutConversationIds` stands for the ids of the hold without these, and its date range.
    `organisations` are those in which it still counts; alone, they change nothing else.
    """

    conversation_ids: Ids | None = None
    without_conversation_ids: Ids | None = None
    date_range: HeldTime | None = None
    organisations: HeldOrganisations | None = None

    def scope_in(self, scope: HoldScope, names: Names) -> HoldScope:
        """The narrower scope; InvalidRequest unless the hold's scope covers it, and more.

        `names` are those of the additional organisations.
        """
        if wrong := list(wrong_organisations(self.organisations, names, scope.organisations)):
            raise InvalidRequest(wrong)
        found = self._wanted(scope)
        if found.is_everything and not scope.is_everything:
            raise _wrong("conversationIds", "nothing would be held; ask for a release instead")
        if found == scope:
            raise _wrong("conversationIds", "the hold would cover the same as now")
        if not scope.covers(scope._replace(organisations=found.organisations)):
            own = ", ".join(scope.organisations or ())
            raise _wrong("organisations", f"must be among the hold's own, {own}; widen the hold")
        if found.conversation_ids and not scope.covers(found._replace(date_range=None)):
            raise _wrong("conversationIds", "has ids that the hold does not name; widen the hold")
        if not scope.covers(found):
            raise _wrong("dateRange", f"must lie in the hold's own, {scope.date_range}")
        _require_shown(len(scope.ids_beyond(found)))
        return found

    def _wanted(self, scope: HoldScope) -> HoldScope:
        without, given = self.without_conversation_ids, (self.conversation_ids, self.date_range)
        names = self.organisations or scope.organisations
        if without is None:
            is_same = given == (None, None) and self.organisations is not None
            records = (scope.conversation_ids, scope.date_range) if is_same else given
            return HoldScope(*records, names)
        if given != (None, None):
            problem = "must be absent with conversationIds or dateRange"
            raise _wrong("withoutConversationIds", problem)
        ids = (scope.conversation_ids or frozenset()) - without
        return HoldScope(ids or None, scope.date_range, names)


def _require_shown(let_go: int) -> None:
    """InvalidRequest if more is let go than an approval can show; an item has at most 400 KB."""
    if let_go > MOST_IDS:
        raise _wrong(
            "conversationIds",
            f"would let go of {let_go:,} conversations, and an approval shows at most "
            f"{MOST_IDS:,}; let go of fewer, or place a hold on what stays and release this one",
        )


def _wrong(path: str, message: str) -> InvalidRequest:
    return InvalidRequest([FieldError(path, message)])
