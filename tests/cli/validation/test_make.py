"""`make validate` passes every file that is given."""

from __future__ import annotations

import shutil
import subprocess
from unittest.mock import patch

import pytest

from cli.command_line import run_command
from cli.commands import validate
from cli.validation.kinds import TITLES
from tests.template import ROOT

MAKE = shutil.which("make")
pytestmark = pytest.mark.skipif(MAKE is None, reason="there is no make")


def passed(*kinds: str) -> dict[str, list[str]]:
    """The files that the command gets if `make` is given two of each kind."""
    variables = [f"{name.upper().replace('-', '_')}=a/{name}.json b.json" for name in kinds]
    printed = subprocess.run(
        [str(MAKE), "-n", "--no-print-directory", "validate", *variables],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    program, *words = printed[-1].split()
    assert program == ".venv/bin/genesys-purge"
    with patch.object(validate, "are_valid", return_value=True) as are_valid:
        assert run_command(words) == 0
    given, _ = are_valid.call_args.args
    return {name: [str(file) for file in files] for name, files in given.items()}


def test_make_passes_two_files_of_every_kind_at_once() -> None:
    assert passed(*TITLES) == {name: [f"a/{name}.json", "b.json"] for name in TITLES}


@pytest.mark.parametrize("kind", TITLES)
def test_make_passes_the_files_of_one_kind(kind: str) -> None:
    assert passed(kind) == {kind: [f"a/{kind}.json", "b.json"]}
