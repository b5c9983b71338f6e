"""Reads lists of the API up to a limit."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from cli.stack.api import Api

LARGEST_PAGE = 200


def entries(
    api: Api, path: str, key: str, limit: int | None = None, **query: Any
) -> Iterator[dict[str, Any]]:
    """The entries of all pages, at most `limit`."""
    page = None if limit is None else min(limit, LARGEST_PAGE)
    pages = api.pages(path, **query, limit=page)
    return islice((each for found in pages for each in found[key]), limit)
