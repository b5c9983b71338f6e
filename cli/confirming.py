"""Asks before something is changed that cannot be undone."""

import sys

import typer

from cli.errors import WrongInput
from cli.interrupts import Stopped
from cli.output import Output


def can_ask(output: Output) -> bool:
    """Whether a person at a terminal can answer a question."""
    return not output.as_json and sys.stdin.isatty()


def confirm(output: Output, question: str, *, option: str = "--yes") -> None:
    """Go on after a yes. Aborts after a no; WrongInput if the question cannot be asked.

    `option` is the one that makes the question needless.
    """
    if not can_ask(output):
        raise WrongInput(f"{option} is missing: the question cannot be asked here")
    try:
        typer.confirm(question, abort=True, err=True)
    except Stopped:
        output.important("Nothing was changed.")
        raise
