"""Stopping the program by signals."""

import signal
import subprocess
import sys

import pytest

from local.project import PROJECT

PROGRAM = """
import os, signal, sys, time
from local.commands.interrupts import Stopped, stop_in_order
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_stops_the_program_and_later_ones_are_ignored(number: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.read() == "cleaned up\n"
    assert process.returncode == 128 + number
