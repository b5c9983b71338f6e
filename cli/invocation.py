"""One invocation of a command: the chosen stack, its API, and the output."""

from functools import cached_property

from cli.output import Output
from cli.stack.api import Api
from cli.stack.choice import Choice, find
from cli.stack.stack import Stack


class Invocation:
    """Finds the stack only when a command needs it."""

    def __init__(self, choice: Choice, output: Output) -> None:
        self.choice = choice
        self.output = output

    @cached_property
    def stack(self) -> Stack:
        """The chosen stack; WrongInput or NoAccess without one."""
        return find(self.choice)

    @cached_property
    def api(self) -> Api:
        """The API of the chosen stack."""
        return Api(self.stack, self.output.hint)

    def again(self, command: str) -> str:
        """The line that calls another command for the same stack."""
        return _line(command, self.choice)

    def for_another(self, command: str, person: str) -> str:
        """The line that another person calls: `person` is one of the local application."""
        is_local = self.stack.is_local
        other = self.choice._replace(profile=None, as_person=person if is_local else None)
        return _line(command, other)


def _line(command: str, choice: Choice) -> str:
    return " ".join(filter(None, ["genesys-purge", command, choice.words]))
