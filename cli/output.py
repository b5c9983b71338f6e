"""What a command prints: text for people, or JSON for programs."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, TextIO

import orjson
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from cli.reports.lines import say

NARROWEST, WIDEST = 80, 200
# A file or a pipe has no width, so nothing is cut.
UNLIMITED = 400


def console_for(file: TextIO) -> Console:
    """A console between 80 and 200 columns; without colours if `NO_COLOR` is set."""
    found = Console(file=file)
    if not found.is_terminal:
        return Console(file=file, width=UNLIMITED)
    return Console(file=file, width=min(max(found.width, NARROWEST), WIDEST))


class Output:
    """Writes results to standard output, and hints and errors to standard error."""

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet

    @cached_property
    def console(self) -> Console:
        """The console of results."""
        return console_for(sys.stdout)

    @cached_property
    def errors(self) -> Console:
        """The console of hints and errors."""
        return console_for(sys.stderr)

    def result(self, content: Mapping[str, Any], text: Callable[[], RenderableType]) -> None:
        """Print one object, or its text."""
        if self.as_json:
            self.json_line(content)
        elif not self.quiet:
            self.console.print(text())

    def lines(self, pairs: Iterable[tuple[str, object]]) -> None:
        """Print labels and values for people."""
        if not (self.as_json or self.quiet):
            shown = [(label, str(value)) for label, value in pairs if value not in (None, "")]
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
        grid.add_row(Text(label), Text(value))
        self.console.print(grid)

    def json_line(self, content: Mapping[str, Any]) -> None:
        """Print an object on a line of its own, at once."""
        sys.stdout.write(orjson.dumps(content).decode() + "\n")
        sys.stdout.flush()

    def hint(self, text: str) -> None:
        """Say what can be done next."""
        if not (self.quiet or self.as_json):
            say(self.errors, text)

    def error(self, lines: Iterable[str]) -> None:
        """Print an error; as an object on standard error if the output is JSON."""
        if self.as_json:
            sys.stderr.write(orjson.dumps({"errors": list(lines)}).decode() + "\n")
            return
        for line in lines:
            say(self.errors, f"error: {line}")


def leave_quietly() -> None:
    """Forget the output after its reader has gone, as `head` does."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
