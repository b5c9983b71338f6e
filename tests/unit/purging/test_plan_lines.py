"""The lines of a plan: no ids in them, one root over them, and the same parts in any turns."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import orjson
import pytest
from genesys_purge.methods.contract import Planned
from genesys_purge.model.batch import Entry
from genesys_purge.model.entry_rows import manifest_of
from genesys_purge.model.plan_index import KEY
from genesys_purge.model.stored_object import StoredObject
from genesys_purge.purging import plan_lines
from genesys_purge.purging.plan_lines import Lines, PlanLines, line_of
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from tests import builders
from tests.plan_fakes import MemoryPlanObjects, known_lines

OLD = builders.days_ago(400)
ENTRIES = [Entry("a1", OLD, None), Entry("b2", OLD, "pii")]
OPENSSL = str(shutil.which("openssl"))
# A few batches of ids and windows.
BATCHES = st.lists(
    st.one_of(
        st.lists(st.sampled_from(builders.conversation_ids(9)), min_size=1, max_size=3).map(
            lambda ids: Planned(len(ids), [Entry(each, OLD, None) for each in ids])
        ),
        st.integers(0, 9).map(lambda count: Planned(count, window=builders.window())),
    ),
    max_size=12,
)


def begun(objects: MemoryPlanObjects) -> PlanLines:
    """The lines of a plan without batches."""
    lines = known_lines(objects)
    return lines.of("run-1", lines.new_key("run-1"))


def stored(batches: Iterable[Planned]) -> tuple[MemoryPlanObjects, StoredObject, str]:
    """The objects of a plan made at once, its index and its hash."""
    objects = MemoryPlanObjects()
    lines = begun(objects)
    for each in batches:
        lines.add(each)
    return objects, lines.close(), lines.hash


@given(BATCHES)
def test_hash_is_the_root_that_another_implementation_computes(batches: list[Planned]) -> None:
    objects, index, found = stored(batches)
    tree = InmemoryTree.init_from_entries(objects.lines("run-1", index), algorithm="sha256")
    assert tree.get_size() == len(batches)
    assert found == (tree.get_root().hex() if batches else hashlib.sha256(b"").hexdigest())


def test_hash_differs_for_different_plans() -> None:
    plans: Sequence[Sequence[Planned]] = [
        [Planned(2, ENTRIES)],
        [Planned(2, ENTRIES[::-1])],
        [Planned(1, ENTRIES[:1]), Planned(1, ENTRIES[1:])],
        [Planned(1, ENTRIES[1:]), Planned(1, ENTRIES[:1])],
        [Planned(2, [Entry("a2", OLD, None), ENTRIES[1]])],
        [Planned(2, [Entry("a1", OLD, "pii"), ENTRIES[1]])],
        [Planned(2, [Entry("a1", OLD, None, record_id="m1"), ENTRIES[1]])],
        [Planned(2, ENTRIES, interval=builders.window())],
        [Planned(2, window=builders.window())],
        [Planned(3, window=builders.window())],
        [Planned(2, window=builders.window(youngest=367))],
        [],
    ]
    hashes = [stored(each)[2] for each in plans]
    assert len(set(hashes)) == len(plans)
    assert hashes == [stored(each)[2] for each in plans]


@given(BATCHES, st.integers(0, 11), st.integers(0, 11))
def test_moving_a_batch_changes_the_hash(batches: list[Planned], one: int, other: int) -> None:
    moved = [*batches]
    if max(one, other) < len(batches):
        moved[one], moved[other] = moved[other], moved[one]
    assert (stored(moved)[2] == stored(batches)[2]) == (moved == batches)


@given(BATCHES, st.data())
def test_lines_in_turns_equal_lines_at_once(batches: list[Planned], data: st.DataObject) -> None:
    turns = sorted(data.draw(st.lists(st.integers(0, len(batches)), max_size=4)))
    with patch.object(plan_lines, "LARGEST_PART", 3):
        objects = MemoryPlanObjects()
        lines = begun(objects)
        for start, end in pairwise([0, *turns, len(batches)]):
            state = orjson.loads(orjson.dumps(lines.to_json()))
            lines = begun(objects)
            lines.resume(state)
            for each in batches[start:end]:
                lines.add(each)
        at_once = stored(batches)
        assert (objects.objects, lines.close(), lines.hash) == (at_once[0].objects, *at_once[1:])


def test_line_has_the_counts_the_times_and_a_commitment() -> None:
    by_ids = orjson.loads(line_of(3, Planned(2, ENTRIES, interval=builders.window()), b"key"))
    assert by_ids.pop("manifest")
    window = builders.window().to_json()
    assert by_ids == {"batch": 3, "targeted": 2, "records": 2, "interval": window}
    by_window = line_of(4, Planned(9, window=builders.window()), b"key")
    assert orjson.loads(by_window) == {
        "batch": 4,
        "targeted": 9,
        "records": 0,
        "window": window,
    }


def test_openssl_confirms_a_manifest_with_the_key_of_the_plan(tmp_path: Any) -> None:
    """As the docs say: from the stored list and key alone."""
    objects, index, _ = stored([Planned(2, ENTRIES)])
    secret = objects.secret("run-1", index)
    (tmp_path / "manifest").write_bytes(manifest_of(ENTRIES))
    words = f"dgst -sha256 -mac HMAC -macopt hexkey:{secret.hex()} manifest"
    done = subprocess.run(
        [OPENSSL, *words.split()], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    (line,) = objects.lines("run-1", index)
    assert orjson.loads(line)["manifest"] == done.stdout.split("= ")[1].strip()


def test_planted_id_is_in_no_line_and_cannot_be_tried_without_the_key() -> None:
    planted = Entry("planted-conversation", OLD, "pii", OLD, frozenset({"voice"}), "planted-record")
    line = line_of(0, Planned(1, [planted], interval=builders.window()), b"k" * 32)
    manifest = manifest_of([planted])
    guesses = [planted.id, planted.conversation_id, f"{planted.id}\n", manifest.decode()]
    assert not [each for each in guesses if each.encode() in line]
    hashes = [hashlib.sha256(each.encode()).hexdigest() for each in guesses]
    assert not [each for each in hashes if each.encode() in line]
    assert line != line_of(0, Planned(1, [planted], interval=builders.window()), b"l" * 32)


def test_every_plan_has_a_key_of_its_own() -> None:
    objects, asked = MemoryPlanObjects(), list[int]()

    def random(size: int) -> bytes:
        asked.append(size)
        return bytes([len(asked)]) * size

    lines = Lines(objects, random)
    keys = [objects.get(run, KEY, lines.new_key(run)) for run in ("run-1", "run-2")]
    assert (keys, asked) == ([b"\x01" * 32, b"\x02" * 32], [32, 32])


@pytest.mark.parametrize(("batches", "parts"), [(0, 0), (1, 1), (3, 1), (4, 2)])
def test_part_has_a_bounded_number_of_lines(batches: int, parts: int) -> None:
    with patch.object(plan_lines, "LARGEST_PART", 3):
        objects, index, _ = stored([Planned(2, ENTRIES)] * batches)
    assert len(objects.index("run-1", index).parts) == parts
    assert len(objects.lines("run-1", index)) == batches
