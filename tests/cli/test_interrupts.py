"""Stopping the program by signals, at any moment and without a traceback."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from local.project import PROJECT

CLEAN_UP = """
import os, signal, sys, time
from cli.interrupts import Stopped, stop_in_order
stop_in_order()
try:
    try:
        print("ready", flush=True)
        time.sleep(60)
    finally:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.01)
        print("cleaned up", flush=True)
except Stopped as stopped:
    sys.exit(stopped.exit_code)
"""
IN_A_DESTRUCTOR = """
import os, signal, sys, time
from cli.interrupts import Stopped, stop_in_order
stop_in_order()
class Resource:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
try:
    Resource()
    time.sleep(60)
except Stopped as stopped:
    sys.exit(stopped.exit_code)
"""
OTHER_ERROR_IN_A_DESTRUCTOR = """
from cli.interrupts import stop_in_order
stop_in_order()
class Resource:
    def __del__(self):
        raise KeyError("shown")
Resource()
"""
AT_THE_END = """
import os, signal
from unittest.mock import patch
import cli.command_line
from cli.__main__ import main
def command(_):
    print("done", flush=True)
    return 7
with patch.object(cli.command_line, "run_command", command):
    code = main()
os.kill(os.getpid(), signal.SIGINT)
raise SystemExit(code)
"""
WHILE_IMPORTING = """
import builtins, os, signal
from cli.__main__ import main
real = builtins.__import__
def importing(name, *rest, **more):
    if name == "cli.command_line":
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except BaseException:
            print("caught")
    return real(name, *rest, **more)
builtins.__import__ = importing
main(["validate"])
"""


def started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        env={"PYTHONPATH": str(PROJECT), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(program: str) -> tuple[int, str, str]:
    """The exit code, the output and the errors of a program."""
    with started("-c", program) as process:
        output, errors = process.communicate()
    return process.returncode, output, errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_stops_the_program_and_later_ones_are_ignored(number: int) -> None:
    with started("-c", CLEAN_UP) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.read() == "cleaned up\n"
    assert process.returncode == 128 + number


def test_signal_in_a_destructor_stops_the_program_after_it() -> None:
    assert ended(IN_A_DESTRUCTOR) == (130, "", "")


def test_other_error_in_a_destructor_is_reported_as_usual() -> None:
    code, _, errors = ended(OTHER_ERROR_IN_A_DESTRUCTOR)
    assert (code, "KeyError: 'shown'" in errors) == (0, True)


def test_signal_while_modules_are_imported_ends_the_program_at_once() -> None:
    assert ended(WHILE_IMPORTING) == (130, "", "stopped\n")


def test_signal_after_the_command_does_not_change_its_end() -> None:
    assert ended(AT_THE_END) == (7, "done\n", "")


def is_ready(out: Path) -> bool:
    return (out / "stack.json").exists()


def has_begun(out: Path) -> bool:
    """The folder exists before anything is started."""
    return out.exists()


@pytest.mark.parametrize("moment", [has_begun, is_ready], ids=["starting", "up"])
def test_interrupted_application_ends_without_a_traceback(
    tmp_path: Path, moment: Callable[[Path], bool]
) -> None:
    out = tmp_path / "out"
    with started("-m", "local", "up", "--out", str(out)) as process:
        while not moment(out) and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert (process.returncode, errors) == (0, "stopped\n")
    assert not is_ready(out)
