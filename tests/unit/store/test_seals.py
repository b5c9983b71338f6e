"""Sealing on DynamoDB and S3: what is committed, written once and replaced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from genesys_purge.errors import LostRace
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.merkle import Frontier, leaf_hash
from genesys_purge.proof.errors import Contradicted, KeyUnusable
from genesys_purge.proof.ports import SealedRun, Version
from genesys_purge.proof.publish_seals import PublishSeals
from genesys_purge.proof.seal_audit import SealAudit
from genesys_purge.store.evidence import S3Evidence
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.seals import DynamoSeals
from genesys_purge.store.signing_key import KmsCertificateKey, KmsSigner
from genesys_purge.store.trail import StoredTrail
from tlog_scales.reader import TilesReader

from tests.clock import NOON
from tests.fakes import MemoryMeter
from tests.mocked_aws import client, mocked_aws, pause
from tests.rule_fakes import MemoryQueue
from tests.signers import SEAL_DER
from tests.unit.proof.sealing import Scene
from tests.unit.proof.small_log import KEY, ORIGIN

BUCKET = "evidence"


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mocked_aws("AuditTable", "SealsTable"):
        client("s3").create_bucket(Bucket=BUCKET)
        yield


def ledger() -> Ledger:
    return Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)


def seals() -> DynamoSeals:
    return DynamoSeals(client("dynamodb"), "SealsTable", ledger())


def trail() -> StoredTrail:
    return StoredTrail(client("dynamodb"), "AuditTable")


def evidence() -> S3Evidence:
    return S3Evidence(client("s3"), BUCKET)


def record(run_id: str, times: int) -> None:
    for _ in range(times):
        found = AuditRecord(run_id=run_id, at=NOON, actor="tests", action=Action.BATCH_COMPLETED)
        ledger().append(found)


def seal(*run_ids: str) -> None:
    publish = PublishSeals(trail(), seals(), evidence(), Scene().keys)
    seal_audit = SealAudit(trail(), seals(), publish, MemoryQueue(), MemoryMeter())
    seal_audit(dict.fromkeys(run_ids, ("batch_completed",)))


class Bucket:
    """The bucket as another implementation reads a log."""

    def get(self, *path: str) -> bytes | None:
        found = evidence().get("/".join(("seals", *path)))
        return found and found.content


def test_stored_records_are_sealed_and_read_by_another_implementation() -> None:
    record("run-1", 3)
    record("hold:case-17", 1)
    seal("run-1", "hold:case-17")
    record("run-1", 1)
    seal("run-1")
    reader = TilesReader(Bucket())
    checkpoint = reader.get_checkpoint()
    assert checkpoint.size == 3
    assert reader.calculate_root_hash() == checkpoint.root_hash
    stored = evidence().get("runs/run-1/audit/000001-000003.jsonl")
    assert stored is not None
    assert stored.content.splitlines() == list(trail().lines("run-1", 1))[:3]


def test_lines_end_before_a_missing_number() -> None:
    record("run-1", 4)
    key = {"runId": {"S": "run-1"}, "sequence": {"N": "2"}}
    client("dynamodb").delete_item(TableName="AuditTable", Key=key)
    assert len(list(trail().lines("run-1", 1))) == 1
    assert list(trail().lines("run-1", 2)) == []
    assert (trail().last("run-1"), trail().last("run-2")) == (4, 0)


def test_times_are_those_of_the_stored_records_from_a_number_on() -> None:
    record("run-1", 4)
    key = {"runId": {"S": "run-1"}, "sequence": {"N": "2"}}
    client("dynamodb").delete_item(TableName="AuditTable", Key=key)
    assert trail().times("run-1", 0, 2) == [(1, NOON), (3, NOON)]
    assert trail().times("run-1", 4, 2) == [(4, NOON)]
    assert trail().times("run-2", 0, 2) == []


def committed(*entries: bytes, head: Frontier | None = None) -> Frontier:
    """The head after these entries, each of which seals one record of run-1."""
    before = head or seals().head()
    after = before.extended(map(leaf_hash, entries))
    run = seals().run("run-1")
    grown = SealedRun("run-1", run.tree.extended([leaf_hash(each) for each in entries]))
    seals().commit((before, after), entries, [(run, grown)])
    return after


def test_head_and_runs_are_what_was_committed() -> None:
    committed(b"{1}", b"{2}")
    after = committed(b"{3}")
    assert (seals().head(), seals().head().size) == (after, 3)
    assert seals().run("run-1").tree.size == 3
    assert seals().run("run-2") == SealedRun("run-2")


@pytest.mark.parametrize(("first", "end"), [(0, 5), (1, 4), (2, 3), (4, 5)])
def test_entries_are_read_across_commits(first: int, end: int) -> None:
    entries = [b"{%d}" % each for each in range(5)]
    committed(*entries[:3])
    committed(*entries[3:])
    assert seals().entries(first, end) == entries[first:end]


def test_commit_on_a_head_that_has_grown_stores_nothing() -> None:
    first = committed(b"{1}")
    second = committed(b"{2}")
    with pytest.raises(LostRace):
        committed(b"{3}", head=first)
    assert (seals().head(), seals().run("run-1").tree.size) == (second, 2)


def test_record_is_appended_with_the_entry_or_not_at_all() -> None:
    found = AuditRecord(run_id="run-1", at=NOON, actor="t", action=Action.CERTIFICATE_ISSUED)
    before = Frontier()
    after = before.extended([leaf_hash(b"{1}")])
    grown = (SealedRun("run-1#certificates"), SealedRun("run-1#certificates", after))
    seals().commit((before, after), [b"{1}"], [grown], found)
    with pytest.raises(LostRace):
        seals().commit((before, after), [b"{1}"], [grown], found)
    (line,) = trail().lines("run-1", 1)
    assert orjson.loads(line)["action"] == "certificate_issued"


def test_file_is_written_once_and_the_same_content_is_no_error() -> None:
    for _ in range(2):
        evidence().put_once("seals/tile/0/000.p/1", b"hash")
    with pytest.raises(Contradicted, match="another content"):
        evidence().put_once("seals/tile/0/000.p/1", b"other")
    assert evidence().get("seals/tile/0/000.p/1") == evidence().get("seals/tile/0/000.p/1")


def test_checkpoint_is_replaced_only_as_it_was_read() -> None:
    assert evidence().get("seals/checkpoint") is None
    evidence().replace("seals/checkpoint", b"1", None)
    first = evidence().get("seals/checkpoint")
    with pytest.raises(LostRace):
        evidence().replace("seals/checkpoint", b"2", None)
    evidence().replace("seals/checkpoint", b"2", first)
    with pytest.raises(LostRace):
        evidence().replace("seals/checkpoint", b"3", first)
    found = evidence().get("seals/checkpoint")
    assert isinstance(found, Version)
    assert found.content == b"2"


def test_other_errors_of_the_bucket_are_raised() -> None:
    missing = S3Evidence(client("s3"), "no-bucket")
    for call in (missing.get, lambda key: missing.put_once(key, b"")):
        with pytest.raises(client("s3").exceptions.NoSuchBucket):
            call("seals/checkpoint")


def test_key_in_kms_signs_the_bytes_themselves() -> None:
    kms: Any = client("kms")
    signer = KmsSigner(kms, "key-1", ORIGIN)
    asked = {
        "KeyId": "key-1",
        "Message": b"body",
        "MessageType": "RAW",
        "SigningAlgorithm": "ED25519_SHA_512",
    }
    with Stubber(kms) as stub:
        stub.add_response("get_public_key", {"PublicKey": SEAL_DER}, {"KeyId": "key-1"})
        stub.add_response("sign", {"Signature": b"s" * 64}, asked)
        assert (signer.key, signer.sign(b"body"), signer.key) == (KEY, b"s" * 64, KEY)


@pytest.mark.parametrize("code", ["DisabledException", "KMSInvalidStateException"])
def test_key_that_kms_refuses_is_unusable(code: str) -> None:
    kms: Any = client("kms")
    signer = KmsSigner(kms, "key-1", ORIGIN)
    with Stubber(kms) as stub:
        stub.add_client_error("get_public_key", code)
        stub.add_client_error("sign", code)
        with pytest.raises(KeyUnusable, match=f"refuses the key key-1: {code}"):
            assert signer.key
        with pytest.raises(KeyUnusable):
            signer.sign(b"body")
    assert signer.name == "key-1"


def test_other_failure_of_kms_does_not_make_a_key_unusable() -> None:
    kms: Any = client("kms")
    with Stubber(kms) as stub:
        stub.add_client_error("sign", "ThrottlingException")
        with pytest.raises(ClientError):
            KmsSigner(kms, "key-1", ORIGIN).sign(b"body")


def test_key_of_certificates_signs_a_digest() -> None:
    kms: Any = client("kms")
    key = KmsCertificateKey(kms, "key-2")
    asked = {
        "KeyId": "key-2",
        "Message": b"d" * 32,
        "MessageType": "DIGEST",
        "SigningAlgorithm": "ECDSA_SHA_256",
    }
    with Stubber(kms) as stub:
        stub.add_response("get_public_key", {"PublicKey": SEAL_DER}, {"KeyId": "key-2"})
        stub.add_response("sign", {"Signature": b"s" * 70}, asked)
        assert (key.der, key.sign(b"d" * 32), key.der) == (SEAL_DER, b"s" * 70, SEAL_DER)


def test_file_that_is_stored_first_stays() -> None:
    for content in (b"1", b"2"):
        evidence().put_first("runs/run-1/certificate/1/certificate.html", content)
    found = evidence().get("runs/run-1/certificate/1/certificate.html")
    assert found is not None
    assert found.content == b"1"


def test_write_that_conflicts_before_the_file_exists_is_a_lost_race() -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("put_object", "ConditionalRequestConflict", http_status_code=409)
        stub.add_client_error("get_object", "NoSuchKey", http_status_code=404)
        with pytest.raises(LostRace):
            evidence().put_once("seals/tile/0/000.p/1", b"hash")
