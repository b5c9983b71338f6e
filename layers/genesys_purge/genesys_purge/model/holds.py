"""Legal holds of this application, which Genesys does not know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError

from genesys_purge.errors import Misconfigured
from genesys_purge.model.conversation_id import HeldId
from genesys_purge.model.dates import Instant, Window
from genesys_purge.model.days import days_of, joined
from genesys_purge.model.held_times import HeldTimes
from genesys_purge.model.hold_change import ChangeKind, HoldChange
from genesys_purge.model.hold_review import ReviewNotice
from genesys_purge.model.hold_scope import HeldOrganisations, HeldTime, HoldScope
from genesys_purge.model.matter import Matter, Text
from genesys_purge.model.wire import Wire, read_document

# The fields that do not say what a hold covers, with a value for one that is malformed.
BESIDES_SCOPE: Mapping[str, Any] = {
    "holdId": "",
    "reason": "unreadable",
    "placedBy": "unreadable",
    "placedAt": "0001-01-01T00:00:00Z",
    "releasedAt": None,
    "placedByPerson": None,
    "matter": None,
    "owner": None,
    "reviewBy": None,
    "noticed": None,
    "change": None,
}
LONGEST_ID, LONGEST_PROBLEM = 80, 500


class HoldState(StrEnum):
    """The state of a hold. In every state but the last it is in force."""

    ACTIVE = "active"
    RELEASE_REQUESTED = "release_requested"
    RELEASING = "releasing"
    NARROWING_REQUESTED = "narrowing_requested"
    NARROWING = "narrowing"
    RELEASED = "released"


class HoldDocument(Wire):
    """A hold as an operator places it: on `conversationIds`, and on all that ended in `dateRange`.

    Without both fields, it holds everything. It covers this in its `organisations`, without them in
    all. It is active until `releasedAt`. Passing `reviewBy` releases nothing. A hold that was not
    placed through the API may lack its matter, its owner, its review and the person that placed it.
    `noticed` is the last notice about its review, and `change` a release or a narrowing that was
    asked for.
    """

    hold_id: Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    placed_by: str
    placed_at: Instant
    released_at: Instant | None = None
    conversation_ids: Annotated[frozenset[HeldId], Field(min_length=1)] | None = None
    date_range: HeldTime | None = None
    organisations: HeldOrganisations | None = None
    placed_by_person: str | None = None
    matter: Matter | None = None
    owner: Text | None = None
    review_by: Instant | None = None
    noticed: ReviewNotice | None = None
    change: HoldChange | None = None

    def is_active(self, now: datetime) -> bool:
        return self.released_at is None or self.released_at > now

    def at(self, now: datetime) -> Self:
        """The hold with the scope in force: the narrower one, once its cool-down is over."""
        if self.change is None or not self.change.narrows(self.scope, now):
            return self
        return self.scoped(self.change.scope).model_copy(update={"change": None})

    def state(self, now: datetime) -> HoldState:
        """The state; a request may have been rejected or withdrawn since."""
        change = self.at(now).change
        if not self.is_active(now):
            return HoldState.RELEASED
        if self.released_at is not None:
            return HoldState.RELEASING
        if change is None:
            return HoldState.ACTIVE
        is_release = change.kind is ChangeKind.RELEASE
        if not change.is_approved:
            return HoldState.RELEASE_REQUESTED if is_release else HoldState.NARROWING_REQUESTED
        is_narrowing = not is_release and change.is_cooling_down(now)
        return HoldState.NARROWING if is_narrowing else HoldState.ACTIVE

    @property
    def scope(self) -> HoldScope:
        return HoldScope(self.conversation_ids, self.date_range, self.organisations)

    def scoped(self, scope: HoldScope) -> Self:
        """The hold with another scope."""
        return self.model_copy(update=scope._asdict())


class Hold(HoldDocument):
    """A hold with the times of its conversations, as far as Genesys reported them.

    `wrong` are malformed fields that do not say what the hold covers, with the reason.
    """

    times: HeldTimes | None = None
    wrong: str | None = None

    @classmethod
    def of(cls, document: HoldDocument, wrong: str | None = None) -> Self:
        """The hold of a checked document, whose times are not looked up."""
        return cls.model_construct(**dict(document), wrong=wrong)

    def timed(self, times: HeldTimes | None) -> Self:
        """The hold with these times, unless they are those of other ids or organisations."""
        if times is None or self.conversation_ids is None:
            return self
        if times.fingerprint != self.scope.fingerprint:
            return self
        return self.model_copy(update={"times": times})

    @property
    def label(self) -> str:
        """The hold in a message, with its malformed fields."""
        name = f"legal hold {self.hold_id}{self._origin}"
        return f"{name}, which is malformed ({self.wrong})," if self.wrong else name

    @property
    def _origin(self) -> str:
        """The matter and the owner, as far as they are known."""
        known = [f"matter {self.matter.id}"] if self.matter else []
        known += [f"owner {self.owner}"] if self.owner else []
        return f" ({', '.join(known)})" if known else ""

    @property
    def gap(self) -> str | None:
        """Why the time of a held conversation is unknown; None if every time is known."""
        if self.conversation_ids is None:
            return None
        return self.times.gap if self.times else "they are not looked up yet; try again in minutes"

    @property
    def covers_everything(self) -> bool:
        return self.scope.is_everything

    @property
    def days(self) -> tuple[Window, ...]:
        """The UTC days of the held conversations, as far as they are known."""
        return self.times.days if self.times else ()

    @property
    def closed_days(self) -> tuple[Window, ...]:
        """The UTC days in which something is held, as far as they are known."""
        ranges = [days_of(self.date_range)] if self.date_range else []
        return joined([*self.days, *ranges])

    def obstacle(self) -> str | None:
        """Why the hold may cover a record of any time; None if it covers known times only."""
        if self.covers_everything:
            return f"{self.label} covers everything"
        if self.gap:
            return f"{self.label} names conversations whose time is unknown: {self.gap}"
        return None

    def covering(self, window: Window) -> str | None:
        """Why a record in `window` may be held, as one of unknown time may be; None if none can."""
        if reason := self.obstacle():
            return reason
        held = self.ids_in(window) or self.holds_time(window)
        return f"{self.label} covers records of this window" if held else None

    def holds_time(self, window: Window) -> bool:
        """Whether the hold has a date range that overlaps `window`."""
        return self.date_range is not None and self.date_range.overlaps(window)

    def ids_in(self, window: Window) -> frozenset[str]:
        """The held ids, unless no held conversation was active on a day of `window`."""
        if self.gap is None and not any(each.overlaps(window) for each in self.days):
            return frozenset()
        return self.conversation_ids or frozenset()

    def holds_record(self, conversation_id: str, end: datetime) -> bool:
        """Whether the conversation that ended at `end` is held."""
        if conversation_id.casefold() in (self.conversation_ids or ()):
            return True
        if self.date_range is None:
            return self.conversation_ids is None
        return self.date_range.contains(end)


def read_hold(fields: Mapping[str, Any], now: datetime) -> Hold | None:
    """The hold that an operator placed; None if it is released.

    Nothing else matters to a released hold. An active hold with a malformed field covers what it
    says; raises Misconfigured if it does not say that readably.
    """
    if is_released(fields, now):
        return None
    found = read_document(HoldDocument, fields)
    if isinstance(found, HoldDocument):
        return Hold.of(found)
    problem = "; ".join(f"{each.path or 'the document'}: {each.message}" for each in found)
    problem = problem[:LONGEST_PROBLEM]
    wrong = {each.path.partition(".")[0] for each in found}
    if not wrong <= BESIDES_SCOPE.keys():
        raise Misconfigured(
            f"legal hold {fields.get('holdId')} is not valid, so it may cover anything: {problem}; "
            "correct it or release it"
        )
    readable = {name: value for name, value in fields.items() if name not in wrong}
    readable.setdefault("holdId", str(fields.get("holdId") or "without holdId")[:LONGEST_ID])
    return Hold.of(HoldDocument.parse({**BESIDES_SCOPE, **readable}), problem)


def is_released(fields: Mapping[str, Any], now: datetime) -> bool:
    """Whether the hold is released; a malformed `releasedAt` releases nothing."""
    given = {**BESIDES_SCOPE, "holdId": "any", "releasedAt": fields.get("releasedAt")}
    try:
        return not HoldDocument.parse(given).is_active(now)
    except (ValidationError, TypeError):
        return False
