"""What a caller asks for page by page."""

from __future__ import annotations

import re
from collections.abc import Mapping

from genesys_purge.errors import FieldError, InvalidRequest

LARGEST_PAGE = 200
WHOLE_NUMBER = re.compile("[1-9][0-9]{0,11}")


def number_in(query: Mapping[str, str], name: str, default: int) -> int:
    """A whole number of a query from 1 on; InvalidRequest for anything else."""
    text = query.get(name, str(default))
    if not WHOLE_NUMBER.fullmatch(text):
        raise InvalidRequest([FieldError(name, "must be a whole number from 1 on")])
    return int(text)


def limit_in(query: Mapping[str, str]) -> int:
    """How many a page may have: the query's `limit`, never more than 200."""
    return min(number_in(query, "limit", LARGEST_PAGE), LARGEST_PAGE)
