"""Sealing the audit: what is committed, published and signed, whatever dies or interferes."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Iterator
from functools import partial
from typing import Any

import orjson
import pytest
from genesys_purge.errors import LostRace
from genesys_purge.model.merkle import Frontier, leaf_hash
from genesys_purge.proof import publish_seals
from genesys_purge.proof.errors import Contradicted
from genesys_purge.proof.note import Checkpoint
from tlog_scales.signing import Vkey

from tests.unit.proof.sealing import Died, Scene, dying_at, meeting_at
from tests.unit.proof.small_log import KEY, ORIGIN, root, signed

SEGMENT = "runs/run-1/audit/000001-000003.jsonl"


def scene(**runs: int) -> Scene:
    """An audit with so many records of each run."""
    made = Scene()
    for run, records in runs.items():
        for _ in range(records):
            made.record(run.replace("_", "-"))
    return made


def check(found: Scene, **sizes: int) -> None:
    """The published log is sound by another implementation, and covers all these records."""
    reader = found.reader()
    checkpoint = reader.get_checkpoint()
    checkpoint.verify(Vkey.from_string(str(KEY)))
    assert reader.calculate_root_hash() == checkpoint.root_hash
    sealed: dict[str, list[bytes]] = {}
    for index in range(checkpoint.size):
        for run_id, previous, subject, root_hash in seals_in(reader.get_entry(index)):
            segment = found.file(subject["name"])
            assert hashlib.sha256(segment).hexdigest() == subject["digest"]["sha256"]
            lines = sealed.setdefault(run_id, [])
            assert previous == len(lines)
            lines += segment.splitlines()
            assert Frontier().extended(map(leaf_hash, lines)).root == b64decode(root_hash)
    audited = {run.replace("_", "-"): size for run, size in sizes.items()}
    assert {run: len(lines) for run, lines in sealed.items()} == audited
    for run, lines in sealed.items():
        assert lines == [found.audit[run][number] for number in range(1, len(lines) + 1)]


def seals_in(content: bytes) -> Iterator[tuple[str, int, Any, str]]:
    """The run, its size before, the file and the root of each seal in an entry."""
    entry = orjson.loads(content)
    seal, subjects = entry["predicate"], entry["subject"]
    if entry["predicateType"] == "urn:genesys-purge:run-seal:v1":
        yield seal["runId"], seal["previousSize"], *subjects, seal["rootHash"]
    if entry["predicateType"] == "urn:genesys-purge:event-seal:v1":
        for run, subject in zip(seal["runs"], subjects, strict=True):
            assert run["size"] == 1
            yield run["runId"], 0, subject, run["rootHash"]


def test_seal_has_the_numbers_times_and_root_of_its_records() -> None:
    found = scene(run_1=2)
    found.record("run-1", "run_completed")
    found.seal()
    (entry,) = map(orjson.loads, found.committed)
    segment = found.file(SEGMENT)
    assert segment == b"".join(line + b"\n" for line in found.audit["run-1"].values())
    digest = hashlib.sha256(segment).hexdigest()
    assert entry["subject"] == [{"name": SEGMENT, "digest": {"sha256": digest}}]
    times = ("2026-11-30T10:00:01Z", "2026-11-30T10:00:03Z")
    seal = entry["predicate"]
    assert (seal["firstAt"], seal["lastAt"], seal["status"]) == (*times, "finished")
    check(found, run_1=3)


def test_key_is_published_as_a_line_and_for_openssl() -> None:
    found = scene(run_1=1)
    found.seal()
    name = f"keys/{KEY.key_id.hex()}"
    assert found.file(f"{name}.vkey").decode() == f"{KEY}\n"
    assert found.file(f"{name}.pem").decode() == KEY.pem


def test_later_records_continue_the_seal_of_their_run() -> None:
    found = scene(run_1=3, run_2=1)
    found.seal()
    found.record("run-1", "notification_delivered")
    found.seal()
    found.seal()
    assert len(found.committed) == 3
    assert found.file("runs/run-1/audit/000004-000004.jsonl")
    check(found, run_1=4, run_2=1)


def test_records_behind_a_missing_number_wait() -> None:
    found = scene(run_1=5)
    late = found.audit["run-1"].pop(4)
    found.seal()
    check(found, run_1=3)
    found.audit["run-1"][4] = late
    found.seal()
    check(found, run_1=5)


def test_long_run_is_sealed_in_segments() -> None:
    found = scene(run_1=2_001)
    found.seal()
    assert [key for key in found.files if key.startswith("runs/")] == [
        f"runs/run-1/audit/{numbers}.jsonl"
        for numbers in ("000001-001000", "001001-002000", "002001-002001")
    ]
    check(found, run_1=2_001)


def test_many_entries_are_published_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish_seals, "MOST_ENTRIES", 50)
    runs = {f"run_{number}": 1 for number in range(120)}
    found = scene(**runs)
    found.seal()
    sizes = sorted(key[-12:] for key in found.files if key.startswith("seals/checkpoints/"))
    assert sizes == [f"{size:012}" for size in (50, 100, 120)]
    check(found, **runs)


def steps_of_two_seals() -> range:
    found = scene(run_1=2, run_2=2)
    seal_twice(found)
    return range(1, found.steps + 1)


def seal_twice(found: Scene) -> None:
    found.seal()
    found.record("run-1")
    found.seal()


def test_sealer_that_dies_at_any_step_is_completed_by_the_next() -> None:
    for step in steps_of_two_seals():
        found = scene(run_1=2, run_2=2)
        found.between = dying_at(step)
        with pytest.raises(Died):
            seal_twice(found)
        found.record("run-2")
        found.seal()
        check(found, run_1=len(found.audit["run-1"]), run_2=3)


def test_two_sealers_at_once_make_one_log() -> None:
    for step in steps_of_two_seals():
        found = scene(run_1=2, run_2=2)
        found.between = meeting_at(step, partial(record_and_seal, found))
        seal_twice(found)
        check(found, run_1=3, run_2=3)


def record_and_seal(found: Scene) -> None:
    found.record("run-2")
    found.seal()


def test_audit_that_is_shorter_than_its_seal_is_counted_and_not_sealed() -> None:
    found = scene(run_1=3, run_2=1)
    found.seal()
    removed = found.audit["run-1"].pop(3)
    found.record("run-2")
    found.seal()
    assert found.meter.counts == {"AuditShorterThanItsSeal": 1}
    found.audit["run-1"][3] = removed
    check(found, run_1=3, run_2=2)


def test_record_that_changes_between_commit_and_publication_is_found() -> None:
    found = scene(run_1=3)

    def between(_: int) -> None:
        if found.committed:
            found.audit["run-1"][2] = b'{"action":"run_completed","at":"never"}'

    found.between = between
    with pytest.raises(Contradicted, match="records 1 to 3 of run-1"):
        found.seal()
    assert "seals/checkpoint" not in found.files


def test_restored_table_of_seals_is_found() -> None:
    found = scene(run_1=1)
    found.seal()
    found.log, found.committed, found.runs = Frontier(), [], {}
    with pytest.raises(Contradicted, match="1 entries are published, and 0 are committed"):
        found.seal("run-2")


@pytest.mark.parametrize("key", ["seals/tile/entries/000.p/1", "seals/tile/0/000.p/1"])
def test_changed_tile_is_found_before_anything_is_signed(key: str) -> None:
    found = scene(run_1=1)
    found.seal()
    changed = found.files[key]
    content = changed.content[:-1] + bytes([changed.content[-1] ^ 1])
    found.files[key] = changed._replace(content=content)
    found.record("run-1")
    with pytest.raises(Contradicted):
        found.seal()
    assert Checkpoint.in_note(found.file("seals/checkpoint").decode()).size == 1


def test_checkpoint_of_another_log_is_not_continued() -> None:
    found = scene(run_1=1)
    found.seal()
    latest = found.files["seals/checkpoint"]
    other = Checkpoint("another.example.com/seals", 1, root(1))
    found.files["seals/checkpoint"] = latest._replace(content=other.body.encode() + b"\n")
    with pytest.raises(Contradicted, match="is of another"):
        found.seal("run-1")


def test_missing_tile_stops_the_log_and_nothing_is_signed() -> None:
    found = scene(run_1=1)
    found.seal()
    found.record("run-1")
    del found.files["seals/tile/0/000.p/1"]
    with pytest.raises(Contradicted, match="is missing"):
        found.seal()
    assert Checkpoint.in_note(found.file("seals/checkpoint").decode()).size == 1


def test_checkpoint_with_another_root_is_not_continued() -> None:
    found = scene(run_1=1)
    found.seal()
    latest = found.files["seals/checkpoint"]
    other = signed(Checkpoint(ORIGIN, 1, root(1)))
    found.files["seals/checkpoint"] = latest._replace(content=other.encode())
    found.record("run-1")
    with pytest.raises(Contradicted, match="does not begin with"):
        found.seal()


def test_files_that_are_not_what_is_committed_are_not_signed() -> None:
    found = scene(run_1=1)

    def between(_: int) -> None:
        if found.committed:
            found.log = Frontier().extended([leaf_hash(b"another entry")])

    found.between = between
    with pytest.raises(Contradicted, match="not what is committed"):
        found.seal()
    assert "seals/checkpoint" not in found.files


def test_sealer_that_always_loses_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    found = scene(run_1=1)

    def lose(*_: object) -> None:
        raise LostRace("another sealer was faster")

    monkeypatch.setattr(found, "commit", lose)
    with pytest.raises(LostRace, match="faster 20 times"):
        found.seal()
