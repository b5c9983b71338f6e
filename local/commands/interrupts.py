"""Stops the program in an orderly way after a signal."""

import signal
from types import FrameType
from typing import NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """The program received a signal to stop.

    Not an Exception, so that no handler for errors catches it.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


def stop_in_order() -> None:
    """Makes the first signal raise Stopped; later signals are ignored."""
    for number in SIGNALS:
        signal.signal(number, _stop)


def _stop(number: int, _: FrameType | None) -> NoReturn:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Stopped(number)
