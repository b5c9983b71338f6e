"""The command tree: help, example requests, aliases, and wrong command lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from genesys_purge.methods import METHODS

from cli.command_line import app, run_alias, run_command
from tests.cli.conftest import Run


def commands(found: Any = None, *path: str) -> Iterator[list[str]]:
    """The words of every command."""
    found = found or typer.main.get_command(app)
    inner = getattr(found, "commands", None)
    if inner is None:
        yield list(path)
        return
    for name, each in inner.items():
        yield from commands(each, *path, name)


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_help_of_each_command_has_an_example(words: list[str], call: Run) -> None:
    shown = call(*words, "--help", chosen=False)
    assert shown.code == 0
    assert f"Example: genesys-purge {' '.join(words)}" in " ".join(shown.out.split())


@pytest.mark.parametrize("method", METHODS)
def test_example_of_each_method_is_a_valid_request(method: str, call: Run) -> None:
    request = call("example", method, chosen=False).json
    assert METHODS[method].request_model.parse(request).method == method
    assert ("requestId" in request, "dryRun" in request) == (method == "gdpr_request", False)


def test_example_of_an_unknown_method_names_the_methods(call: Run) -> None:
    shown = call("example", "archive", "--json", chosen=False)
    assert shown.code == 2
    assert "the methods are data_deletion" in json.loads(shown.err)["errors"][0]


@pytest.mark.parametrize(
    "words", [["unknown"], ["runs", "list", "--limit", "0"], ["runs", "show"], ["run", "a", "b"]]
)
def test_wrong_command_line_is_wrong_input(words: list[str], call: Run) -> None:
    assert call(*words, chosen=False).code == 2


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (["up"], "genesys-purge local up"),
        (["demo-rules"], "genesys-purge local rules-demo"),
        (["evaluate"], "genesys-purge rules evaluate"),
        (["validate"], "genesys-purge validate"),
    ],
)
def test_python_m_local_is_an_alias(
    words: list[str], title: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_alias([*words, "--help"]) == 0
    assert f"Usage: {title} " in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("genesys-purge ru", ["run", "runs", "rules"]),
        ("genesys-purge example data", ["data_deletion"]),
        ("genesys-purge runs list --outcome fa", ["failed"]),
    ],
)
def test_shell_completes_commands_and_values(
    line: str,
    offered: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("_GENESYS_PURGE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
    with pytest.raises(SystemExit):
        run_command([])
    assert capsys.readouterr().out.split() == offered
