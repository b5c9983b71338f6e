"""Prints text and labelled values."""

from collections.abc import Iterable

from rich.console import Console


def say(console: Console, text: str) -> None:
    """Prints text without markup, colours or line breaks."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def show(console: Console, lines: Iterable[tuple[str, object]]) -> None:
    """Prints a label and a value on each line."""
    for label, value in lines:
        say(console, f"{label:>10}  {value}")
