"""Judging a bundle in a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import verify
from tests.verifier.bundles import CERTIFICATE_KEY, VKEY, Files, by_cryptography, put

# The exit status, and the last line.
Judged = tuple[int, str]
Judge = Callable[..., Judged]


@pytest.fixture
def judged(tmp_path: Path) -> Judge:
    """Judges a bundle in a new folder; without openssl, and with the keys of the auditor."""
    made = iter(range(1_000_000))

    def judge(files: Files, vkey: str | None = VKEY, **given: Any) -> Judged:
        said: list[str] = []
        folder = put(tmp_path / str(next(made)), files)
        used: dict[str, Any] = {"fingerprint": CERTIFICATE_KEY, "signed": by_cryptography} | given
        status = verify.judge(folder, vkey, say=said.append, **used)
        return status, said[-1]

    return judge
