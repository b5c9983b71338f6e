"""Prints text and labelled values."""

import re
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

# A terminal obeys these. They have no place in the words of an answer or a file.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(value: object) -> str:
    """The text of a value without control characters."""
    return CONTROLS.sub("\N{REPLACEMENT CHARACTER}", str(value))


def text(value: object) -> Text:
    """A value for Rich, which finds no markup in it."""
    return Text(plain(value))


def say(console: Console, line: str) -> None:
    """Prints text without markup, colours or line breaks."""
    console.print(text(line), soft_wrap=True)


def show(console: Console, lines: Iterable[tuple[str, object]]) -> None:
    """Prints a label and a value on each line."""
    for label, value in lines:
        say(console, f"{label:>10}  {value}")
