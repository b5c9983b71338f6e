"""How long an invocation may still make calls."""

from __future__ import annotations

import math
from typing import Any

from genesys_purge.time_left import STORING_SECONDS, TimeLeft


class Remaining:
    """A context with this many seconds left."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self._seconds * 1_000)


def test_time_of_an_invocation_counts_again_after_a_piece_of_its_work() -> None:
    time_left = TimeLeft()
    invocation: Any = Remaining(60)
    with time_left.of(invocation):
        with time_left.of(invocation):
            assert time_left() == 60 - STORING_SECONDS
        assert time_left() == 60 - STORING_SECONDS
    assert time_left() == math.inf
