"""The errors of the command by exit code: 1 did not end well, 2 wrong input, 3 no access."""

from collections.abc import Sequence
from typing import ClassVar

from local.errors import CommandFailed

NOT_WELL, WRONG, NO_ACCESS = 1, 2, 3


class WrongInput(CommandFailed):
    """An argument, a file or a request is wrong; `problems` has one line for each fault."""

    exit_code: ClassVar[int] = WRONG

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems: Sequence[str] = problems


class NoAccess(CommandFailed):
    """The caller has no right, no valid session or no connection."""

    exit_code: ClassVar[int] = NO_ACCESS


class DemoFailed(CommandFailed):
    """A part of a demo did not happen."""
