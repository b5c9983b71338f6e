"""`python -m tests.child_process COMMAND ...`: runs a command as a child in the same group.

`local.aws.leash` runs only Python modules; this one lets it run any command.
"""

from __future__ import annotations

import subprocess
import sys

if __name__ == "__main__":
    sys.exit(subprocess.call(sys.argv[1:]))
