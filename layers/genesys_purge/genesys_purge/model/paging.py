"""The parameters of a list: filters, times, the size of a page, and its token."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.dates import FineInstant
from genesys_purge.model.listing import (
    DEFAULT_ORGANISATION,
    MAX_PAGE_SIZE,
    Listing,
    Period,
    Position,
)
from genesys_purge.model.page_tokens import position_in, token_of
from genesys_purge.model.request import MAX_PATH_LENGTH, require_none
from genesys_purge.model.wire import Wire
from genesys_purge.model.wording import message_for

W = TypeVar("W", bound=Wire)

# The parameters of every page, and of every list of records by time.
PAGE = ("limit", "next")
PERIOD = ("from", "to")
WHOLE_NUMBER = re.compile("[1-9][0-9]{0,11}")


class Allowed(NamedTuple):
    """The values that a parameter accepts, and the error for all others."""

    pattern: str
    message: str


def one_of(words: Collection[str]) -> Allowed:
    """A parameter that accepts these words only."""
    return Allowed("|".join(map(re.escape, words)), f"must be one of {', '.join(words)}")


ORGANISATION = Allowed(
    "[a-z0-9][a-z0-9-]{0,39}",
    f"must be the name of an organisation, or {DEFAULT_ORGANISATION} for the default organisation",
)


CONVERSATION_ID = Allowed("[A-Za-z0-9][A-Za-z0-9_-]{0,63}", "is not a conversation id")


class Query:
    """Reads the parameters of one list; `check` reports all wrong ones at once.

    `scope` and the parameters, except `limit`, are what a token is valid for.
    """

    def __init__(self, given: Mapping[str, str], known: Sequence[str], *scope: str) -> None:
        self._given = given
        self._scope = (*scope, {name: given[name] for name in given if name not in PAGE})
        words = f"is not a parameter of this list; use {', '.join(known)}"
        self._errors = [
            FieldError(name[:MAX_PATH_LENGTH], words) for name in given if name not in known
        ]

    def check(self) -> None:
        """Raises InvalidRequest if a parameter that was read is wrong, or one is unknown."""
        require_none(self._errors)

    def value(self, name: str, allowed: Allowed) -> str | None:
        """The parameter, if given and correct."""
        value = self._given.get(name)
        if value is None or re.fullmatch(allowed.pattern, value):
            return value
        self._errors.append(FieldError(name, allowed.message))
        return None

    def number(self, name: str, default: int) -> int:
        """The parameter as a whole number of 1 or more, or `default`."""
        value = self._given.get(name)
        if value is not None and WHOLE_NUMBER.fullmatch(value):
            return int(value)
        if value is not None:
            self._errors.append(FieldError(name, "must be a whole number, 1 or more"))
        return default

    @property
    def limit(self) -> int:
        """The page size, at most 200."""
        return min(self.number("limit", MAX_PAGE_SIZE), MAX_PAGE_SIZE)

    def period(self) -> Period:
        """The times from `from` to `to`."""
        period = Period(self._time("from"), self._time("to"))
        if period.start and period.end and period.start >= period.end:
            self._errors.append(FieldError("from", "must be before to"))
        return period

    def _time(self, name: str) -> datetime | None:
        if name not in self._given:
            return None
        value = self._given[name]
        try:
            return _instant().validate_python(value)
        except ValidationError as wrong:
            # A plus in a URL arrives as a blank.
            hint = "; write + as %2B" if " " in value else ""
            self._errors.append(FieldError(name, message_for(wrong.errors()[0]) + hint))
        return None

    def position(self, model: type[W]) -> W | None:
        """The position in `next`, if given and correct."""
        if "next" not in self._given:
            return None
        try:
            return position_in(self._given["next"], model, self._scope)
        except InvalidRequest as error:
            self._errors += error.fields
        return None

    def listing(self, filters: Mapping[str, Allowed], after: Position | None) -> Listing:
        """The page of a list by time; raises InvalidRequest if any parameter is wrong."""
        found = {name: self.value(name, allowed) for name, allowed in filters.items()}
        values = {name: value for name, value in found.items() if value is not None}
        listing = Listing(self.period(), values, after, self.limit)
        self.check()
        return listing

    def page(self, name: str, rows: Iterable[Any], following: Wire | None) -> dict[str, Any]:
        """The answer: the rows under this name, and the token of the position that follows."""
        answer: dict[str, Any] = {name: list(rows)}
        return answer | ({"next": token_of(following, self._scope)} if following else {})


def page_in(given: Mapping[str, str], first: int) -> tuple[int, int]:
    """The number at which a page begins, by default the first one, and the size of the page.

    For pages of numbered things, whose `next` is a number. Raises InvalidRequest if any parameter
    is wrong.
    """
    query = Query(given, PAGE)
    page = query.number("next", first), query.limit
    query.check()
    return page


@cache
def _instant() -> TypeAdapter[datetime]:
    # Built on first use, because most functions list nothing.
    return TypeAdapter(FineInstant)
