"""A terminal of any width, in which a program runs and whose screen is read."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyte

from tests.template import ROOT

ROWS = 24


@dataclass
class Terminal:
    """The screen after each change that the program made."""

    columns: int
    screens: list[list[str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    written: bytes = b""
    exit_code: int = -1

    def run(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        interrupt_at: str | None = None,
    ) -> None:
        """Run the command; send Ctrl-C once the screen has this text."""
        child, terminal = pty.fork()
        if child == 0:
            self._start(words, environment)
        screen = pyte.Screen(self.columns, ROWS)
        stream = pyte.ByteStream(screen)
        while (content := _read(terminal)) is not None:
            self.written += content
            self.times.append(time.monotonic())
            stream.feed(content)
            self.screens.append([each.rstrip() for each in screen.display if each.strip()])
            if interrupt_at and interrupt_at in "\n".join(screen.display):
                interrupt_at = None
                os.write(terminal, b"\x03")
        self.exit_code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(terminal)

    def _start(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        size = struct.pack("HHHH", ROWS, self.columns, 0, 0)
        fcntl.ioctl(1, termios.TIOCSWINSZ, size)
        os.chdir(ROOT)
        # The size of the terminal counts, not that of the one that runs the tests.
        own = {name: each for name, each in os.environ.items() if name not in ("COLUMNS", "LINES")}
        variables = {**own, "TERM": "xterm-256color", **environment}
        os.execve(sys.executable, [sys.executable, "-m", "cli", *words], variables)  # noqa: S606  our own program

    def timed(self, least: float = 0.2) -> Iterator[tuple[float, list[str]]]:
        """The screens that differ, at least so many seconds apart, by seconds from the first."""
        shown, since = None, -least
        for at, screen in zip(self.times, self.screens, strict=True):
            seconds = at - self.times[0]
            is_last = at == self.times[-1]
            if screen != shown and (seconds - since >= least or is_last):
                shown, since = screen, seconds
                yield seconds, screen

    @property
    def last(self) -> list[str]:
        """The lines of the last screen."""
        return self.screens[-1]

    def first_with(self, text: str) -> list[str]:
        """The first screen that has the text."""
        return next(each for each in self.screens if text in "\n".join(each))


def _read(terminal: int) -> bytes | None:
    """What the program wrote next; None after its end."""
    select.select([terminal], [], [])
    try:
        return os.read(terminal, 65_536) or None
    except OSError:
        return None
