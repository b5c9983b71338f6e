"""What a command prints: text for people, or JSON for programs."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, NoReturn, TextIO

import orjson
from rich.console import Console
from rich.table import Table

from cli.reports.lines import plain, say, text
from cli.reports.tables import print_whole

# Longer lines are hard to read.
WIDEST = 200
# A file or a pipe has no width, so that nothing is wrapped.
UNLIMITED = 100_000


class PipedConsole(Console):
    """A console whose reader may go away."""

    def on_broken_pipe(self) -> NoReturn:
        """Let the program end as other programs of a pipe do."""
        raise BrokenPipeError


def console_for(file: TextIO) -> Console:
    """A console of at most 200 columns; without colours if `NO_COLOR` is set."""
    found = PipedConsole(file=file)
    if not file.isatty():
        return PipedConsole(file=file, width=UNLIMITED)
    return PipedConsole(file=file, width=WIDEST) if found.width > WIDEST else found


class Output:
    """Writes results to standard output, and hints and errors to standard error.

    If it is `quiet`, it writes no hints, and a command shows no progress.
    """

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet

    @property
    def has_hints(self) -> bool:
        """Whether hints are shown."""
        return not (self.quiet or self.as_json)

    @cached_property
    def console(self) -> Console:
        """The console of results."""
        return console_for(sys.stdout)

    @cached_property
    def errors(self) -> Console:
        """The console of hints and errors."""
        return console_for(sys.stderr)

    def result(self, content: Mapping[str, Any], words: Callable[[], Table | str]) -> None:
        """Print one object, or its text."""
        if self.as_json:
            self.json_line(content)
            return
        shown = words()
        if isinstance(shown, str):
            say(self.console, shown)
        else:
            print_whole(self.console, shown)

    def labelled(
        self, content: Mapping[str, Any], pairs: Callable[[], Iterable[tuple[str, object]]]
    ) -> None:
        """Print one object, or its labels and values."""
        if self.as_json:
            self.json_line(content)
            return
        shown = [(label, plain(value)) for label, value in pairs() if value not in (None, "")]
        width = max((len(label) for label, _ in shown), default=0)
        for label, value in shown:
            self._line(f"{label:<{width}}  ", value)

    def _line(self, label: str, value: str) -> None:
        """Print a value; in a terminal, its words are wrapped below each other."""
        if not self.console.is_terminal:
            say(self.console, label + value)
            return
        grid = Table.grid()
        grid.add_column(width=len(label))
        grid.add_column(overflow="fold")
        grid.add_row(text(label), text(value))
        self.console.print(grid)

    def json_line(self, content: Mapping[str, Any]) -> None:
        """Print an object on a line of its own, at once."""
        try:
            sys.stdout.write(orjson.dumps(content).decode() + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            # Typer would end the program if it had the number of the system's error.
            raise BrokenPipeError from None

    def hint(self, line: str) -> None:
        """Say what can be done next."""
        if self.has_hints:
            say(self.errors, line)

    def important(self, line: str) -> None:
        """Say what must not be lost, such as the id of a run that goes on."""
        if self.as_json:
            sys.stderr.write(orjson.dumps({"hint": line}).decode() + "\n")
        else:
            say(self.errors, line)

    def error(self, lines: Iterable[str]) -> None:
        """Print an error; as an object on standard error if the output is JSON."""
        if self.as_json:
            found = [each.encode(errors="replace").decode() for each in lines]
            sys.stderr.write(orjson.dumps({"errors": found}).decode() + "\n")
            return
        for line in lines:
            say(self.errors, f"error: {line}")


def write_any_text() -> None:
    """Let output in another encoding than UTF-8 replace what it cannot write."""
    for file in (sys.stdout, sys.stderr):
        if hasattr(file, "reconfigure"):
            file.reconfigure(errors="backslashreplace")


def leave_quietly() -> None:
    """Forget the output, because its reader has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
