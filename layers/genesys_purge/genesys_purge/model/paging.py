"""The query parameters of pages and lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Field

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.dates import FineInstant
from genesys_purge.model.request import read_fields, require_none
from genesys_purge.model.wire import Wire

MAX_PAGE_SIZE = 200
WHOLE_NUMBER = re.compile("[1-9][0-9]{0,11}")
NOT_A_NUMBER = "must be a whole number, 1 or more"


def number_in(query: Mapping[str, str], name: str, default: int) -> int:
    """A whole number in the query, or `default`; raises InvalidRequest if it is not 1 or more."""
    if name not in query:
        return default
    if not WHOLE_NUMBER.fullmatch(query[name]):
        raise InvalidRequest([FieldError(name, NOT_A_NUMBER)])
    return int(query[name])


def limit_in(query: Mapping[str, str]) -> int:
    """The page size: the query's `limit`, at most 200."""
    return min(number_in(query, "limit", MAX_PAGE_SIZE), MAX_PAGE_SIZE)


def _page_size(text: object) -> int:
    if not isinstance(text, str) or not WHOLE_NUMBER.fullmatch(text):
        raise ValueError(NOT_A_NUMBER)
    return min(int(text), MAX_PAGE_SIZE)


class Listing(Wire):
    """The query parameters of every list; the parameters of one list are fields of a subclass.

    `from` and `to` are bounds of `submittedAt`, the second one exclusive. `next` is a token.
    """

    since: FineInstant | None = Field(None, alias="from")
    to: FineInstant | None = None
    limit: Annotated[int, BeforeValidator(_page_size)] = MAX_PAGE_SIZE
    next: str | None = None


L = TypeVar("L", bound=Listing)


def listing_in(model: type[L], query: Mapping[str, str]) -> L:
    """The parameters in the query; InvalidRequest with every wrong or unknown one."""
    asked, errors = read_fields(model, query)
    if asked.since and asked.to and asked.since >= asked.to:
        errors.append(FieldError("to", "must be after from"))
    require_none(errors)
    return asked
