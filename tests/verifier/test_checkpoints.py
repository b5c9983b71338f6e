"""Another checkpoint of the log, which the auditor has kept."""

from __future__ import annotations

import os
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


def test_checkpoint_that_the_log_did_not_sign_decides_nothing(
    judged: Judge, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.write_text(note(4, leaf(b""), key=OTHER_SEAL))
    status, line = judged(bundle(), kept=kept)
    assert (status, "--checkpoint is not one of this log" in line) == (2, True), line


def test_text_that_is_no_checkpoint_decides_nothing(judged: Judge, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(b"\xff\x00")
    assert judged(bundle(), kept=kept)[0] == 2


def test_checkpoint_in_a_proof_is_read(judged: Judge, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(bundle()["certificate/certificate.tlog-proof"])
    assert judged(bundle(), kept=kept)[0] == 0


def test_checkpoint_that_is_a_pipe_does_not_hang(judged: Judge, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "kept")
    status, line = judged(bundle(), kept=tmp_path / "kept")
    assert (status, line) == (2, "CANNOT BE DECIDED: kept is not a file")


def test_absent_checkpoint_leaves_it_undecided(judged: Judge, tmp_path: Path) -> None:
    assert judged(bundle(), kept=tmp_path / "absent")[0] == 2
