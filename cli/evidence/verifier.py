"""Calls `verify.py`, which knows nothing of this software."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from local.project import PROJECT

VERIFIER = PROJECT / "verify.py"


def verified(folder: Path, options: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """The end of a verification: its code is 0 proven, 1 disproven, 2 cannot be decided."""
    line = [sys.executable, str(VERIFIER), str(folder), *options]
    return subprocess.run(line, capture_output=True, check=False, text=True)  # noqa: S603  our own program


def verify_line(folder: Path, vkey: str, certificate_key: str) -> str:
    """The line that checks a bundle from the project's root."""
    return f"python verify.py {folder} --vkey '{vkey}' --certificate-key {certificate_key}"
