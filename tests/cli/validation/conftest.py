"""The folder of documents."""

from pathlib import Path

import pytest

from tests.cli.validation.documents import Folder


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Folder:
    return Folder(tmp_path, capsys)
