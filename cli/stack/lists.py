"""Reads lists of the API up to a limit."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from cli.errors import NoAccess
from cli.stack.api import Api

LARGEST_PAGE = 200


class Listed(NamedTuple):
    """The first entries of a list, and whether there are more."""

    entries: list[dict[str, Any]]
    has_more: bool

    def to_json(self, key: str) -> dict[str, Any]:
        """The entries under a key; `hasMore` if some are left out."""
        return {key: self.entries} | ({"hasMore": True} if self.has_more else {})


def entries(
    api: Api, path: str, key: str, limit: int | None = None, **query: Any
) -> Iterator[dict[str, Any]]:
    """The entries of all pages, at most `limit`."""
    page = None if limit is None else min(limit, LARGEST_PAGE)
    pages = api.pages(path, **query, limit=page)
    return islice((each for found in pages for each in _rows(found[key], key)), limit)


def listed(api: Api, path: str, key: str, limit: int, **query: Any) -> Listed:
    """The first entries, at most `limit`."""
    found = list(entries(api, path, key, limit + 1, **query))
    return Listed(found[:limit], len(found) > limit)


def _rows(content: object, key: str) -> list[dict[str, Any]]:
    if isinstance(content, list) and all(isinstance(each, dict) for each in content):
        return content
    raise NoAccess(f"the API answered with {key} that are not a list of objects")
