"""The paging parameters of a query."""

from __future__ import annotations

import re
from collections.abc import Mapping

from genesys_purge.errors import FieldError, InvalidRequest

MAX_PAGE_SIZE = 200
WHOLE_NUMBER = re.compile("[1-9][0-9]{0,11}")


def number_in(query: Mapping[str, str], name: str, default: int) -> int:
    """A whole number in the query, or `default`; raises InvalidRequest if it is not 1 or more."""
    if name not in query:
        return default
    if not WHOLE_NUMBER.fullmatch(query[name]):
        raise InvalidRequest([FieldError(name, "must be a whole number, 1 or more")])
    return int(query[name])


def limit_in(query: Mapping[str, str]) -> int:
    """The page size: the query's `limit`, at most 200."""
    return min(number_in(query, "limit", MAX_PAGE_SIZE), MAX_PAGE_SIZE)
