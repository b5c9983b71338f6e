"""The base of the errors that the command line prints without a traceback."""

from typing import ClassVar


class CommandFailed(Exception):
    """A command cannot go on; the message says what is wrong and what to do."""

    exit_code: ClassVar[int] = 1
