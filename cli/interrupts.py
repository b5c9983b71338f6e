"""Stops the program in an orderly way after a signal."""

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
AGAIN_SECONDS = 0.01


class Stopped(BaseException):
    """The program received a signal to stop.

    Not an Exception, so that no handler for errors catches it.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number
        self.exit_code = 128 + number


def end_at_once() -> None:
    """Makes a signal end the program immediately: there is nothing to remove yet.

    An exception could get lost in the callbacks and `except` clauses of imported modules.
    """
    for number in _heeded():
        signal.signal(number, _end)


def stop_in_order() -> None:
    """Makes the first signal raise Stopped; later signals are ignored."""
    sys.unraisablehook = _raise_later
    for number in _heeded():
        signal.signal(number, _stop)


def _heeded() -> list[signal.Signals]:
    """The signals that the caller does not let this program ignore, as `nohup` does."""
    return [each for each in SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]


def ignore_signals() -> None:
    """Ignores signals from now on, because the program ends."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)


def _end(number: int, _: FrameType | None) -> NoReturn:
    os.write(2, b"stopped\n")
    os._exit(128 + number)


def _stop(number: int, _: FrameType | None) -> NoReturn:
    ignore_signals()
    raise Stopped(number)


def _raise_later(lost: "sys.UnraisableHookArgs") -> None:
    """Raises Stopped again if it was raised in a destructor, where Python only reports it."""
    error = lost.exc_value
    if not isinstance(error, Stopped):
        sys.__unraisablehook__(lost)
        return

    def stop(*_: object) -> NoReturn:
        raise error

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
