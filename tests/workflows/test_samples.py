"""Verification by samples of generated batches, compared with the simulator's record."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from simulator import Conversation
from simulator.live.recordings.recording import FileState
from simulator.organisation.deviations import Deviation
from tests.builders import uuids
from tests.workflows.changing_runs import changing
from tests.workflows.generated_organisations import (
    A_DAY,
    A_SECOND,
    YOUNG,
    Limits,
    Organisation,
    examples,
)

WANTED = {"mode": "sample", "confidence": 0.5, "tolerance": 0.1}


def sample(plan_hash: str, number: int, ids: list[str], size: int) -> set[str]:
    """The sample of a batch, drawn as an auditor does it."""
    seed = hashlib.sha256(f"{plan_hash}:{number}".encode()).digest()
    return set(sorted(ids, key=lambda each: hashlib.sha256(seed + each.encode()).digest())[:size])


def calls(count: int) -> Organisation:
    """So many calls of one day."""
    starts = [YOUNG + number * A_DAY / count for number in range(count)]
    made = (
        Conversation(each, start, start + A_SECOND)
        for each, start in zip(uuids(count, 2), starts, strict=True)
    )
    return Organisation(YOUNG, tuple(made))


@examples(0.3)
@given(st.integers(5, 30), st.sets(st.integers(0, 29), max_size=4), st.sampled_from([7, 100]))
def test_sample_with_a_survivor_leads_to_a_check_of_every_call(
    count: int, left: set[int], batch_size: int
) -> None:
    """Jobs leave out some calls, which then survive."""
    organisation = calls(count)
    survivors = {each for number, each in enumerate(organisation.ids) if number in left}
    with changing(organisation, limits=Limits(batch_size)) as scene:
        scene.app.simulator.deviations.add(Deviation(leaves_out=frozenset(survivors)))
        run = scene.run(dateRange=None, conversationIds=organisation.ids, verification=WANTED)
        gone = set(organisation.ids) - scene.ids_with(FileState.AVAILABLE, FileState.ARCHIVED)

        assert gone == set(organisation.ids) - survivors
        for batch in run["batches"]:
            first = batch["batch"] * batch_size
            ids = organisation.ids[first : first + batch_size]
            check = batch["check"]
            size = check.get("sample", check)["size"]
            drawn = sample(run["plan"]["hash"], batch["batch"], ids, size)
            looked_at = drawn if check["mode"] == "sample" else set(ids)
            assert check["mode"] == ("every" if drawn & survivors or size == len(ids) else "sample")
            assert check["lookedAt"] == len(looked_at)
            assert batch["verified"] == len(looked_at & gone)
            assert batch["isVerified"] == looked_at.isdisjoint(survivors)
