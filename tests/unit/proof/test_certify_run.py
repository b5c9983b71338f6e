"""Certificates of runs: who gets one, what it says, and that there is one, whatever dies."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
import pytest
from genesys_purge.errors import LostRace
from genesys_purge.methods.contract import Planned
from genesys_purge.model.batch import Entry
from genesys_purge.proof.certificates.certify_run import CertifyRun
from genesys_purge.proof.certificates.dsse import pre_authentication
from genesys_purge.proof.certificates.issuer import Issuer
from genesys_purge.proof.certificates.predicate import predicate_of
from genesys_purge.proof.certificates.sealed_audit import SealedAudit
from genesys_purge.proof.errors import Contradicted
from tlog_scales.tlog import InclusionProof

from tests import builders
from tests.clock import Clock
from tests.plan_fakes import known_lines
from tests.signers import LocalCertificateKey
from tests.unit.proof.sealing import Died, Scene, dying_at
from tests.unit.proof.small_log import ORIGIN

FOLDER = "runs/run-1/certificate/1"
METHOD = {"method": "conversation_archive"}
UNITS = {"unit": "conversations", "deletedUnit": "conversations"}
ENTRIES = [Entry(each, builders.days_ago(400), None) for each in builders.conversation_ids(40)]
OPENSSL = str(shutil.which("openssl"))


def certify(found: Scene, clock: Clock | None = None) -> None:
    key, controller, now = LocalCertificateKey(), "Example GmbH", clock or Clock()
    CertifyRun(found, found, found, found.plans, key, ORIGIN, controller, now)("run-1")


def end(found: Scene, action: str = "run_completed", **changes: Any) -> None:
    """The totals of the run: 40 of 40, or as `changes` say; None removes a field."""
    totals = {"outcome": "completed", "targeted": 40, "deleted": 40, "verified": 40}
    request = {"request": {"dryRun": False, "classification": "internal"}}
    skipped = {"skipped": {"too_young": 2}}
    ended = METHOD | request | UNITS | totals | skipped | changes
    found.record("run-1", action, **{k: v for k, v in ended.items() if v is not None})


def planned(found: Scene) -> dict[str, Any]:
    """What `run_planned` says about a plan of one batch, whose lines are stored."""
    lines = known_lines(found.plans)
    plan = lines.of("run-1", lines.new_key("run-1"))
    plan.add(Planned(len(ENTRIES), ENTRIES))
    index = plan.close()
    return {"batches": 1, "hash": plan.hash, "upperBound": False, "lines": index.to_json()}


def run(
    plan: Mapping[str, Any] = MappingProxyType({}), *, found: Scene | None = None, **changes: Any
) -> Scene:
    """The sealed audit of a run that deleted and verified 40 of 40; `changes` are of its end.

    `plan` replaces facts of its plan; one that is None is left out.
    """
    found = found or Scene()
    facts = {k: v for k, v in (planned(found) | dict(plan)).items() if v is not None}
    request = {"dryRun": changes.pop("dryRun", False), "classification": "internal"}
    found.record("run-1", "run_submitted", **METHOD, request=request)
    also = {"skipped": {"too_young": 2}, "request": request}
    found.record("run-1", "run_planned", targeted=40, plan=facts, **also, **UNITS)
    approval = {"approvalId": "run-run-1", "subjectHash": "cd" * 32, "given": 1}
    found.record("run-1", "approval_given", approval=approval, person="person:2")
    found.record("run-1", "batch_submitted", batch=0, jobId="job-0", targeted=40)
    found.record("run-1", "batch_completed", batch=0, jobId="job-0", deleted=40)
    found.record("run-1", "batch_verified", batch=0, jobId="job-0", deleted=40, verified=40)
    end(found, request=request, **changes)
    found.seal()
    return found


def predicate(found: Scene) -> Any:
    statement = orjson.loads(found.file(f"{FOLDER}/statement.json"))
    assert statement["predicateType"] == "urn:genesys-purge:certificate-of-destruction:v1"
    return statement["predicate"]


def test_certificate_says_what_the_sealed_records_say() -> None:
    found = run()
    certify(found)
    said = predicate(found)
    assert said["plan"]["skipped"] == {"too_young": 2}
    assert said["execution"]["jobs"] == [{"batch": 0, "jobId": "job-0"}]
    counts = (
        said["plan"]["targeted"],
        said["execution"]["deleted"],
        said["verification"]["absent"],
    )
    assert (counts, said["outcome"]) == ((40, 40, 40), "complete")
    assert said["authorisation"][0]["subjectHash"] == "cd" * 32
    assert (said["audit"]["treeSize"], said["issuer"]["origin"]) == (7, ORIGIN)


def test_openssl_verifies_the_envelope_over_the_statement(tmp_path: Path) -> None:
    found = run()
    certify(found)
    envelope = orjson.loads(found.file(f"{FOLDER}/certificate.dsse.json"))
    payload = found.file(f"{FOLDER}/statement.json")
    assert b64decode(envelope["payload"]) == payload
    (signed,) = envelope["signatures"]
    assert signed["keyid"] == hashlib.sha256(LocalCertificateKey.der).hexdigest()
    (tmp_path / "pae").write_bytes(pre_authentication(payload))
    (tmp_path / "signature").write_bytes(b64decode(signed["sig"]))
    (tmp_path / "key.der").write_bytes(LocalCertificateKey.der)
    words = "dgst -sha256 -verify key.der -keyform DER -signature signature pae"
    subprocess.run([OPENSSL, *words.split()], cwd=tmp_path, check=True, capture_output=True)


def test_certificate_is_an_entry_of_the_log_with_its_proof() -> None:
    found = run()
    certify(found)
    found.seal()
    reader = found.reader()
    checkpoint = reader.get_checkpoint()
    payload = found.file(f"{FOLDER}/statement.json")
    indexes = range(checkpoint.size)
    (index,) = [each for each in indexes if reader.get_entry(each) == payload]
    text, _, note = found.file(f"{FOLDER}/certificate.tlog-proof").decode().partition("\n\n")
    header, number, *path = text.split("\n")
    assert (header, number) == ("c2sp.org/tlog-proof@v1", f"index {index}")
    proof = InclusionProof(index, checkpoint.size, list(map(b64decode, path)))
    proof.check(hashlib.sha256(b"\0" + payload).digest(), checkpoint.root_hash)
    assert note == found.file("seals/checkpoint").decode()


def test_issue_is_recorded_in_the_audit_and_sealed() -> None:
    found = run()
    certify(found)
    found.seal()
    issued = orjson.loads(found.audit["run-1"][8])
    digest = hashlib.sha256(found.file(f"{FOLDER}/statement.json")).hexdigest()
    assert (issued["action"], issued["certificate"]["sha256"]) == ("certificate_issued", digest)
    assert found.file("runs/run-1/audit/000008-000008.jsonl")


@pytest.mark.parametrize(
    "changes",
    [
        {"dryRun": True},
        {"outcome": "completed_with_failures"},
        {"outcome": "failed"},
        {"verified": None},
        {"verification": "not_possible"},
        {"exported": 40, "deleted": 0},
        {"archived": 40, "deleted": 0},
    ],
)
def test_run_that_is_not_proven_gets_no_certificate(changes: dict[str, Any]) -> None:
    found = run(**changes)
    certify(found)
    assert not [key for key in found.files if "certificate" in key]
    assert len(found.audit["run-1"]) == 7


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"deleted": 38, "verified": 38}, "complete_with_exceptions"),
        ({"deleted": None, "unreported": 40}, "complete_with_exceptions"),
        ({"deleted": 55, "deletedUnit": "recordings"}, "complete"),
    ],
)
def test_outcome_compares_only_reported_counts_of_one_unit(
    changes: dict[str, Any], outcome: str
) -> None:
    found = run(**changes)
    certify(found)
    assert predicate(found)["outcome"] == outcome
    assert predicate(found)["execution"].get("deleted") == changes["deleted"]


def test_certificate_counts_what_the_last_look_at_each_batch_checked() -> None:
    found = run()
    for batch, looked_at in ((0, 7), (1, 5), (0, 9)):
        check = {"lookedAt": looked_at}
        found.record("run-1", "batch_verified", batch=batch, verified=1, check=check)
    end(found, "run_corrected")
    found.seal()
    certify(found)
    assert predicate(found)["verification"]["checked"] == 14


@pytest.mark.parametrize(
    ("submitted", "trigger"),
    [
        ({"method": "gdpr_request"}, "data_subject_request"),
        ({"purgePolicy": {"name": "gdpr", "version": 2}}, "purge_policy"),
        ({"person": "person:1"}, "person"),
        ({"actor": "schedule:nightly"}, "schedule"),
        ({"actor": "invoke"}, "service"),
    ],
)
def test_certificate_says_who_asked_for_the_run(submitted: dict[str, Any], trigger: str) -> None:
    line = orjson.dumps(
        {"runId": "run-1", "at": "-", "action": "run_submitted", **METHOD} | submitted
    )
    ended = {"request": {}, "outcome": "completed", "targeted": 0, "deleted": 0, "verified": 0}
    plan = {"plan": {"hash": "", "batches": 1, "upperBound": False}, "targeted": 0}
    others = [
        {"action": "run_planned", "runId": "run-1", "at": "-", **plan},
        {"action": "batch_submitted", "runId": "run-1", "at": "-", "batch": 0},
        {"action": "batch_verified", "runId": "run-1", "at": "-", "batch": 0},
        {"action": "run_completed", "runId": "run-1", "at": "-", **UNITS, **ended},
    ]
    said = predicate_of(SealedAudit([line, *map(orjson.dumps, others)]), Issuer(ORIGIN, "key"))
    assert said is not None
    assert (said["basis"]["trigger"], said["execution"]["jobs"]) == (trigger, [])


def test_only_the_first_jobs_are_named_and_all_are_counted() -> None:
    call = {"action": "batch_submitted", "runId": "run-1", "at": "-"}
    calls = (orjson.dumps({**call, "batch": n, "jobId": f"job-{n}"}) for n in range(501))
    audit = SealedAudit(calls)
    assert (len(audit.jobs), audit.job_count, audit.jobs[-1]["batch"]) == (500, 501, 499)


def test_end_of_a_run_asks_for_its_certificate_once_it_is_sealed() -> None:
    found = run()
    assert [each.run_id for each in found.certificates.sent] == ["run-1"]
    found.record("run-1", "notification_delivered")
    found.seal()
    assert len(found.certificates.sent) == 1


def test_changed_records_are_not_certified() -> None:
    found = run()
    found.audit["run-1"][5] = found.audit["run-1"][5].replace(b"40", b"41")
    with pytest.raises(Contradicted, match="not those that are sealed"):
        certify(found)
    assert not [key for key in found.files if "certificate" in key]


def test_run_has_one_certificate_whatever_dies_and_repeats() -> None:
    found = run()
    before = found.steps
    certify(found)
    for step in range(before + 1, found.steps + 1):
        other = run()
        other.between = dying_at(step)
        with pytest.raises(Died):
            certify(other)
        other.between = lambda _: None
        certify(other)
        certify(other)
        other.seal()
        entries = [each for each in other.committed if b"certificate-of-destruction" in each]
        assert entries == [other.file(f"{FOLDER}/statement.json")], step
        actions = [orjson.loads(each)["action"] for each in other.audit["run-1"].values()]
        assert actions.count("certificate_issued") == 1, step
        assert f"{FOLDER}/certificate.tlog-proof" in other.files


def test_page_shows_the_statement_and_nothing_that_acts() -> None:
    found = run()
    certify(found)
    page = found.file(f"{FOLDER}/certificate.html").decode()
    payload = found.file(f"{FOLDER}/statement.json")
    assert hashlib.sha256(payload).hexdigest() in page
    for shown in ("cert-run-1-1", "job-0", "too_young", "What this certificate does not prove"):
        assert shown in page
    assert "<script" not in page


@pytest.mark.parametrize(("losses", "issued"), [(1, True), (20, False)])
def test_certificate_that_loses_a_race_is_committed_again(
    monkeypatch: pytest.MonkeyPatch, losses: int, issued: bool
) -> None:
    found, commit, left = run(), Scene.commit, iter(range(losses))

    def sometimes(*given: Any) -> None:
        if next(left, None) is not None:
            raise LostRace("another sealer was faster")
        commit(found, *given)

    monkeypatch.setattr(found, "commit", sometimes)
    with nullcontext() if issued else pytest.raises(LostRace, match="faster 20 times"):
        certify(found)
    assert (len(found.committed) == 2) == issued
