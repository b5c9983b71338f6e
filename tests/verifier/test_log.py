"""A copy of the log beside the bundle: it has grown and nothing else, and withdraws nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest

from tests.verifier.bundles import (
    OTHER_SEAL,
    PROOF,
    STATEMENT,
    Files,
    bundle,
    note,
    put,
)
from tests.verifier.conftest import Judge, Judged
from tests.verifier.edits import IN_A_FILE
from tests.verifier.logs import entries_of, log_of, successor, withdrawal
from tests.verifier.trees import leaf, root

FILES = bundle()
# Nothing is read from these: the tree is computed from the entries.
IGNORED = ("tile/0/", "checkpoints/")
Against = Callable[..., Judged]


@pytest.fixture
def against(judged: Judge, tmp_path: Path) -> Against:
    """Judges the bundle with a copy of the log, and a checkpoint that the auditor kept."""
    made = iter(range(1_000_000))

    def judge(log: Files, kept: str | None = None, files: Files = FILES) -> Judged:
        folder = put(tmp_path / f"log-{next(made)}", log)
        if kept is None:
            return judged(files, copy=folder)
        (tmp_path / "kept").write_text(kept)
        return judged(files, copy=folder, kept=tmp_path / "kept")

    return judge


def grown(*later: bytes) -> Files:
    """The log of the bundle with later entries."""
    return log_of(entries_of(FILES, *later))


def signed(entries: Sequence[bytes]) -> str:
    """The checkpoint over these entries."""
    return note(len(entries), root(list(map(leaf, entries))))


@pytest.mark.parametrize("later", [0, 1, 249, 250, 251, 600])
def test_log_that_has_grown_is_proven(against: Against, later: int) -> None:
    log = grown(*(b"later %d" % each for each in range(later)))
    assert against(log) == (0, "proof verified: 5 records, 9 audit records, seal 6")


@pytest.mark.parametrize("size", [1, 3, 6, 9, 12])
def test_kept_checkpoint_of_any_size_is_a_prefix(against: Against, size: int) -> None:
    entries = entries_of(FILES, *(b"later %d" % each for each in range(6)))
    assert against(log_of(entries), signed(entries[:size]))[0] == 0


def test_kept_checkpoint_with_another_root_is_fraud(against: Against) -> None:
    other = signed([b"another entry", *entries_of(FILES)[1:4]])
    assert "two histories of its first 4 entries" in against(grown(b"1"), other)[1]


def test_two_checkpoints_of_one_size_are_fraud(against: Against) -> None:
    other = [*entries_of(FILES)[:-1], b"another entry"]
    status, line = against(log_of(other))
    assert (status, "two histories of its first 6 entries" in line) == (1, True)


def test_log_with_another_history_before_the_bundle_is_fraud(against: Against) -> None:
    status, line = against(log_of([b"another entry", *entries_of(FILES)[1:], b"later"]))
    assert (status, "this is fraud" in line) == (1, True)


@pytest.mark.parametrize("kept", [None, 9])
def test_shorter_log_is_undecided(against: Against, kept: int | None) -> None:
    entries = entries_of(FILES, *(b"later %d" % each for each in range(5)))
    cut = entries[:8] if kept else entries[:5]
    status, line = against(log_of(cut), signed(entries[:kept]) if kept else None)
    assert (status, "its log was cut off" in line) == (2, True)


def test_missing_bundle_of_entries_is_undecided(against: Against) -> None:
    log = grown(*(b"later %d" % each for each in range(300)))
    del log["tile/entries/000"]
    assert against(log)[0] == 2


@pytest.mark.parametrize("dropped", [1, 100])
def test_log_whose_last_entries_were_removed_is_disproven(against: Against, dropped: int) -> None:
    log = grown(*(b"later %d" % each for each in range(200)))
    name = "tile/entries/000.p/206"
    log[name] = log_of(entries_of(FILES, *(b"later %d" % each for each in range(200 - dropped))))[
        f"tile/entries/000.p/{206 - dropped}"
    ]
    status, line = against(log)
    assert (status, line) == (1, f"DISPROVEN: {name} is cut off")


def test_checkpoint_of_another_key_is_refused(against: Against) -> None:
    entries = entries_of(FILES, b"later")
    forged = note(len(entries), root(list(map(leaf, entries))), key=OTHER_SEAL)
    assert against(log_of(entries, forged))[0] == 1


def test_entries_that_the_checkpoint_does_not_name_are_refused(against: Against) -> None:
    entries = entries_of(FILES, b"later")
    status, line = against(log_of(entries, signed([*entries[:-1], b"other"])))
    assert (status, "not those that its checkpoint names" in line) == (1, True)


def test_withdrawn_certificate_without_a_successor_is_disproven(against: Against) -> None:
    status, line = against(grown(b"1", withdrawal(FILES), b"2"))
    words = "the certificate cert-run-1-1 is withdrawn (not_proven), and nothing replaces it"
    assert (status, line) == (1, f"DISPROVEN: {words}")


def test_withdrawn_certificate_names_its_successor(against: Against) -> None:
    entry = withdrawal(FILES, reason="corrected", supersededBy="cert-run-1-2")
    status, line = against(grown(entry))
    assert (status, line[-47:]) == (1, "withdrawn (corrected), and cert-run-1-2 replaces it"[-47:])


def test_successor_that_the_withdrawal_does_not_name_is_found(against: Against) -> None:
    digest = hashlib.sha256(FILES[STATEMENT]).hexdigest()
    line = against(grown(withdrawal(FILES), successor(digest, "cert-run-1-3")))[1]
    assert line.endswith("(not_proven), and cert-run-1-3 replaces it")
    assert against(grown(successor(digest)))[0] == 1


def test_withdrawal_in_other_letters_of_json_is_found(against: Against) -> None:
    assert against(grown(withdrawal(FILES).replace(b"certificate-", b"certificate\\u002d")))[0] == 1


def test_withdrawal_of_another_certificate_does_not_count(against: Against) -> None:
    other = withdrawal(FILES, certificateId="cert-run-1-12")
    assert against(grown(other, successor("ab" * 32)))[0] == 0


def test_withdrawal_that_the_log_does_not_sign_does_not_count(against: Against) -> None:
    log = grown(b"x" * len(withdrawal(FILES)))
    name = "tile/entries/000.p/7"
    log[name] = log[name].replace(b"x" * len(withdrawal(FILES)), withdrawal(FILES))
    assert "not those that its checkpoint names" in against(log)[1]


@pytest.mark.parametrize("kind", IN_A_FILE)
def test_edit_of_any_file_of_the_log_is_found_or_has_no_influence(
    against: Against, kind: str
) -> None:
    log = grown(*(b"later %d" % each for each in range(300)))
    for seed in range(30):
        random = Random(seed)  # noqa: S311  a seed repeats its edits
        name = random.choice(sorted(log))
        edited = IN_A_FILE[kind](random, log[name])
        if edited == log[name]:
            continue
        status = against({**log, name: edited})[0]
        assert (status == 0) == name.startswith(IGNORED), (seed, name)


def test_bundle_and_log_may_have_further_signatures(against: Against) -> None:
    entries = entries_of(FILES, b"later")
    line = signed(entries[:2]).split("\n\n")[1].replace("— purge.", "— witness.")
    assert against(log_of(entries, signed(entries) + line))[0] == 0
    assert FILES[PROOF].count("—".encode()) == 1
