"""The parameters of a query: numbers, choices, times, and the tokens of pages."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple, TypeVar

import orjson
from pydantic import TypeAdapter

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire

W = TypeVar("W", bound=Wire)

MAX_PAGE_SIZE = 200
LONGEST_NAME = 100
WHOLE_NUMBER = re.compile("[1-9][0-9]{0,11}")
NOT_A_COUNT = "must be a whole number, 1 or more"
NOT_A_BOUND = "must be a time in RFC 3339, such as 2026-01-31T00:00:00Z; write %2B for a +"
NOT_A_TOKEN = "must be the next of an earlier answer to the same query"  # noqa: S105  not a password


def number_in(query: Mapping[str, str], name: str, default: int) -> int:
    """A whole number in the query, or `default`; raises InvalidRequest if it is not 1 or more."""
    if name not in query:
        return default
    if not WHOLE_NUMBER.fullmatch(query[name]):
        raise InvalidRequest([FieldError(name, NOT_A_COUNT)])
    return int(query[name])


def limit_in(query: Mapping[str, str]) -> int:
    """The page size: the query's `limit`, at most 200."""
    return min(number_in(query, "limit", MAX_PAGE_SIZE), MAX_PAGE_SIZE)


class Period(NamedTuple):
    """The times from `start` to `end`, without `end`; None is unbounded."""

    start: datetime | None = None
    end: datetime | None = None

    def contains(self, at: datetime) -> bool:
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


class Query:
    """Reads the parameters of one query; `check` reports all wrong ones at once."""

    def __init__(self, given: Mapping[str, str], *known: str) -> None:
        self._given = given
        words = f"is unknown; the parameters are {', '.join(known)}"
        self._errors = [
            FieldError(name[:LONGEST_NAME], words) for name in given if name not in known
        ]

    def check(self) -> None:
        """Raises InvalidRequest if a parameter that was read is wrong, or one is unknown."""
        if self._errors:
            raise InvalidRequest(self._errors)

    @property
    def scope(self) -> Mapping[str, str]:
        """The parameters that a token is valid for: all but `limit` and `next`."""
        return {name: self._given[name] for name in self._given if name not in ("limit", "next")}

    @property
    def limit(self) -> int:
        """The page size, at most 200."""
        try:
            return limit_in(self._given)
        except InvalidRequest as error:
            self._errors += error.fields
            return MAX_PAGE_SIZE

    def one_of(self, name: str, allowed: Collection[str]) -> str | None:
        """One of the allowed values, if given."""
        return self.matching(
            name, "|".join(map(re.escape, allowed)), f"must be one of {', '.join(allowed)}"
        )

    def matching(self, name: str, pattern: str, message: str) -> str | None:
        """A value that matches the pattern, if given."""
        value = self._given.get(name)
        if value is not None and not re.fullmatch(pattern, value):
            self._errors.append(FieldError(name, message))
            return None
        return value

    def period(self) -> Period:
        """The times from `from` to `to`."""
        period = Period(self._time("from"), self._time("to"))
        if period.start and period.end and period.start >= period.end:
            self._errors.append(FieldError("from", "must be before to"))
        return period

    def _time(self, name: str) -> datetime | None:
        if name not in self._given:
            return None
        try:
            return TypeAdapter(Instant).validate_python(self._given[name])
        except ValueError:
            self._errors.append(FieldError(name, NOT_A_BOUND))
            return None

    def position(self, model: type[W], *scope: str) -> W | None:
        """The position in `next`, if given; a token of another scope or query is an error."""
        if "next" not in self._given:
            return None
        try:
            return position_in(self._given["next"], model, (*scope, self.scope))
        except InvalidRequest as error:
            self._errors += error.fields
            return None

    def token(self, position: Wire, *scope: str) -> str:
        """The position as the `next` of an answer to this query."""
        return token_of(position, (*scope, self.scope))


def token_of(position: Wire, scope: object) -> str:
    """The position as opaque text that is safe in a URL and valid for the same scope only."""
    text = orjson.dumps([_digest(scope), position.to_json()])
    return urlsafe_b64encode(text).decode().rstrip("=")


def position_in(token: str, model: type[W], scope: object) -> W:
    """The position in a token of `token_of`; raises InvalidRequest for any other text.

    A caller can forge a token, so check a position before it becomes a key of a table.
    """
    try:
        digest, position = orjson.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if digest == _digest(scope):
            return model.parse(position)
    except (ValueError, TypeError):
        pass
    raise InvalidRequest([FieldError("next", NOT_A_TOKEN)])


def _digest(scope: object) -> str:
    content = orjson.dumps(scope, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()[:16]
