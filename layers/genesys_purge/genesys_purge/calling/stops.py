"""The port through which the guard asks for stops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from genesys_purge.model.stops import Stop, Stoppable, UnreadableStop


class Stops(Protocol):
    """The stops of deletion."""

    def covering(self, call: Stoppable) -> Sequence[Stop | UnreadableStop]:
        """The stops in force that cover the call, read consistently.

        Raises TryLater if they cannot be read now.
        """
