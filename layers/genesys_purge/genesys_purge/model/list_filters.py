"""The parameters of a list of records: its filters, times and page."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

import orjson
from pydantic import TypeAdapter, ValidationError

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.dates import LAST_MOMENT, FineInstant, Window
from genesys_purge.model.paging import limit_in
from genesys_purge.model.request import MAX_PATH_LENGTH, require_none
from genesys_purge.model.wording import message_for

FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)
# The parameters of every list, beside its filters.
COMMON = ("from", "to", "limit", "next")
# The name of the default organisation in the filters of lists.
DEFAULT_ORGANISATION = "default"


class Allowed(NamedTuple):
    """The values that a filter accepts, and the error for all others."""

    accepts: Callable[[str], object]
    message: str


class Listing(NamedTuple):
    """A page to list: records of the window that have the value of each filter, newest first."""

    window: Window
    filters: Mapping[str, str]
    token: str | None
    limit: int


def one_of(words: Collection[str]) -> Allowed:
    """A filter that accepts these words only."""
    return Allowed(lambda value: value in words, f"must be one of {', '.join(words)}")


ORGANISATION = Allowed(
    re.compile("[a-z0-9][a-z0-9-]{0,39}").fullmatch,
    f"must be the name of an organisation, or {DEFAULT_ORGANISATION}",
)


def listing_in(query: Mapping[str, str], filters: Mapping[str, Allowed]) -> Listing:
    """The page in the query of a list; InvalidRequest with every wrong parameter."""
    errors = list(_wrong_names(query, filters))
    errors += [
        FieldError(name, allowed.message)
        for name, allowed in filters.items()
        if name in query and not allowed.accepts(query[name])
    ]
    start = _moment_in(query, "from", FIRST_MOMENT, errors)
    end = _moment_in(query, "to", LAST_MOMENT, errors)
    try:
        limit = limit_in(query)
    except InvalidRequest as wrong:
        errors += wrong.fields
    if not errors and start >= end:
        errors.append(FieldError("from", "must be before to"))
    require_none(errors)
    given = {name: query[name] for name in filters if name in query}
    return Listing(Window(start=start, end=end), given, query.get("next"), limit)


def _wrong_names(query: Mapping[str, str], filters: Mapping[str, Allowed]) -> Iterator[FieldError]:
    """An error for each unknown parameter: without it, a misspelt filter would list everything."""
    known = (*filters, *COMMON)
    for name in query:
        if name not in known:
            message = f"is not a parameter of this list; use {', '.join(known)}"
            yield FieldError(name[:MAX_PATH_LENGTH], message)


def _moment_in(
    query: Mapping[str, str], name: str, default: datetime, errors: list[FieldError]
) -> datetime:
    if name not in query:
        return default
    try:
        return _instant().validate_json(orjson.dumps(query[name]))
    except ValidationError as wrong:
        errors.append(FieldError(name, message_for(wrong.errors()[0])))
    return default


@cache
def _instant() -> TypeAdapter[datetime]:
    # Built on first use, because most functions list nothing.
    return TypeAdapter(FineInstant)
