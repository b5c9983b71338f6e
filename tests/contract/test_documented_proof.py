"""The commands that check a log, as `docs/proof.md` prints them, on a log of the sealer."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.documents import DOCS
from tests.signers import SEAL_DER
from tests.unit.proof.sealing import Scene
from tests.unit.proof.small_log import KEY

COMMANDS = "".join(re.findall(r"```sh\n(.*?)```", (DOCS / "proof.md").read_text(), re.DOTALL))
BASH = shutil.which("bash") or "bash"
TOOLS = f"{Path(sys.executable).parent}:/usr/bin:/bin"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the bucket beside the public key, as an auditor has them."""
    scene = Scene()
    for run in ("run-1", "run-1", "hold:case-17"):
        scene.record(run)
    scene.seal()
    for key, version in scene.files.items():
        file = tmp_path / "evidence" / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(version.content)
    (tmp_path / "seal.der").write_bytes(SEAL_DER)
    return tmp_path


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BASH, "-e", "-o", "pipefail", "-c", COMMANDS],
        cwd=folder,
        env={"PATH": TOOLS, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
        text=True,
    )


def test_documented_commands_verify_a_sealed_log(folder: Path) -> None:
    ended = checked(folder)
    assert ended.returncode == 0, ended.stderr
    assert "Signature Verified Successfully" in ended.stdout
    assert "hold:case-17/audit/000001-000001.jsonl: OK" in ended.stdout
    assert (folder / "vkey").read_text() == f"{KEY}\n"


# The hash of the first entry is computed, so that of its sibling is changed.
@pytest.mark.parametrize(
    ("changed", "position"),
    [
        ("seals/checkpoint", 10),
        ("seals/tile/entries/000.p/2", 10),
        ("seals/tile/0/000.p/2", -10),
        ("runs/hold:case-17/audit/000001-000001.jsonl", 10),
    ],
)
def test_documented_commands_find_a_changed_file(folder: Path, changed: str, position: int) -> None:
    file = folder / "evidence" / changed
    content = bytearray(file.read_bytes())
    content[position] ^= 1
    file.write_bytes(content)
    assert checked(folder).returncode != 0
