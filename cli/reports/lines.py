"""Prints text and labelled values."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

HEADING = 80
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


def flattened(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Each value under the path of its field; a list has a line for each entry."""
    for name, value in content.items():
        if value in ({}, []):
            yield f"{prefix}{name}", "none"
        elif isinstance(value, dict):
            yield from flattened(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            for each in value:
                yield from flattened({name: each}, prefix)
        elif isinstance(value, bool):
            yield f"{prefix}{name}", "yes" if value else "no"
        else:
            yield f"{prefix}{name}", value


def heading(console: Console, words: str) -> None:
    """Prints the heading of a part; a file or a pipe has no width that it could fill."""
    console.print(Rule(words, align="left"), width=min(console.width, HEADING))


def show(console: Console, lines: Iterable[tuple[str, object]]) -> None:
    """Prints a label and a value on each line."""
    for label, value in lines:
        say(console, f"{label:>10}  {value}")
