"""The files, signatures and places of a bundle: each test breaks one of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

import verify
from tests.verifier.bundles import (
    DSSE,
    KEY_ID,
    ORIGIN,
    OTHER_SEAL,
    PROOF,
    STATEMENT,
    VKEY,
    WITNESS,
    Files,
    bundle,
    encoded,
    envelope_of,
    key_line,
    note,
    put,
    random_log,
    with_manifest,
    witness_line,
    written,
)
from tests.verifier.conftest import Judge
from tests.verifier.shapes import random_shape
from tests.verifier.tamper import verdict
from tests.verifier.trees import leaf, path, root


def replaced(name: str, before: bytes, after: bytes, files: Files | None = None) -> Files:
    """A bundle with other bytes in one file, and a manifest that fits."""
    files = files or bundle()
    assert before in files[name]
    return with_manifest({**files, name: files[name].replace(before, after, 1)})


def test_bundle_is_proven(judged: Judge) -> None:
    assert judged(bundle()) == (0, "proof verified: 5 records, 9 audit records, seal 6")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_bundle_of_any_run_is_proven(judged: Judge, random: Random) -> None:
    status, line = judged(bundle(random_shape(random), **random_log(random)))
    assert (status, line[:14]) == (0, "proof verified"), line


@given(st.integers(1, 70), st.data())
def test_path_leads_to_the_root_from_its_own_entry_only(size: int, data: st.DataObject) -> None:
    contents = [b"entry %d" % each for each in range(size)]
    leaves = [leaf(each) for each in contents]
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1))
    steps = path(index, leaves)
    assert verify.root_by(steps, contents[index], index, size) == root(leaves)
    assert is_refused(steps, contents[other], index, size, leaves) == (other != index)
    assert is_refused(steps, contents[index], other, size, leaves) == (other != index)
    with pytest.raises(verify.Disproven, match="too many hashes"):
        verify.root_by([*steps, leaves[0]], contents[index], index, size)
    if steps:
        with pytest.raises(verify.Disproven, match="too few hashes"):
            verify.root_by(steps[:-1], contents[index], index, size)


def test_entry_beyond_the_checkpoint_is_refused() -> None:
    assert is_refused([], b"entry", 1, 1, [leaf(b"entry")])


def is_refused(
    steps: Sequence[bytes], content: bytes, index: int, size: int, leaves: Sequence[bytes]
) -> bool:
    """Whether the path does not lead to the root."""
    try:
        return verify.root_by(steps, content, index, size) != root(leaves)
    except verify.Disproven:
        return True


def test_root_is_that_of_another_implementation() -> None:
    tree, other = verify.Tree(), InmemoryTree(algorithm="sha256")
    for number in range(70):
        tree.add(b"%d" % number)
        other.append_entry(b"%d" % number)
        assert tree.root() == other.get_root()


@pytest.mark.parametrize("name", sorted(bundle()))
def test_missing_file_leaves_the_proof_undecided(judged: Judge, name: str) -> None:
    files = {other: content for other, content in bundle().items() if other != name}
    assert judged(files) == (2, f"CANNOT BE DECIDED: {name} is missing")


@pytest.mark.parametrize("name", sorted(bundle()))
def test_changed_file_is_found_by_the_manifest(judged: Judge, name: str) -> None:
    files = bundle()
    assert judged({**files, name: files[name] + b"\n"})[0] == 1


def test_file_that_is_not_of_a_bundle_is_refused(judged: Judge) -> None:
    status, line = judged(with_manifest({**bundle(), "keys/\x1b[2Jother.pem": b""}))
    assert (status, line[:46]) == (1, "DISPROVEN: keys/\\x1b[2Jother.pem is not a file")


def test_text_of_a_bundle_cannot_fill_the_screen(judged: Judge) -> None:
    name = "a" + " " * 90 + "proof verified: 9 records, 9 audit records, seal 9"
    _, line = judged(with_manifest({**bundle(), name: b""}))
    assert ("  " in line, "proof verified" in line) == (False, False), line


def test_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    assert verdict(tmp_path / "absent").startswith("CANNOT BE DECIDED: there is no folder ")


def test_file_for_people_is_not_read_without_end(judged: Judge) -> None:
    large = {**bundle(), "HOW-TO-VERIFY.txt": b"x" * (2 << 20)}
    assert "is longer than" in judged(with_manifest(large))[1]


def test_link_in_a_bundle_is_refused(tmp_path: Path) -> None:
    folder = put(tmp_path / "bundle", bundle())
    (tmp_path / "outside").write_bytes((folder / STATEMENT).read_bytes())
    (folder / STATEMENT).unlink()
    (folder / STATEMENT).symlink_to(tmp_path / "outside")
    assert verdict(folder) == f"DISPROVEN: {STATEMENT} is not a real file"


def test_linked_folder_in_a_bundle_is_refused(tmp_path: Path) -> None:
    folder = put(tmp_path / "bundle", bundle())
    (folder / "keys").rename(tmp_path / "keys")
    (folder / "keys").symlink_to(tmp_path / "keys")
    assert verdict(folder) == "DISPROVEN: keys is not a real file"


def test_file_of_over_a_mebibyte_is_not_read(judged: Judge) -> None:
    status, line = judged(with_manifest({**bundle(), PROOF: b"x" * ((1 << 20) + 1)}))
    assert (status, "is longer than" in line) == (1, True)


def test_without_vkey_a_right_bundle_is_undecided(judged: Judge) -> None:
    status, line = judged(bundle(), vkey=None)
    assert status == 2
    assert "KEYS FROM THE BUNDLE PROVE NOTHING" in line


def test_without_certificate_key_a_right_bundle_is_undecided(judged: Judge) -> None:
    assert judged(bundle(), fingerprint=None)[0] == 2


def test_without_keys_a_wrong_bundle_is_disproven(judged: Judge) -> None:
    wrong = replaced(DSSE, b'"sig":"', b'"sig":"AA')
    assert judged(wrong, vkey=None, fingerprint=None)[0] == 1


def test_bundle_of_another_log_is_refused(judged: Judge) -> None:
    assert judged(bundle(), vkey=key_line(ORIGIN, OTHER_SEAL)[0])[0] == 1
    assert judged(bundle(), vkey=key_line("other.example.com", OTHER_SEAL)[0])[0] == 1


def test_bundle_of_another_certificate_key_is_refused(judged: Judge) -> None:
    assert judged(bundle(), fingerprint=f"sha256:{'0' * 64}")[0] == 1


def test_checkpoint_of_another_key_is_refused(judged: Judge) -> None:
    files = bundle()
    head, _, rest = files[PROOF].decode().partition("\n\n")
    size, top = rest.split("\n")[1:3]
    forged = note(int(size), verify.unbase64(top), key=OTHER_SEAL)
    status, line = judged(with_manifest({**files, PROOF: f"{head}\n\n{forged}".encode()}))
    assert status == 1
    assert "signature of the checkpoint" in line


def test_checkpoint_of_another_log_with_the_same_key_is_refused(judged: Judge) -> None:
    files = bundle()
    head, _, rest = files[PROOF].decode().partition("\n\n")
    size, top = rest.split("\n")[1:3]
    other = note(int(size), verify.unbase64(top), origin="other.example.com")
    status, line = judged(with_manifest({**files, PROOF: f"{head}\n\n{other}".encode()}))
    assert (status, line) == (1, "DISPROVEN: the checkpoint is not one of this log")


def test_envelope_of_another_key_is_refused(judged: Judge) -> None:
    files = bundle()
    other = ec.derive_private_key(7654321, ec.SECP256R1())
    forged = with_manifest({**files, DSSE: envelope_of(files[STATEMENT], other)})
    assert judged(forged) == (1, "DISPROVEN: the certificate is not signed by its key")


def test_certificate_that_is_not_in_the_log_is_refused(judged: Judge) -> None:
    files, other = bundle(), bundle(entries=(3, 3))
    status, line = judged(with_manifest({**files, PROOF: other[PROOF].replace(b"x 3", b"x 2")}))
    assert (status, line[:9]) == (1, "DISPROVEN")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (PROOF, b"index 2", b"index 02"),
        (PROOF, b"index 2", "index ٢".encode()),
        (PROOF, b"index 2\n", b"index 2\n\n"),
        (PROOF, b"proof@v1", b"proof@v2"),
        (PROOF, b"\n6\n", b"\n06\n"),
        (DSSE, b'","payload"', b'", "payload"'),
        (DSSE, b'{"payloadType"', b'{"payload":"","payloadType"'),
        (DSSE, b"in-toto+json", b"in-toto+Json"),
        ("keys/seal.vkey", b"\n", b"\n\n"),
        ("keys/seal.pem", b"\n", b"\r\n"),
        ("keys/certificate.pem", b"\n", b"\r\n"),
    ],
)
def test_other_way_to_write_the_same_is_refused(
    judged: Judge, name: str, before: bytes, after: bytes
) -> None:
    assert judged(replaced(name, before, after))[0] == 1


def test_signatures_of_others_do_not_count(judged: Judge) -> None:
    witnesses = (witness_line(), witness_line("x"), witness_line(ORIGIN))
    assert judged(bundle(witnesses=witnesses))[0] == 0


def test_malformed_signature_of_others_is_refused(judged: Judge) -> None:
    assert judged(bundle(witnesses=("- witness AAAA\n",)))[0] == 1


def test_signature_line_that_is_there_twice_is_refused(judged: Judge) -> None:
    files = bundle()
    line = files[PROOF].split(b"\n\n")[2]
    assert judged(with_manifest({**files, PROOF: files[PROOF] + line}))[0] == 1
    assert judged(bundle(witnesses=(witness_line(), witness_line())))[0] == 1


def test_two_signatures_of_the_log_are_refused(judged: Judge) -> None:
    files = bundle()
    other = f"— {ORIGIN} {encoded(KEY_ID + bytes(64))}\n"
    assert judged(with_manifest({**files, PROOF: files[PROOF] + other.encode()}))[0] == 1


def test_statement_with_a_key_twice_is_refused(judged: Judge) -> None:
    text = written({"a": 1})[:-1] + b',"a":2}'
    files = bundle()
    forged = {**files, STATEMENT: text, DSSE: envelope_of(text)}
    assert judged(with_manifest(forged))[0] == 1
    with pytest.raises(verify.Disproven, match="a key is there twice"):
        verify.parsed(text, "statement")


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "1e999", "[" * 100_000, "\ufeff{}", "[]"])
def test_value_that_strict_json_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(verify.Disproven):
        verify.parsed(f'{{"a":{text}}}'.encode() if text[0] in "N-1" else text.encode(), "x")


@pytest.mark.parametrize(
    ("certificate_id", "supersedes", "status"),
    [
        ("cert-run-1-1", None, 0),
        ("cert-run-1-2", "ab" * 32, 0),
        ("cert-run-1-12", "ab" * 32, 0),
        ("cert-run-1-2", None, 1),
        ("cert-run-1-2", "ab" * 31, 1),
        ("cert-run-1-2", 7, 1),
        ("cert-run-1-1", "ab" * 32, 1),
        ("cert-run-1-0", None, 1),
        ("cert-run-1-02", "ab" * 32, 1),
        ("cert-run-2-1", None, 1),
        ("cert-runx1-1", None, 1),
    ],
)
def test_certificate_has_a_number_and_each_later_one_supersedes_another(
    judged: Judge, certificate_id: str, supersedes: object, status: int
) -> None:
    def change(statement: dict[str, Any]) -> None:
        statement["predicate"] |= {"certificateId": certificate_id}
        if supersedes is not None:
            statement["predicate"]["supersedes"] = supersedes

    assert judged(bundle(change=change))[0] == status


def signed_by_both() -> Files:
    """A bundle from the time of two keys of the log, which both signed its checkpoint."""
    files, der = bundle(), OTHER_SEAL.public_key()
    line, key_id = key_line(ORIGIN, OTHER_SEAL)
    body = files[PROOF].split(b"\n\n")[1] + b"\n"
    signature = f"— {ORIGIN} {encoded(key_id + OTHER_SEAL.sign(body))}\n".encode()
    pem = der.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    keys = {
        "keys/seal.vkey": files["keys/seal.vkey"] + f"{line}\n".encode(),
        "keys/seal.pem": files["keys/seal.pem"] + pem,
    }
    return with_manifest({**files, **keys, PROOF: files[PROOF] + signature})


def test_bundle_of_two_keys_is_proven_with_either(judged: Judge) -> None:
    other = key_line(ORIGIN, OTHER_SEAL)[0]
    for vkey in (VKEY, other, f"{other}\n{VKEY}"):
        assert judged(signed_by_both(), vkey=vkey)[0] == 0
    assert judged(signed_by_both(), vkey=key_line(ORIGIN, WITNESS)[0])[0] == 1
    assert judged(bundle(), vkey=f"{other}\n{VKEY}")[0] == 0


@pytest.mark.parametrize("name", [PROOF, "keys/seal.vkey", "keys/seal.pem"])
@pytest.mark.parametrize("is_first", [True, False])
def test_bundle_of_two_keys_has_both_keys_and_both_signatures(
    judged: Judge, name: str, is_first: bool
) -> None:
    files = signed_by_both()
    single = bundle()[name] if is_first else files[name].replace(_end_of(bundle()[name]), b"", 1)
    assert judged(with_manifest({**files, name: single}))[0] == 1
    place = files[name].rindex(b"A", 0, -60)
    edited = files[name][:place] + b"B" + files[name][place + 1 :]
    assert judged(with_manifest({**files, name: edited}))[0] == 1


def _end_of(content: bytes) -> bytes:
    """The last block of a file: a signature, or a key."""
    mark = b"-----BEGIN" if b"-----BEGIN" in content else "— ".encode()
    return content[content.rindex(mark) :] if mark in content else content
