"""The bundle of a run: its files, its keys, and what stops it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from genesys_purge.model.erasable import StoredDisclosures
from genesys_purge.proof.note import VerifierKey

import verify
from cli.evidence.bundle import DISCLOSURES, LATER, MANIFEST, Evidence, Incomplete
from tests.signers import LocalCertificateKey
from tests.unit.proof.sealing import Scene, key_named, vkey_of
from tests.unit.proof.small_log import KEY, ORIGIN
from tests.unit.proof.test_certify_run import certify, end, run
from tests.verifier.bundles import by_cryptography


def evidence(found: Scene) -> Evidence:
    def read(key: str) -> bytes:
        return found.files[key].content

    def names(prefix: str) -> Iterator[str]:
        return (key for key in found.files if key.startswith(prefix))

    return Evidence("run-1", read, names)


def certified() -> Scene:
    found = run()
    certify(found)
    found.seal()
    return found


def test_bundle_has_the_certified_records_and_both_keys(tmp_path: Path) -> None:
    found = certified()
    found.record("run-1", "notification_delivered")
    found.seal()
    keys = evidence(found).bundle(tmp_path / "out")
    key_id = hashlib.sha256(LocalCertificateKey.der).hexdigest()
    assert keys == {"vkey": str(KEY), "certificateKey": f"sha256:{key_id}"}
    lines = (tmp_path / "out" / "audit.jsonl").read_bytes().splitlines()
    assert lines == [found.audit["run-1"][number] for number in range(1, 8)]
    plan = found.file("runs/run-1/plan.jsonl")
    assert (tmp_path / "out" / "plan.jsonl").read_bytes() == plan
    page = found.file("runs/run-1/certificate/1/certificate.html")
    assert (tmp_path / "out" / "certificate" / "certificate.html").read_bytes() == page
    assert (tmp_path / "out" / "keys" / "seal.pem").read_text() == KEY.pem


def test_manifest_has_the_digest_of_every_other_file(tmp_path: Path) -> None:
    evidence(certified()).bundle(tmp_path / "out")
    files = [each for each in (tmp_path / "out").rglob("*") if each.is_file()]
    listed = (tmp_path / "out" / MANIFEST).read_text().splitlines()
    assert listed == [
        f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.relative_to(tmp_path / 'out')}"
        for each in sorted(files)
        if each.name != MANIFEST
    ]


def test_run_without_a_certificate_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match="has no certificate, or not yet"):
        evidence(run()).bundle(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_instructions_compute_the_root_of_the_plan(tmp_path: Path) -> None:
    evidence(certified()).bundle(tmp_path / "out")
    text = (tmp_path / "out" / "HOW-TO-VERIFY.txt").read_text()
    code = text.partition("python3 -c '")[2].partition("'\n")[0]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "out",
        capture_output=True,
        text=True,
        check=True,
    )
    statement = json.loads((tmp_path / "out" / "certificate" / "statement.json").read_text())
    assert done.stdout.strip() == statement["predicate"]["plan"]["hash"]


def test_certificate_without_its_plan_leaves_no_folder(tmp_path: Path) -> None:
    found = certified()
    del found.files["runs/run-1/plan.jsonl"]
    with pytest.raises(Incomplete, match=r"runs/run-1/plan\.jsonl is not in the evidence bucket"):
        evidence(found).bundle(tmp_path / "out")


def test_missing_segment_leaves_the_earlier_bundle(tmp_path: Path) -> None:
    found = certified()
    evidence(found).bundle(tmp_path / "out")
    del found.files["runs/run-1/audit/000001-000007.jsonl"]
    with pytest.raises(Incomplete, match="end at record"):
        evidence(found).bundle(tmp_path / "out")
    assert (tmp_path / "out" / "audit.jsonl").exists()


def corrected(**changes: Any) -> Scene:
    """A certified run whose totals have changed since."""
    found = certified()
    end(found, "run_corrected", **changes)
    found.seal()
    certify(found)
    found.seal()
    return found


def test_bundle_has_the_newest_certificate(tmp_path: Path) -> None:
    found = corrected(verified=39)
    evidence(found).bundle(tmp_path / "out")
    statement = (tmp_path / "out" / "certificate" / "statement.json").read_bytes()
    assert statement == found.file("runs/run-1/certificate/2/statement.json")
    assert (tmp_path / "out" / "audit.jsonl").read_bytes().count(b"\n") == 9
    assert evidence(found).withdrawal() is None


def test_bundle_of_a_withdrawn_certificate_says_so(tmp_path: Path) -> None:
    found = corrected(verified=None)
    evidence(found).bundle(tmp_path / "out")
    withdrawal = evidence(found).withdrawal()
    assert withdrawal is not None
    assert (withdrawal["certificateId"], withdrawal["reason"]) == ("cert-run-1-1", "not_proven")


def test_segment_that_ends_behind_the_certificate_is_cut(tmp_path: Path) -> None:
    found = run()
    found.record("run-1", "notification_delivered")
    other = Scene(audit=found.audit, plans=found.plans)
    other.seal()
    certify(other)
    other.seal()
    evidence(other).bundle(tmp_path / "out")
    assert "runs/run-1/audit/000001-000008.jsonl" in other.files
    assert (tmp_path / "out" / "audit.jsonl").read_bytes().count(b"\n") == 7


def judged(bundle: Path, log: Path | None = None, *keys: VerifierKey) -> tuple[int, str]:
    """The exit status of the verifier, and its last line."""
    said: list[str] = []
    vkey = "\n".join(map(str, keys or (KEY,)))
    key = f"sha256:{hashlib.sha256(LocalCertificateKey.der).hexdigest()}"
    status = verify.judge(bundle, vkey, key, signed=by_cryptography, say=said.append, copy=log)
    return status, said[-1]


def copied(found: Scene, folder: Path) -> Path:
    """A copy of the log, as an auditor makes it."""
    for key, version in found.files.items():
        if key.startswith("seals/"):
            file = folder / key.removeprefix("seals/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(version.content)
    return folder


def test_verifier_follows_a_corrected_run_through_the_log(tmp_path: Path) -> None:
    found = certified()
    evidence(found).bundle(tmp_path / "old")
    first = judged(tmp_path / "old", copied(found, tmp_path / "log"))
    assert first == (0, "proof verified: 40 records, 7 audit records, seal 3")
    for action in ("batch_submitted", "batch_completed"):
        found.record("run-1", action, batch=0, jobId="job-late", deleted=1)
    end(found, "run_corrected", deleted=41, supersedes=7)
    found.seal()
    certify(found)
    found.seal()
    evidence(found).bundle(tmp_path / "new")
    log = copied(found, tmp_path / "log")
    assert judged(tmp_path / "new", log)[0] == 0
    assert judged(tmp_path / "old")[0] == 0
    status, line = judged(tmp_path / "old", log)
    assert (status, line.rpartition(" is ")[2]) == (
        1,
        "withdrawn (corrected), and cert-run-1-2 replaces it",
    )


def personal(*sequences: int) -> list[StoredDisclosures]:
    return [StoredDisclosures(each, "run_submitted", ["WyJhIl0"], 1) for each in sequences]


def test_bundle_has_the_disclosures_of_its_records_in_order(tmp_path: Path) -> None:
    found = certified()
    evidence(found).bundle(tmp_path / "out", personal(1, 7, 8))
    lines = (tmp_path / "out" / DISCLOSURES).read_text().splitlines()
    assert lines == [
        '{"sequence":1,"disclosures":["WyJhIl0"]}',
        '{"sequence":7,"disclosures":["WyJhIl0"]}',
    ]
    assert DISCLOSURES in (tmp_path / "out" / MANIFEST).read_text()


def test_bundle_has_no_disclosures_unless_they_are_asked_for(tmp_path: Path) -> None:
    evidence(certified()).bundle(tmp_path / "out")
    assert not (tmp_path / "out" / DISCLOSURES).exists()


@pytest.mark.parametrize("action", ["personal_data_erased", "notification_delivered"])
def test_bundle_has_later_records_if_one_erased_something(tmp_path: Path, action: str) -> None:
    found = certified()
    found.record("run-1", action, erasure={"sequences": [1]})
    found.seal()
    evidence(found).bundle(tmp_path / "out")
    later = tmp_path / "out" / LATER
    assert later.exists() == (action == "personal_data_erased")
    expected = [found.audit["run-1"][number] for number in (8, 9)]
    assert not later.exists() or later.read_bytes().splitlines() == expected


def test_key_that_changes_within_a_run_leaves_its_bundle_valid(tmp_path: Path) -> None:
    found = Scene(current="old")
    run(found=found)
    found.current, found.previous = "new", "old"
    certify(found)
    found.seal()
    old, new = (vkey_of(key_named(name)) for name in ("old", "new"))
    assert evidence(found).bundle(tmp_path / "out")["vkey"] == str(new)
    log = copied(found, tmp_path / "log")
    for keys in ((new,), (old,), (new, old)):
        assert judged(tmp_path / "out", log, *keys)[0] == 0
    assert judged(tmp_path / "out", None, vkey_of(key_named("other")))[0] == 1


def test_bundle_of_the_old_key_is_checked_with_the_log_of_the_new_one(tmp_path: Path) -> None:
    found = Scene(current="old")
    run(found=found)
    certify(found)
    found.seal()
    evidence(found).bundle(tmp_path / "out")
    found.current, found.previous = "new", "old"
    found.record("run-2")
    found.seal()
    found.previous = ""
    found.record("run-2")
    found.seal()
    log = copied(found, tmp_path / "log")
    old, new = (vkey_of(key_named(name)) for name in ("old", "new"))
    assert judged(tmp_path / "out", log, old, new)[0] == 0
    assert judged(tmp_path / "out", log, old) == (
        1,
        f"DISPROVEN: the checkpoint has no signature of {ORIGIN}",
    )
