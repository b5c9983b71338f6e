"""The proof that a public tool makes from a log that the product published."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest
from tlog_scales.cli import cmd_gen_proof

import verify
from tests.unit.proof.small_log import KEY, entries, publish, root
from tests.verifier.bundles import by_cryptography


@pytest.mark.parametrize("index", [0, 299, 699, 700])
def test_proof_of_a_public_tool_about_the_log_is_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], index: int
) -> None:
    publish(tmp_path, 300, 701)
    cmd_gen_proof(Namespace(location=str(tmp_path), leaf_index=index))
    proof, keys = capsys.readouterr().out, [verify.vkey_of(str(KEY))]
    entry = entries(701)[index]
    sealed = verify.check_sealed(entry, proof, keys, by_cryptography)
    assert sealed == (index, 701, root(701))
    with pytest.raises(verify.Disproven):
        verify.check_sealed(entry + b".", proof, keys, by_cryptography)
