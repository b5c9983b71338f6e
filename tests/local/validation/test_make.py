"""`make validate` passes every file that is given."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from local.command_line import parse_arguments
from local.validation.arguments import files_in
from local.validation.kinds import TITLES
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
    _, _, words = printed[-1].partition(" -m local ")
    given = files_in(parse_arguments(words.split()))
    return {name: [str(file) for file in files] for name, files in given.items()}


def test_make_passes_two_files_of_every_kind_at_once() -> None:
    assert passed(*TITLES) == {name: [f"a/{name}.json", "b.json"] for name in TITLES}


@pytest.mark.parametrize("kind", TITLES)
def test_make_passes_the_files_of_one_kind(kind: str) -> None:
    others: dict[str, list[str]] = {name: [] for name in TITLES if name != kind}
    assert passed(kind) == {kind: [f"a/{kind}.json", "b.json"], **others}
