"""The documents show commands and options that exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from itertools import takewhile
from unittest.mock import patch

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command

from cli import command_line
from tests.contract.documents import DOCS, DOCUMENTS, relative, table

STARTED = DOCS / "getting-started.md"
CALL = re.compile(
    r"(?:^|[|;&(]\s*|\bdo\s+)(?:[A-Z_]+=\S*\s+)*"
    r"(?:\.venv/bin/)?(genesys-purge|python -m local)(?=\s|$)(.*)"
)
BLOCK = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
SPAN = re.compile(r"`([^`]+)`")
REST_OF_THE_SHELL = frozenset({"|", ">", ">>", "2>", "<", "&", "&&", "||", ";"})
FEWEST = 10
OF_ANY_GROUP = ("--help", "COMMAND")


def tree() -> TyperGroup:
    found = get_command(command_line.app)
    assert isinstance(found, TyperGroup)
    return found


def commands(group: TyperGroup, *path: str) -> Iterator[tuple[str, TyperCommand]]:
    """Each command of a group by its words, without the groups themselves."""
    for name, each in group.commands.items():
        if isinstance(each, TyperGroup):
            yield from commands(each, *path, name)
        else:
            assert isinstance(each, TyperCommand)
            yield " ".join((*path, name)), each


def options_of(command: TyperCommand | TyperGroup) -> set[str]:
    """The long names of the options."""
    names = (name for each in command.params for name in (*each.opts, *each.secondary_opts))
    return {name for name in names if name.startswith("--")}


def words_in(program: str, rest: str) -> list[str]:
    """The words after `genesys-purge`; brackets around what is optional are left out."""
    words = shlex.split(re.sub(r"[\[\]]|\.\.\.", " ", rest), comments=True)
    own = list(takewhile(lambda word: word not in REST_OF_THE_SHELL, words))
    if program == "genesys-purge":
        return own
    with patch.object(command_line, "run_command") as run_command:
        command_line.run_alias(own)
    return list(run_command.call_args.args[0])


def problem_of(words: Sequence[str], *, is_whole: bool = True) -> str | None:
    """Why a call is wrong; a call in a sentence may lack its arguments."""
    group, name, command = tree(), "", None
    while command is None:
        if not words or words[0] in {*options_of(group), *OF_ANY_GROUP}:
            return None
        name, *words = words
        found = group.commands.get(name)
        if found is None:
            return f"there is no command {name}"
        if isinstance(found, TyperGroup):
            group = found
        else:
            command = found
    try:
        command.make_context(name, list(words))
    except typer.Exit:
        return None
    except TyperException as wrong:
        is_missing = type(wrong).__name__ == "MissingParameter"
        return None if is_missing and not is_whole else str(wrong)
    return None


def calls(text: str) -> Iterator[tuple[list[str], bool]]:
    """The words of each call in a document, and whether it stands in a block of code."""
    for block in BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            yield from ((words_in(*found), True) for found in CALL.findall(line))
    for span in SPAN.findall(BLOCK.sub("", text)):
        yield from ((words_in(*found), False) for found in CALL.findall(span.replace("\n", " ")))


def test_commands_in_the_documents_exist() -> None:
    found = [
        (relative(document), words, problem_of(words, is_whole=is_whole))
        for document in DOCUMENTS
        for words, is_whole in calls(document.read_text())
    ]
    assert len(found) >= FEWEST
    assert [each for each in found if each[-1]] == []


def test_wrong_command_in_a_document_is_found() -> None:
    text = (
        "`genesys-purge runs`\n```\n.venv/bin/genesys-purge runs list \\\n  --nosuch 1 | head\n```"
    )
    (block, _), (span, _) = calls(text)
    assert (block, span) == (["runs", "list", "--nosuch", "1"], ["runs"])
    assert (problem_of(block), problem_of(span)) == ("No such option: --nosuch", None)
    assert problem_of(["runs", "nosuch"]) == "there is no command nosuch"
    assert problem_of(["trace"]) is not None
    assert problem_of(["trace"], is_whole=False) is None


def test_alias_in_a_document_is_read_as_its_command() -> None:
    (words, _), *_ = calls("```\nA=b .venv/bin/python -m local evaluate r.json c.jsonl > f\n```")
    assert words == ["rules", "evaluate", "r.json", "c.jsonl"]


def test_example_of_every_command_is_valid() -> None:
    for words, command in commands(tree()):
        program, _, example = str(command.epilog).removeprefix("Example: ").partition(" ")
        assert example.startswith(words)
        assert problem_of(words_in(program, example)) is None, words


def test_getting_started_lists_every_command_without_a_stack() -> None:
    every = {words: options_of(each) for words, each in commands(tree())}
    local = {words: options for words, options in every.items() if "--stack" not in options}
    shown = [row[0] for row in table(STARTED, "## Commands", "| command |")]
    listed = "".join(row[0] for row in table(STARTED, "## Commands", "| option |"))
    assert {re.findall(r"`([a-z -]+[a-z])", each)[0] for each in shown} == local.keys()
    assert set(re.findall(r"--[a-z-]+", listed)) == set().union(*local.values()) - {"--help"}
