"""Corrected runs: which certificates are withdrawn and replaced, whatever dies or interferes."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import partial
from typing import Any

import orjson
import pytest
from genesys_purge.proof.certificates import predicate

from tests.clock import NOON, Clock
from tests.unit.proof.sealing import Died, Scene, dying_at, meeting_at
from tests.unit.proof.test_certify_run import certify, end, run

FOLDER = "runs/run-1/certificate"
LATER = NOON + timedelta(hours=1)
# One record fewer is gone than the certificate says.
FEWER = {"verified": 39}
UNPROVEN = {"verified": None, "verification": "not_possible"}


def certified() -> Scene:
    found = run()
    certify(found)
    found.seal()
    return found


def corrected(found: Scene, **changes: Any) -> None:
    """Later records change the totals."""
    end(found, "run_corrected", **changes)
    found.seal()


def entries(found: Scene) -> list[Any]:
    """The certificates and withdrawals of the log, in order."""
    logged = map(orjson.loads, found.committed)
    return [each["predicate"] for each in logged if ":certificate-" in each["predicateType"]]


def facts(found: Scene) -> list[tuple[str, Any]]:
    """The records about certificates."""
    records = map(orjson.loads, found.audit["run-1"].values())
    return [(each["action"], each["certificate"]) for each in records if "certificate" in each]


def digest(found: Scene, number: int) -> str:
    return hashlib.sha256(found.file(f"{FOLDER}/{number}/statement.json")).hexdigest()


def test_corrected_run_has_its_certificate_withdrawn_and_replaced() -> None:
    found = certified()
    corrected(found, **FEWER)
    certify(found)
    found.seal()
    first, withdrawal, second = entries(found)
    assert withdrawal["certificateId"] == first["certificateId"] == "cert-run-1-1"
    assert (withdrawal["reason"], withdrawal["supersededBy"]) == ("corrected", "cert-run-1-2")
    assert (second["certificateId"], second["supersedes"]) == ("cert-run-1-2", digest(found, 1))
    assert (second["verification"]["absent"], second["outcome"]) == (39, "complete_with_exceptions")
    assert digest(found, 1) in found.file(f"{FOLDER}/2/certificate.html").decode()
    assert found.file(f"{FOLDER}/2/certificate.tlog-proof")


def test_audit_has_the_withdrawal_and_both_certificates() -> None:
    found = certified()
    corrected(found, **FEWER)
    certify(found)
    (first, issued), (second, withdrawn), (third, replaced) = facts(found)
    assert (first, second, third) == (
        "certificate_issued",
        "certificate_withdrawn",
        "certificate_issued",
    )
    assert withdrawn == {
        "certificateId": "cert-run-1-1",
        "sha256": issued["sha256"],
        "reason": "corrected",
        "supersededBy": "cert-run-1-2",
    }
    assert replaced["sha256"] == digest(found, 2)


def test_run_that_is_no_longer_proven_has_no_successor() -> None:
    found = certified()
    corrected(found, **UNPROVEN)
    certify(found)
    _, withdrawal = entries(found)
    assert withdrawal["reason"] == "not_proven"
    assert "supersededBy" not in withdrawal
    assert f"{FOLDER}/2/statement.json" not in found.files
    assert found.file(f"{FOLDER}/1/withdrawal.json") == found.committed[-1]


def test_withdrawn_run_that_is_proven_again_gets_the_next_certificate() -> None:
    found = certified()
    corrected(found, **UNPROVEN)
    certify(found)
    corrected(found)
    certify(found)
    assert [each["certificateId"][-1] for each in entries(found)] == ["1", "1", "2"]
    assert entries(found)[-1]["supersedes"] == digest(found, 1)


@pytest.mark.parametrize("action", ["notification_delivered", "batch_unverified", "run_corrected"])
def test_later_record_that_changes_no_total_withdraws_nothing(action: str) -> None:
    found = certified()
    if action == "run_corrected":
        end(found, action)
    else:
        found.record("run-1", action, batch=0, verified=39)
    found.seal()
    certify(found)
    assert len(entries(found)) == 1
    assert f"{FOLDER}/1/withdrawal.json" not in found.files


def test_release_that_states_the_same_records_differently_withdraws_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = certified()
    monkeypatch.setattr(predicate, "_outcome", lambda _: "another word")
    certify(found)
    assert len(entries(found)) == 1


def test_certificate_speaks_for_the_records_up_to_the_last_totals() -> None:
    found = run()
    found.record("run-1", "batch_unverified", batch=0, verified=39)
    found.seal()
    certify(found)
    (certificate,) = entries(found)
    assert certificate["audit"]["treeSize"] == 7
    lines = b"".join(found.audit["run-1"][number] + b"\n" for number in range(1, 8))
    subject, _ = orjson.loads(found.committed[-1])["subject"]
    assert subject["digest"]["sha256"] == hashlib.sha256(lines).hexdigest()


def test_correction_asks_for_the_certificate_again() -> None:
    found = certified()
    before = len(found.certificates.sent)
    corrected(found, **FEWER)
    assert [each.run_id for each in found.certificates.sent[before:]] == ["run-1"]


def waiting(**changes: Any) -> Scene:
    """A certified run whose correction is sealed."""
    found = certified()
    corrected(found, **changes)
    return found


def steps_of(changes: dict[str, Any]) -> range:
    found = waiting(**changes)
    before = found.steps
    certify(found)
    return range(before + 1, found.steps + 1)


CORRECTIONS = pytest.mark.parametrize(
    ("changes", "ids"), [(FEWER, ["1", "1", "2"]), (UNPROVEN, ["1", "1"])]
)


def check(found: Scene, ids: list[str]) -> None:
    """The log has each entry once, and the audit the record about it; another reader agrees."""
    found.between = lambda _: None
    certify(found)
    found.seal()
    assert [each["certificateId"][-1] for each in entries(found)] == ids
    assert [each["certificateId"][-1] for _, each in facts(found)] == ids
    reader = found.reader()
    checkpoint = reader.get_checkpoint()
    assert reader.calculate_root_hash() == checkpoint.root_hash
    assert checkpoint.size == len(found.committed)
    assert found.file(f"{FOLDER}/1/withdrawal.json") in found.committed


@CORRECTIONS
def test_withdrawal_that_dies_at_any_step_is_completed_once(
    changes: dict[str, Any], ids: list[str]
) -> None:
    for step in steps_of(changes):
        found = waiting(**changes)
        found.between = dying_at(step)
        with pytest.raises(Died):
            certify(found)
        check(found, ids)


@CORRECTIONS
def test_two_workers_withdraw_and_replace_once(changes: dict[str, Any], ids: list[str]) -> None:
    for step in steps_of(changes):
        found = waiting(**changes)
        found.between = meeting_at(step, partial(certify, found, Clock(LATER)))
        certify(found)
        check(found, ids)


def test_worker_that_knows_later_records_has_the_last_word() -> None:
    for step in steps_of(UNPROVEN):
        found = waiting(**UNPROVEN)
        found.between = meeting_at(step, partial(correct_and_certify, found))
        certify(found)
        found.between = lambda _: None
        certify(found)
        assert entries(found)[-1]["verification"]["absent"] == 38, step
        ids = [each["certificateId"][-1] for each in entries(found)]
        assert ids == ["1", "1", "2"], step


def correct_and_certify(found: Scene) -> None:
    corrected(found, verified=38)
    certify(found)
