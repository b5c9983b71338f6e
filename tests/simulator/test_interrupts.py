"""Ctrl-C ends `python -m simulator` at any moment without a traceback."""

import signal
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
# Python runs a module of this name before anything else.
CUSTOMISED = """
import builtins, os, signal
real = builtins.__import__
def importing(name, *rest, **more):
    if name == "simulator.documented.jobs":
        os.kill(os.getpid(), signal.SIGINT)
    return real(name, *rest, **more)
builtins.__import__ = importing
"""
LATER_ONES = """
import signal
from simulator.interrupts import stop_in_order
stop_in_order()
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    signal.raise_signal(signal.SIGINT)
    print("stopped in order")
"""
AS_A_LIBRARY = """
import signal, simulator
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
"""


def started(*arguments: str, path: Path = PROJECT) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        env={"PYTHONPATH": f"{path}:{PROJECT}", "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_interrupted_import_of_the_simulator_ends_at_once(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(CUSTOMISED)
    with started("-m", "simulator", path=tmp_path) as process:
        printed = process.communicate()
    assert (process.returncode, printed) == (130, ("", "stopped\n"))


def test_interrupted_simulator_stops_serving_without_an_error() -> None:
    with started("-m", "simulator", "--conversations", "1") as process:
        assert process.stdout is not None
        assert "http://127.0.0.1:" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        printed = process.communicate()
    assert (process.returncode, printed) == (0, ("", ""))


def test_later_interrupts_of_the_simulator_are_ignored() -> None:
    with started("-c", LATER_ONES) as process:
        assert process.communicate() == ("stopped in order\n", "")


def test_import_of_the_simulator_as_a_library_keeps_the_interrupts() -> None:
    with started("-c", AS_A_LIBRARY) as process:
        assert process.communicate() == ("", "")
