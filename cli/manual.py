"""`python -m cli.manual`: writes docs/command.md from the command tree."""

from collections.abc import Iterator
from typing import Any

import typer

from cli.command_line import NAME, app
from cli.local_commands.arguments import SHARED as LOCAL_OPTIONS
from cli.shared_options import OUTPUT_OPTIONS, STACK_OPTIONS
from local.project import PROJECT

FILE = PROJECT / "docs" / "command.md"
LOCAL = f"{NAME} local up"
SHARED = {each.name for each in (*STACK_OPTIONS, *OUTPUT_OPTIONS)}
BEGIN, END = "<!-- make manual: begin -->\n", "<!-- make manual: end -->\n"


def page_with(text: str) -> str:
    """The page with the sections of all commands between its markers."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    sections = "\n".join(_commands(typer.main.get_command(app), NAME))
    return f"{before}{BEGIN}\n{sections}\n{END}{after}"


def _commands(found: Any, path: str) -> Iterator[str]:
    """The sections of a command, or of those of a group."""
    inner = getattr(found, "commands", None)
    if inner is None:
        yield from _section(found, path)
        return
    for name, each in inner.items():
        yield from _commands(each, f"{path} {name}")


def _section(found: Any, path: str) -> Iterator[str]:
    names = {each.name for each in found.params}
    is_alike = path != LOCAL and names.issuperset(each.name for each in LOCAL_OPTIONS)
    hidden = SHARED | {"help"} | ({each.name for each in LOCAL_OPTIONS} if is_alike else set())
    own = [each for each in found.params if each.name not in hidden]
    yield f"## `{path}`"
    yield ""
    yield " ".join(str(found.help).split())
    yield ""
    if own:
        yield "| argument or option | meaning |"
        yield "|---|---|"
        yield from (f"| {_name(each)} | {_meaning(each)} |" for each in own)
        yield ""
    if is_alike:
        yield f"The options of `{LOCAL}` belong to it, too."
        yield ""
    elif "stack_file" not in names:
        yield "It uses no stack."
        yield ""
    yield "```"
    yield str(found.epilog).removeprefix("Example: ")
    yield "```"
    yield ""


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar}`"
    words = ", ".join(f"`{each}`" for each in (*parameter.opts, *parameter.secondary_opts))
    return f"{words} `{parameter.metavar}`" if parameter.metavar else words


def _meaning(parameter: Any) -> str:
    text = str(parameter.help or "").replace("|", "\\|")
    default = parameter.default
    is_shown = default not in (None, False, ()) and not callable(default)
    if parameter.show_default is False or not is_shown or isinstance(default, bool):
        return text
    shown = parameter.show_default if isinstance(parameter.show_default, str) else default
    return f"{text} Default: `{shown}`."


if __name__ == "__main__":
    FILE.write_text(page_with(FILE.read_text()))
