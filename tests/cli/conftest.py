"""A scripted API, and the command that calls it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import stamina

from cli.command_line import run_command
from tests.cli.scripted_api import ScriptedApi, scripted_api


class Done(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The object that it printed."""
        return json.loads(self.out)

    @property
    def json_lines(self) -> list[Any]:
        """The objects that it printed, one on each line."""
        return [json.loads(each) for each in self.out.splitlines()]


Run = Callable[..., Done]


class Person(io.StringIO):
    """The input of a person at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def api(tmp_path: Path) -> Iterator[ScriptedApi]:
    with scripted_api(tmp_path) as found, stamina.set_testing(testing=True, attempts=3):
        yield found


@pytest.fixture
def call(api: ScriptedApi, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command against the scripted API."""

    def called(*words: str, chosen: bool = True) -> Done:
        code = run_command([*words, *(api.options if chosen else ())])
        return Done(code, *capfd.readouterr())

    return called
