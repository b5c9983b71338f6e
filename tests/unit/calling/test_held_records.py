"""The guard and records that are smaller than a conversation, such as messages."""

from __future__ import annotations

from datetime import datetime

import pytest
from genesys_purge.calling.deletion import Deletion
from genesys_purge.calling.guard import Guard
from genesys_purge.calling.permit import Permit
from genesys_purge.errors import OnLegalHold
from genesys_purge.model.batch import Entry
from genesys_purge.model.holds import Hold
from genesys_purge.model.retention import Policy
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON, Clock
from tests.fakes import MemoryHolds, MemoryPolicies, MemorySeals, MemoryStops
from tests.unit.methods.scene import hold

CONVERSATIONS = ["c1", "c2", "c3", "c4"]
END = builders.days_ago(400)
conversations = st.sampled_from(CONVERSATIONS)
spellings = conversations.flatmap(lambda each: st.sampled_from([each, each.upper()]))


def deletion(owners: list[str], candidates: frozenset[int]) -> Deletion:
    """A call for some of the records, each of which belongs to the conversation at its position."""
    entries = [
        Entry(owner, END, None, record_id=f"message-{number}")
        for number, owner in enumerate(owners)
    ]
    return Deletion(
        run_id="run-1",
        batch=0,
        attempt=1,
        entries=entries,
        candidates=candidates,
        planned=len(entries),
        before=len(entries),
        policy_of=lambda *_: Policy(minimum_days=365, basis="law"),
    )


def guard(*holds: Hold) -> Guard:
    placed = MemoryHolds(Clock())
    placed.placed.extend(holds)
    return Guard(MemoryPolicies(), placed, MemoryStops(), MemorySeals(), lambda: NOON)


@given(st.lists(spellings, min_size=1, max_size=8), st.sets(conversations, min_size=1), st.data())
def test_guard_refuses_every_record_of_a_held_conversation(
    owners: list[str], held: set[str], data: st.DataObject
) -> None:
    asked = frozenset(data.draw(st.sets(st.sampled_from(range(len(owners))), min_size=1)))
    forbidden = {index for index in asked if owners[index].casefold() in held}
    call = deletion(owners, asked)
    placed = guard(hold(conversation_ids=frozenset(held)))
    if not forbidden:
        assert placed.permit(call) == Permit("run-1", 0, 1, NOON)
        return
    with pytest.raises(OnLegalHold) as refused:
        placed.permit(call)
    assert refused.value.entries == forbidden


@pytest.mark.parametrize("start", [END, builders.days_ago(401)])
def test_guard_refuses_a_record_that_ended_in_a_held_date_range(start: datetime) -> None:
    held = hold(date_range={"start": start, "end": NOON})
    with pytest.raises(OnLegalHold):
        guard(held).permit(deletion(["c1"], frozenset({0})))
