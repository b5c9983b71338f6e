"""A log moves to another key: who signs what, whatever dies, interferes or is disabled."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

import orjson
import pytest
from genesys_purge.proof import publish_seals
from genesys_purge.proof.errors import Contradicted, KeyUnusable
from genesys_purge.proof.note import key_ids_in
from tlog_scales.signing import Vkey

from tests.unit.proof.sealing import Died, Scene, dying_at, key_named, meeting_at, vkey_of
from tests.unit.proof.small_log import ORIGIN

NAMES = ("old", "new", "other")
KEYS = {name: vkey_of(key_named(name)) for name in NAMES}


def begun() -> Scene:
    """A log of two entries that the old key signed; one more record waits."""
    found = Scene(current="old")
    for _ in range(2):
        found.record("run-1")
        found.seal()
    found.record("run-1")
    return found


def changing() -> Scene:
    """The same, and the deployment has the new key beside the old one."""
    found = begun()
    found.current, found.previous = "new", "old"
    return found


def changed() -> Scene:
    found = changing()
    found.seal()
    return found


def signers(found: Scene, name: str = "checkpoint") -> list[str]:
    """The keys whose signatures under a checkpoint another implementation accepts."""
    reader = found.reader()
    checkpoint = reader.get_checkpoint()
    note = found.file(f"seals/{name}").decode()
    if name == "checkpoint":
        assert reader.calculate_root_hash() == checkpoint.root_hash
        for each in NAMES:
            if KEYS[each].key_id in key_ids_in(note):
                checkpoint.verify(Vkey.from_string(str(KEYS[each])))
    return [each for each in NAMES if KEYS[each].key_id in key_ids_in(note)]


def changes(found: Scene) -> list[Any]:
    """The entries about keys."""
    entries = map(orjson.loads, found.committed)
    return [each for each in entries if each["predicateType"] == "urn:genesys-purge:key-change:v1"]


def test_change_is_an_entry_that_names_both_keys() -> None:
    found = changed()
    (entry,) = changes(found)
    effective = found.committed.index(orjson.dumps(entry)) + 1
    assert entry["predicate"] == {
        "oldVkey": str(KEYS["old"]),
        "newVkey": str(KEYS["new"]),
        "reason": "planned",
        "effectiveSize": effective,
        "at": entry["predicate"]["at"],
    }
    assert entry["subject"][0]["name"] == f"keys/{KEYS['new'].key_id.hex()}.vkey"


def test_old_key_signs_alone_until_the_change_is_in_the_log() -> None:
    found = changed()
    assert signers(found, "checkpoints/000000000002") == ["old"]
    assert signers(found) == ["old", "new"]


def test_entries_before_the_change_are_published_by_the_old_key_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(publish_seals, "MOST_ENTRIES", 1)
    found = changed()
    assert signers(found, "checkpoints/000000000003") == ["old"]
    assert signers(found, "checkpoints/000000000004") == ["old", "new"]


def test_both_keys_sign_while_both_are_configured() -> None:
    found = changed()
    found.record("run-1")
    found.seal()
    assert (signers(found), len(changes(found))) == (["old", "new"], 1)


def test_new_key_signs_alone_once_the_old_one_is_removed() -> None:
    found = changed()
    found.previous = ""
    found.record("run-1")
    found.seal()
    assert signers(found) == ["new"]


def test_public_halves_of_both_keys_stay_in_the_bucket() -> None:
    found = changed()
    for name in ("old", "new"):
        key = KEYS[name]
        assert found.file(f"keys/{key.key_id.hex()}.vkey").decode() == f"{key}\n"
        assert found.file(f"keys/{key.key_id.hex()}.pem").decode() == key.pem
    policy = found.file("keys/policy.txt").decode()
    assert policy == f"log {KEYS['old']}\nlog {KEYS['new']}\nquorum none\n"


def test_new_log_with_two_keys_begins_with_the_change() -> None:
    found = Scene(current="new", previous="old")
    found.record("run-1")
    found.seal()
    assert (signers(found), changes(found)[0]["predicate"]["effectiveSize"]) == (["old", "new"], 2)


def test_key_that_is_also_the_previous_one_is_no_change() -> None:
    found = begun()
    found.previous = "old"
    found.seal()
    assert (signers(found), changes(found)) == (["old"], [])


def test_change_back_is_another_change() -> None:
    found = changed()
    found.current, found.previous = "old", "new"
    found.record("run-1")
    found.seal()
    assert [each["predicate"]["newVkey"] for each in changes(found)] == [
        str(KEYS["new"]),
        str(KEYS["old"]),
    ]


@pytest.mark.parametrize(("current", "previous"), [("new", ""), ("new", "other"), ("other", "new")])
def test_key_that_the_log_does_not_know_signs_nothing(current: str, previous: str) -> None:
    found = begun()
    found.current, found.previous = current, previous
    with pytest.raises(Contradicted, match=f"is signed by {KEYS['old'].key_id.hex()}, and not by"):
        found.seal()
    assert (signers(found), changes(found)) == (["old"], [])


def test_old_key_that_is_disabled_before_the_change_stops_the_log() -> None:
    found = changing()
    found.disabled = {"old"}
    with pytest.raises(KeyUnusable, match="old"):
        found.seal()
    assert (signers(found), found.reader().get_checkpoint().size) == (["old"], 2)
    found.disabled = set()
    found.seal()
    assert signers(found) == ["old", "new"]


def test_old_key_that_is_disabled_while_the_change_waits_stops_the_log() -> None:
    found = changing()
    found.keys.begin(found.file("seals/checkpoint").decode())
    found.disabled = {"old"}
    with pytest.raises(KeyUnusable, match="old"):
        found.seal()
    assert signers(found) == ["old"]


def test_old_key_that_is_disabled_after_the_change_is_left_out() -> None:
    found = changed()
    found.disabled = {"old"}
    found.record("run-1")
    found.seal()
    assert signers(found) == ["new"]
    found.disabled = set()
    found.record("run-1")
    found.seal()
    assert signers(found) == ["old", "new"]


@pytest.mark.parametrize("make", [changing, changed])
def test_new_key_that_is_disabled_stops_the_log(make: Any) -> None:
    found = make()
    found.record("run-1")
    before = found.files["seals/checkpoint"]
    found.disabled = {"new"}
    with pytest.raises(KeyUnusable, match="new"):
        found.seal()
    assert found.files["seals/checkpoint"] == before


def steps() -> range:
    found = changing()
    before = found.steps
    found.seal()
    return range(before + 1, found.steps + 1)


def check(found: Scene) -> None:
    """One change, everything is sealed, and both keys sign the next checkpoint."""
    found.between = lambda _: None
    found.record("run-1")
    found.seal()
    assert len(changes(found)) == 1
    assert signers(found) == ["old", "new"]
    assert found.runs["run-1"].tree.size == len(found.audit["run-1"])
    policy = found.file("keys/policy.txt").decode()
    assert policy == f"log {KEYS['old']}\nlog {KEYS['new']}\nquorum none\n"


def test_change_that_dies_at_any_step_is_completed_once() -> None:
    for step in steps():
        found = changing()
        found.between = dying_at(step)
        with pytest.raises(Died):
            found.seal()
        check(found)


def test_two_sealers_change_the_key_once() -> None:
    for step in steps():
        found = changing()
        found.between = meeting_at(step, found.seal)
        found.seal()
        check(found)


def test_sealer_that_has_the_old_key_only_does_not_disturb_the_change() -> None:
    for step in steps():
        found = changing()
        found.between = meeting_at(step, partial(seal_with_the_old_key, found))
        found.seal()
        check(found)


def seal_with_the_old_key(found: Scene) -> None:
    """What a process does that began before the deployment."""
    configured = found.current, found.previous
    found.current, found.previous = "old", ""
    found.record("run-2")
    found.seal()
    found.current, found.previous = configured


@pytest.mark.parametrize("is_first", [True, False])
def test_death_at_any_step_is_completed_with_the_new_key_alone(is_first: bool) -> None:
    """`is_first`: with the change already published, the next process has no previous key."""
    for step in steps():
        found = changed() if is_first else changing()
        found.record("run-1")
        found.between = dying_at(found.steps + step - steps().start + 1)
        with suppress(Died):
            found.seal()
        found.between = lambda _: None
        found.previous = ""
        found.record("run-1")
        is_announced = "new" in signers(found)
        if is_announced:
            found.seal()
            assert signers(found) == ["new"]
        else:
            with pytest.raises(Contradicted, match="is signed by"):
                found.seal()


def test_checkpoint_file_with_another_text_is_never_published() -> None:
    found = changing()
    name = "seals/checkpoints/000000000004"
    found.put_once(name, found.file("seals/checkpoint"))
    with pytest.raises(Contradicted, match="another checkpoint than is sealed"):
        found.seal()
    assert signers(found) == ["old"]


def test_checkpoint_file_without_a_signature_of_ours_is_never_published() -> None:
    found, other = changing(), changed()
    body = other.file("seals/checkpoint").decode().partition("\n\n")[0]
    found.put_once("seals/checkpoints/000000000004", f"{body}\n\n— {ORIGIN} AAAA\n".encode())
    with pytest.raises(Contradicted, match="another checkpoint than is sealed"):
        found.seal()
