"""The query parameters that lists have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Field

from genesys_purge.errors import FieldError
from genesys_purge.model.dates import FineInstant
from genesys_purge.model.paging import MAX_PAGE_SIZE, NOT_A_COUNT, WHOLE_NUMBER
from genesys_purge.model.request import read_fields, require_none
from genesys_purge.model.wire import Wire


def _page_size(text: object) -> int:
    if not isinstance(text, str) or not WHOLE_NUMBER.fullmatch(text):
        raise ValueError(NOT_A_COUNT)
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
