"""The leash: a process that ends with its owner."""

import signal
import subprocess
import sys
from pathlib import Path

from local.project import PROJECT

# Replaces a server with workers: starts a child, prints its own process id and sleeps.
SERVER = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(os.getpid(), sys.argv[1:], flush=True)
time.sleep(60)
"""


def start(folder: Path) -> subprocess.Popen[str]:
    (folder / "server.py").write_text(SERVER)
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "local.aws.leash", str(folder), "server", "--flag"],
        env={"PYTHONPATH": f"{PROJECT}:{folder}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_module_gets_its_arguments_and_ends_with_its_owner(tmp_path: Path) -> None:
    with start(tmp_path) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process_id, arguments = process.stdout.readline().split(" ", 1)
        assert (int(process_id), arguments) == (process.pid, "['--flag']\n")
        process.stdin.close()
        # The pipe closes only after the grandchild has ended, too.
        assert process.stdout.read() == ""
    assert process.returncode == -signal.SIGKILL
    assert not tmp_path.exists()
