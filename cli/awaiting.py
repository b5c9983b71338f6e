"""Waits for something that a running application does on its own."""

import time
from collections.abc import Callable
from typing import TypeVar

from local.errors import CommandFailed

WAIT_AT_MOST_SECONDS = 60.0
POLL_EVERY_SECONDS = 0.2

T = TypeVar("T")


class DidNotArrive(CommandFailed):
    """It did not happen within a minute."""


def awaited(what: str, poll: Callable[[], T]) -> T:
    """The first result of `poll` that is not empty; raises DidNotArrive."""
    end = time.monotonic() + WAIT_AT_MOST_SECONDS
    while time.monotonic() < end:
        if found := poll():
            return found
        time.sleep(POLL_EVERY_SECONDS)
    raise DidNotArrive(f"{what} did not arrive within {WAIT_AT_MOST_SECONDS:g} seconds")
