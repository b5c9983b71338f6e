"""Another checkpoint of the log, which the auditor has kept."""

from __future__ import annotations

from pathlib import Path

from tests.verifier.bundles import OTHER_SEAL, PROOF, bundle, note
from tests.verifier.conftest import Judge
from tests.verifier.trees import leaf


def test_same_checkpoint_is_proven(judged: Judge, tmp_path: Path) -> None:
    files, kept = bundle(), tmp_path / "kept"
    kept.write_bytes(files[PROOF].partition(b"\n\n")[2])
    assert judged(files, kept=kept)[0] == 0


def test_checkpoint_of_another_size_leaves_it_undecided(judged: Judge, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text(note(4, leaf(b"")))
    status, line = judged(bundle(), kept=kept)
    assert status == 2
    assert "only the log shows" in line


def test_two_checkpoints_of_one_size_are_fraud(judged: Judge, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text(note(6, leaf(b"other")))
    assert judged(bundle(), kept=kept)[0] == 1


def test_other_checkpoint_must_be_signed(judged: Judge, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text(note(4, leaf(b""), key=OTHER_SEAL))
    assert judged(bundle(), kept=kept)[0] == 1


def test_absent_checkpoint_leaves_it_undecided(judged: Judge, tmp_path: Path) -> None:
    assert judged(bundle(), kept=tmp_path / "absent")[0] == 2
