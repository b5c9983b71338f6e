"""Checkpoints as signed notes, read by another implementation and by openssl."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from genesys_purge.proof.note import Checkpoint, VerifierKey
from tlog_scales.signing import Vkey
from tlog_scales.tlog import Checkpoint as Theirs

from tests.signers import SEAL
from tests.unit.proof.small_log import KEY, ORIGIN, note, root

OPENSSL = str(shutil.which("openssl"))


def test_checkpoint_is_three_lines() -> None:
    encoded = base64.b64encode(root(701)).decode()
    assert Checkpoint(ORIGIN, 701, root(701)).body == f"{ORIGIN}\n701\n{encoded}\n"


def test_another_implementation_reads_the_key_and_verifies_the_note() -> None:
    key = Vkey.from_string(str(KEY))
    assert (key.name, key.key_id) == (ORIGIN, int.from_bytes(KEY.key_id))
    checkpoint = Theirs.from_text(note(701))
    assert (checkpoint.size, checkpoint.root_hash) == (701, root(701))
    checkpoint.verify(key)


def test_openssl_verifies_the_signature_of_the_body(tmp_path: Path) -> None:
    body, _, signed = note(9).partition("\n\n")
    (tmp_path / "body").write_text(f"{body}\n")
    (tmp_path / "signature").write_bytes(base64.b64decode(signed.split(" ")[2])[4:])
    (tmp_path / "key.pem").write_text(KEY.pem)
    words = "pkeyutl -verify -pubin -inkey key.pem -rawin -in body -sigfile signature"
    line = [OPENSSL, *words.split()]
    ended = subprocess.run(line, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert ended.stdout == "Signature Verified Successfully\n"


def test_checkpoint_of_a_note_is_read() -> None:
    assert Checkpoint.in_note(note(5)) == Checkpoint(ORIGIN, 5, root(5))


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{ORIGIN}\n5\n\n",
        f"{ORIGIN}\n05\nAAAA\n\n",
        f"{ORIGIN}\n5\n!!!!\n\n",
        "a\n5\nAAAA\nb\n\n",
    ],
)
def test_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"checkpoint|base64"):
        Checkpoint.in_note(text)


def test_signature_of_another_log_is_not_put_under_a_checkpoint() -> None:
    checkpoint = Checkpoint("another.example.com/seals", 1, root(1))
    with pytest.raises(ValueError, match="not of this log"):
        checkpoint.line(KEY, SEAL.sign(checkpoint.body.encode()))


def test_other_kind_of_key_is_refused() -> None:
    with pytest.raises(ValueError, match="no Ed25519 key"):
        VerifierKey.of_der(ORIGIN, b"\x30" * 91)
