"""Ends the program after Ctrl-C, without a traceback. It imports nothing that takes time."""

import os
import signal
from types import FrameType
from typing import NoReturn


def end_at_once() -> None:
    """Makes Ctrl-C end the program immediately: there is nothing to remove yet.

    An exception could get lost in the callbacks and `except` clauses of imported modules.
    """
    signal.signal(signal.SIGINT, _end)


def stop_in_order() -> None:
    """Makes the first Ctrl-C raise KeyboardInterrupt; later ones are ignored."""
    signal.signal(signal.SIGINT, _stop)


def _end(*_: int | FrameType | None) -> NoReturn:
    os.write(2, b"stopped\n")
    os._exit(128 + signal.SIGINT)


def _stop(*_: int | FrameType | None) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt
