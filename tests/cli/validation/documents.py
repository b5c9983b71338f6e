"""Files for `validate`, and what the command prints about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cli.command_line import run_command
from tests import builders


class Validated(NamedTuple):
    """The exit code of the command and the lines that it printed."""

    code: int
    lines: list[str]
    notes: list[str]


class Folder:
    """A folder of documents."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._path = path
        self._capsys = capsys

    def write(self, name: str, document: Any) -> None:
        text = document if isinstance(document, str) else json.dumps(document)
        (self._path / name).write_text(text)

    def validate(self, *words: str) -> Validated:
        """The result of the command; the lines do not show the folder."""
        names = [str(self._path / word) if "." in word else word for word in words]
        code = run_command(["validate", *names])
        printed = self._capsys.readouterr()
        return Validated(code, self._lines(printed.out), self._lines(printed.err))

    def _lines(self, text: str) -> list[str]:
        return text.replace(f"{self._path}/", "").splitlines()


def recordings(**fields: Any) -> dict[str, Any]:
    """Recordings older than 400 days, which the shipped matrix keeps for 365."""
    window = {"dateRange": {"olderThanDays": 400, "lookbackDays": 30}}
    return builders.recording_job(**window | fields)


def matrix(days: int) -> dict[str, Any]:
    """A matrix that keeps everything for so many days."""
    return {"rules": [{"name": f"{days} days", "minimumDays": days, "basis": "Policy 12"}]}


def organisations(**settings: Any) -> dict[str, Any]:
    """The organisation `emea` with these settings."""
    return {"organisations": {"emea": {"region": "eu-central-1", **settings}}}
