"""The sample of a batch, which an auditor can draw again."""

from __future__ import annotations

import hashlib

from genesys_purge.model.batch import Entry
from genesys_purge.model.certainty import Certainty, CheckMode
from genesys_purge.model.check import Check
from genesys_purge.model.drawing import chosen, drawn, seed_of
from hypothesis import given
from hypothesis import strategies as st

from tests import builders

PLAN = "a1" * 32
SEED = seed_of(PLAN, 7)
IDS = builders.uuids(40)
SAMPLE = Certainty(mode=CheckMode.SAMPLE, confidence=0.9, tolerance=0.1)


def entries_of(ids: list[str]) -> list[Entry]:
    return [Entry(each, builders.days_ago(400), None) for each in ids]


def test_seed_is_a_hash_of_the_plan_and_the_batch_number() -> None:
    assert hashlib.sha256(f"{PLAN}:7".encode()).hexdigest() == SEED
    assert len({seed_of(PLAN, 7), seed_of(PLAN, 8), seed_of("b" * 64, 7)}) == 3


def test_auditor_draws_the_same_sample() -> None:
    seed = hashlib.sha256(f"{PLAN}:7".encode()).digest()
    ranked = sorted(IDS, key=lambda each: hashlib.sha256(seed + each.lower().encode()).digest())
    assert [IDS[position] for position in drawn(enumerate(IDS), SEED, 9)] == ranked[:9]


@given(st.permutations(range(40)), st.integers(0, 40))
def test_sample_depends_on_neither_order_nor_case(order: list[int], size: int) -> None:
    shuffled = [(position, IDS[position].upper()) for position in order]
    assert drawn(shuffled, SEED, size) == drawn(enumerate(IDS), SEED, size)


def test_sample_leaves_out_protected_entries() -> None:
    first, second, *_ = drawn(enumerate(IDS), SEED, 40)
    check = Check.of(39, SAMPLE, SEED)
    found = chosen(check, entries_of(IDS), {first})
    assert (found[0], len(found)) == (second, check.size)


def test_check_of_every_record_leaves_out_protected_entries() -> None:
    check = Check(mode=CheckMode.EVERY, records=38, size=38)
    assert list(chosen(check, entries_of(IDS), {0, 39})) == list(range(1, 39))
