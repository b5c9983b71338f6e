"""`python -m local.aws.leash FOLDER MODULE ...`: runs a module that ends with its owner.

The owner is the process that holds the other end of standard input. When that end closes, even
because the owner was killed, the folder is removed and the process group is killed. The process
needs its own group (`start_new_session=True`).
"""

import os
import runpy
import shutil
import signal
import sys
from threading import Thread


def end_with_owner(folder: str) -> None:
    """Waits until the owner ends, then removes the folder and kills the process group."""
    while os.read(0, 1024):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Runs the module, with the arguments that follow it."""
    _, folder, *sys.argv = sys.argv
    Thread(target=end_with_owner, args=(folder,), daemon=True).start()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
