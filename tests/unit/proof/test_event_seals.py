"""Events, which are audits of one record, share entries; runs never do."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
import pytest
from genesys_purge.proof.event_seals import MOST_BYTES
from genesys_purge.proof.seal_audit import MOST_RUNS

from tests.unit.proof.sealing import Died, Scene, dying_at, meeting_at
from tests.unit.proof.test_seal_audit import check

WEBHOOK, PLATFORM, ALTERED = "webhook_received", "platform_event_received", "audit_altered"
EVENT_SEAL = "urn:genesys-purge:event-seal:v1"
RUN_SEAL = "urn:genesys-purge:run-seal:v1"


def scene(**actions: str) -> Scene:
    """An audit of one record for each name."""
    found = Scene()
    for run_id, action in actions.items():
        found.record(run_id, action)
    return found


def entries(found: Scene) -> list[Any]:
    return list(map(orjson.loads, found.committed))


def kinds(found: Scene) -> list[str]:
    return [each["predicateType"] for each in entries(found)]


def test_events_of_one_seal_share_an_entry() -> None:
    found = scene(a=WEBHOOK, b=PLATFORM, c=ALTERED)
    found.seal()
    (entry,) = entries(found)
    assert entry["predicateType"] == EVENT_SEAL
    assert [each["runId"] for each in entry["predicate"]["runs"]] == ["a", "b", "c"]
    (first, *_) = entry["subject"]
    assert first["name"] == "runs/a/audit/000001-000001.jsonl"
    digest = hashlib.sha256(found.audit["a"][1] + b"\n").hexdigest()
    assert first["digest"]["sha256"] == digest
    times = (entry["predicate"]["firstAt"], entry["predicate"]["lastAt"])
    assert times == ("2026-11-30T10:00:01Z", "2026-11-30T10:00:01Z")
    check(found, a=1, b=1, c=1)


@pytest.mark.parametrize("action", ["run_submitted", "hold_placed", "rule_created"])
def test_other_run_of_one_record_has_an_entry_of_its_own(action: str) -> None:
    found = scene(a=WEBHOOK, b=action, c=WEBHOOK)
    found.seal()
    assert kinds(found) == [RUN_SEAL, EVENT_SEAL]
    assert entries(found)[0]["predicate"]["runId"] == "b"
    assert b'"b"' not in found.committed[1]
    check(found, a=1, b=1, c=1)


def test_event_with_a_second_record_has_an_entry_of_its_own() -> None:
    found = scene(a=WEBHOOK, b=WEBHOOK)
    found.record("a", "notification_delivered")
    found.seal()
    assert kinds(found) == [RUN_SEAL, EVENT_SEAL]
    check(found, a=2, b=1)


def test_event_that_grows_is_continued_by_a_seal_of_its_own() -> None:
    found = scene(a=WEBHOOK, b=WEBHOOK)
    found.seal()
    found.record("a", WEBHOOK)
    found.seal()
    assert kinds(found) == [EVENT_SEAL, RUN_SEAL]
    assert entries(found)[1]["predicate"]["previousSize"] == 1
    check(found, a=2, b=1)


def test_more_events_than_a_transaction_takes_have_several_entries() -> None:
    names = {f"event{number:03}": WEBHOOK for number in range(MOST_RUNS + 1)}
    found = scene(**names)
    found.seal()
    assert [len(each["predicate"]["runs"]) for each in entries(found)] == [MOST_RUNS, 1]
    check(found, **dict.fromkeys(names, 1))


def test_entry_of_events_with_long_ids_is_split() -> None:
    names = {f"{number:03}".ljust(250, "x"): WEBHOOK for number in range(MOST_RUNS)}
    found = scene(**names)
    found.seal()
    assert [len(each["predicate"]["runs"]) for each in entries(found)] == [45, 45]
    assert max(map(len, found.committed)) <= MOST_BYTES
    check(found, **dict.fromkeys(names, 1))


def steps() -> range:
    found = scene(a=WEBHOOK, b=PLATFORM)
    found.seal()
    return range(1, found.steps + 1)


def test_events_are_sealed_once_whatever_dies() -> None:
    for step in steps():
        found = scene(a=WEBHOOK, b=PLATFORM)
        found.between = dying_at(step)
        with pytest.raises(Died):
            found.seal()
        found.seal()
        assert kinds(found) == [EVENT_SEAL], step
        check(found, a=1, b=1)


def test_events_are_sealed_once_by_two_sealers() -> None:
    for step in steps():
        found = scene(a=WEBHOOK, b=PLATFORM)
        found.between = meeting_at(step, found.seal)
        found.seal()
        assert kinds(found) == [EVENT_SEAL], step
        check(found, a=1, b=1)
