"""What a method adds whose jobs can be told as ours, and which have no gate to be told at."""

from __future__ import annotations

from typing import Any, Protocol

from genesys_purge.model.batch import BatchRef
from genesys_purge.ports import Genesys


class Finder(Protocol):
    """Looks for the job of a submit that nobody saw answered."""

    def find(self, request: Any, batch: BatchRef, genesys: Genesys) -> str | None:
        """The id of the job that an earlier submit of the batch created, if it is shown."""

    def deletes(self, request: Any) -> bool:
        """Whether it asks for a deletion, which nothing being left proves."""
