"""The application starts only where its parts can call each other."""

from __future__ import annotations

import socket
from pathlib import Path
from unittest.mock import patch

import pytest

from cli.command_line import run_command
from local.loopback import require_loopback
from tests.template import ROOT

REQUEST = str(ROOT / "events" / "invoke" / "conversation_archive.json")
UNREACHABLE = OSError(101, "Network is unreachable")
BROKEN = [
    patch.object(socket, "create_server", side_effect=OSError(99, "Cannot assign the address")),
    patch.object(socket, "create_connection", side_effect=UNREACHABLE),
    patch.object(socket, "create_connection", side_effect=TimeoutError("timed out")),
]


def test_machine_is_accepted_after_a_connection_to_itself() -> None:
    with patch.object(socket, "create_connection", wraps=socket.create_connection) as connected:
        require_loopback()
    (address, _) = connected.call_args.args
    assert address[0] == "127.0.0.1"


@pytest.mark.parametrize("broken", BROKEN)
def test_command_without_loopback_says_so_before_it_starts_anything(
    broken: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started = patch("local.application.genesys", side_effect=AssertionError("started"))
    with broken, started:  # type: ignore[attr-defined]  # a patch is a context manager
        assert run_command(["local", "run", REQUEST, "--out", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: 127.0.0.1 cannot be used here (")
    assert "ip link set lo up" in line
