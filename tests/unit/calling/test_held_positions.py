"""The guard over many records: the held positions of many holds, the youngest of each kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from genesys_purge.calling.deletion import Deletion
from genesys_purge.calling.guard import Guard
from genesys_purge.errors import OnLegalHold, RetentionNotMet
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import Window
from genesys_purge.model.holds import Hold, read_hold
from genesys_purge.model.retention import Policy, RetentionMatrix, values
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON, Clock
from tests.fakes import MemoryHolds, MemoryPolicies, MemorySeals, MemoryStops
from tests.unit.methods.scene import hold

IDS = builders.uuids(12)
OLD = builders.days_ago(400)
SECOND = timedelta(seconds=1)


def guard(*holds: Hold, matrix: RetentionMatrix | None = None) -> Guard:
    placed, policies = MemoryHolds(Clock()), MemoryPolicies()
    placed.placed += holds
    policies.matrix = matrix or policies.matrix
    return Guard(policies, placed, MemoryStops(), MemorySeals(), Clock())


def policy_of(
    matrix: RetentionMatrix, classification: str | None, media: frozenset[str]
) -> Policy | None:
    return matrix.policy(
        {
            "method": values("recording_job"),
            "classification": values(classification),
            "interactionType": media,
        }
    )


def deletion(entries: Sequence[Entry], **fields: Any) -> Deletion:
    known: dict[str, Any] = {
        "run_id": "run-1",
        "batch": 0,
        "attempt": 1,
        "entries": entries,
        "candidates": frozenset(range(len(entries))),
        "planned": len(entries),
        "before": len(entries),
        "policy_of": policy_of,
    }
    return Deletion(**known | fields)


def entries_at(*ends: datetime) -> list[Entry]:
    return [Entry(IDS[number], end, "internal") for number, end in enumerate(ends)]


def on(number: int, hold_id: str = "h1") -> Hold:
    return hold(hold_id=hold_id, conversation_ids=frozenset({IDS[number]}))


def test_guard_lists_the_positions_of_every_hold() -> None:
    placed = [on(number, f"h{number}") for number in (1, 4, 7, 9)]
    with pytest.raises(OnLegalHold, match=r"^legal hold h1, legal hold h4, legal hold h7 ") as held:
        guard(*placed).permit(deletion(entries_at(*[OLD] * 10)))
    assert held.value.entries == {1, 4, 7, 9}


def malformed(number: int) -> Hold:
    """A hold whose id is too long to be read."""
    fields = {
        "holdId": "h" * 90,
        "reason": "r",
        "placedBy": "p",
        "placedAt": "2026-01-01T00:00:00Z",
    }
    read = read_hold(fields | {"conversationIds": [IDS[number]]}, NOON)
    assert read is not None
    return read


@pytest.mark.parametrize("other", [1, 11])
def test_guard_keeps_holds_with_malformed_ids_apart(other: int) -> None:
    placed = malformed(0), malformed(other)
    assert placed[0].label == placed[1].label
    with pytest.raises(OnLegalHold) as held:
        guard(*placed).permit(deletion(entries_at(OLD, OLD)))
    assert held.value.entries == {0, other} & {0, 1}


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.booleans()), max_size=6))
def test_held_positions_are_those_of_any_hold(given_holds: list[tuple[int, int, bool]]) -> None:
    """Each hold is on one conversation, or on the records that ended on the days of a range."""
    entries = entries_at(*(OLD + timedelta(days=number) for number in range(12)))
    placed, expected = [], set()
    for name, (first, last, by_id) in enumerate(given_holds):
        if by_id:
            placed.append(on(first, f"h{name}"))
            expected.add(first)
        elif first < last:
            times = Window(start=entries[first].end, end=entries[last].end)
            placed.append(hold(hold_id=f"h{name}", date_range=times))
            expected |= set(range(first, last))
    if not expected:
        assert guard(*placed).permit(deletion(entries)).run_id == "run-1"
        return
    with pytest.raises(OnLegalHold) as held:
        guard(*placed).permit(deletion(entries))
    assert held.value.entries == expected


def matrix() -> RetentionMatrix:
    """30 days, but 300 for `internal` and 390 for e-mail."""
    rule = {"name": "n", "basis": "b"}
    return RetentionMatrix.parse(
        {
            "rules": [
                rule | {"minimumDays": 30},
                rule | {"minimumDays": 300, "match": {"classification": "internal"}},
                rule | {"minimumDays": 390, "match": {"interactionType": "email"}},
            ]
        }
    )


KINDS: list[tuple[str | None, frozenset[str], int]] = [
    ("public", frozenset({"voice"}), 30),
    ("internal", frozenset({"voice"}), 300),
    ("public", frozenset({"email"}), 390),
]


def of_kinds(late: int | None = None) -> list[Entry]:
    """Three records of each kind, the second one exactly old enough; `late` is one second short."""
    return [
        Entry(
            IDS[3 * number + place],
            builders.days_ago(days if place == 1 else 800)
            + (SECOND if place == 1 and number == late else timedelta(0)),
            classification,
            media=media,
        )
        for number, (classification, media, days) in enumerate(KINDS)
        for place in range(3)
    ]


def test_guard_permits_records_of_several_kinds_that_are_old_enough() -> None:
    assert guard(matrix=matrix()).permit(deletion(of_kinds())).run_id == "run-1"


@pytest.mark.parametrize("late", [0, 1, 2])
def test_youngest_record_of_each_kind_must_be_old_enough(late: int) -> None:
    refused = f"are kept for {KINDS[late][2]} days"
    with pytest.raises(RetentionNotMet, match=refused):
        guard(matrix=matrix()).permit(deletion(of_kinds(late)))


def test_records_outside_the_part_must_be_old_enough_too() -> None:
    with pytest.raises(RetentionNotMet):
        guard(matrix=matrix()).permit(deletion(of_kinds(2), candidates=frozenset({0})))
