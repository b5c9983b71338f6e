"""`make build` needs a Python 3.13 that starts, and says so before it installs anything."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.template import ROOT

MAKE = shutil.which("make")
pytestmark = pytest.mark.skipif(MAKE is None, reason="there is no make")


def make(target: str, folder: Path, python: str | None) -> subprocess.CompletedProcess[str]:
    """Run a target with a PATH that has only this `python3.13`."""
    if python is not None:
        program = folder / "python3.13"
        program.write_text(f"#!/bin/sh\n{python}\n")
        program.chmod(0o755)
    return subprocess.run(
        [str(MAKE), "--no-print-directory", target],
        cwd=ROOT,
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "python", [None, "echo 'pyenv: command not found' >&2; exit 127", "exit 1"]
)
def test_build_without_python_3_13_says_what_to_install(tmp_path: Path, python: str | None) -> None:
    built = make("build", tmp_path, python)
    assert built.returncode == 2
    assert built.stdout == ""
    first, *how = built.stderr.splitlines()
    assert first == "error: `python3.13` does not start Python 3.13, which `make build` needs."
    assert "pyenv install 3.13" in " ".join(how)
    assert "command not found" not in built.stderr


def test_build_goes_on_with_python_3_13(tmp_path: Path) -> None:
    checked = make("real-python", tmp_path, "exit 0")
    assert (checked.returncode, checked.stderr) == (0, "")
