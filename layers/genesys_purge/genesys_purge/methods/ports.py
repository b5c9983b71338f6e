"""The interfaces of methods, beside those of all features."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol


class IdList(NamedTuple):
    """The ids of a list, and the version of its content."""

    version: str
    ids: Iterable[str]


class IdLists(Protocol):
    """Lists of conversation ids in S3."""

    def read(self, url: str, version: str | None = None) -> IdList:
        """The ids in the object, in order; while they are iterated, errors may be raised as well.

        Raises InvalidRequest if S3 refuses the object for good, if it is malformed or if it has
        another version, TryLater if it cannot be read now.
        """
