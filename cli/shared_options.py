"""Declares commands, with the options that many of them share."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.invocation import Invocation
from cli.output import Output
from cli.stack.choice import Choice

STACK, OUTPUT = "Stack", "Output"

Command = Callable[..., int | None]
Parameters = Sequence[inspect.Parameter]


def group(help_text: str) -> typer.Typer:
    """A group of commands."""
    return typer.Typer(help=help_text, no_args_is_help=True, rich_markup_mode="markdown")


def parameters_of(function: Callable[..., None]) -> list[inspect.Parameter]:
    """The parameters of a function that only declares them."""
    return list(inspect.signature(function).parameters.values())


def declare(
    app: typer.Typer,
    name: str,
    example: str,
    function: Command,
    shared: Parameters,
    bind: Callable[[Mapping[str, Any]], object],
) -> None:
    """Add a function to a group as a command.

    Its first parameter is what `bind` makes of the shared options. Its result is the exit code,
    and its docstring the help.
    """
    own = list(inspect.signature(function).parameters.values())[1:]

    def called(**given: Any) -> int:
        first = bind({each.name: given.pop(each.name) for each in shared})
        return function(first, **given) or 0

    called.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]  # read by Typer
    called.__annotations__ = {each.name: each.annotation for each in [*own, *shared]}
    called.__doc__ = function.__doc__
    app.command(name, epilog=f"Example: {example}")(called)


def command(
    app: typer.Typer, name: str, example: str, *, stack: bool = True
) -> Callable[[Command], Command]:
    """Add a function as a command that gets an Invocation, by default with a stack."""
    shared = [*(STACK_OPTIONS if stack else ()), *OUTPUT_OPTIONS]

    def add(function: Command) -> Command:
        declare(app, name, example, function, shared, _invocation)
        return function

    return add


def output_of(given: Mapping[str, Any]) -> Output:
    """The output that the options ask for."""
    return Output(as_json=given["json"], quiet=given["quiet"])


def _invocation(given: Mapping[str, Any]) -> Invocation:
    chosen = {name: value for name, value in given.items() if name in Choice._fields}
    return Invocation(Choice(**chosen), output_of(given))


NAME = Annotated[
    str | None,
    typer.Option(
        help="The name of a deployed stack; by default GENESYS_PURGE_STACK.",
        rich_help_panel=STACK,
    ),
]
PROFILE = Annotated[
    str | None,
    typer.Option(help="The AWS profile that signs the calls.", rich_help_panel=STACK),
]
REGION = Annotated[
    str | None, typer.Option(help="The AWS region of the stack.", rich_help_panel=STACK)
]
API_URL = Annotated[
    str | None,
    typer.Option(
        help="The URL of the API, instead of the stack's name; by default GENESYS_PURGE_API_URL.",
        rich_help_panel=STACK,
    ),
]
IS_LOCAL = Annotated[
    bool,
    typer.Option(
        "--local",
        help="The application that `genesys-purge local up` keeps running here. "
        "This is the default while it is up.",
        rich_help_panel=STACK,
    ),
]
STACK_FILE = Annotated[
    Path | None,
    typer.Option(
        help="The file of a local application, if it is not .local/stack.json.",
        rich_help_panel=STACK,
    ),
]

AS_PERSON = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="NAME",
        help="With a local application: requester, approver, holds, auditor, operator or "
        "privacy. By default, the caller may do everything.",
        rich_help_panel=STACK,
    ),
]


def _for_stack(
    *,
    stack: NAME = None,
    profile: PROFILE = None,
    region: REGION = None,
    api_url: API_URL = None,
    local: IS_LOCAL = False,
    stack_file: STACK_FILE = None,
    as_person: AS_PERSON = None,
) -> None:
    """The options that choose a stack."""


AS_JSON = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print JSON: one object, or one on each line.",
        rich_help_panel=OUTPUT,
    ),
]
QUIET = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        help="Print results only: no progress and no hints.",
        rich_help_panel=OUTPUT,
    ),
]


def _for_output(*, json: AS_JSON = False, quiet: QUIET = False) -> None:
    """The options of the output."""


STACK_OPTIONS, OUTPUT_OPTIONS = parameters_of(_for_stack), parameters_of(_for_output)
