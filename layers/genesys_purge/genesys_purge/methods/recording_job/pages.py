"""The live platform's lists of recording jobs and their failures, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from genesys_purge.errors import UnreadableAnswer
from genesys_purge.operation import Operation
from genesys_purge.ports import Genesys

MOST_PAGES = 1_000


def all_pages(operation: Operation, genesys: Genesys, **path: str) -> Iterator[Any]:
    """The entities of every page up to the first empty one."""
    for number in count(1):
        entities = page(operation, genesys, number, **path)
        if not entities:
            return
        if number > MOST_PAGES:
            raise UnreadableAnswer(f"Genesys answered more than {MOST_PAGES} pages of a list")
        yield from entities


def page(operation: Operation, genesys: Genesys, number: int, **path: str) -> list[Any]:
    """The entities of one page."""
    return entities_in(genesys.read(operation, None, page=str(number), **path))


def entities_in(answer: Mapping[str, Any]) -> list[Any]:
    """The entities of an answer; UnreadableAnswer if it has no list of them."""
    entities = answer.get("entities")
    if not isinstance(entities, list):
        raise UnreadableAnswer("Genesys answered a list without entities")
    return entities
