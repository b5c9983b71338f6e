"""`python -m local.leash FOLDER MODULE ...`: a module that never outlives who started it.

Standard input is the leash. Once its other end is closed, by whatever death, the folder is removed
and the whole process group killed; the group has to be its own (`start_new_session=True`).
"""

import os
import runpy
import shutil
import signal
import sys
from threading import Thread


def end_with_owner(folder: str) -> None:
    """Waits until the owner is gone, then leaves nothing behind."""
    while os.read(0, 1024):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Runs the module named second, with the arguments after it."""
    _, folder, *sys.argv = sys.argv
    Thread(target=end_with_owner, args=(folder,), daemon=True).start()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
