"""Plans of recording jobs in turns, on the real state machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any
from unittest.mock import patch

from genesys_purge.wiring import adapters, purging
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.changing_runs import changing
from tests.workflows.generated_organisations import (
    AGED,
    YOUNG,
    Change,
    ChangeKind,
    Limits,
    Organisation,
    changes,
    examples,
    organisations,
)
from tests.workflows.interruptions import killed_at

WRITES = ("begin_plan", "pause_plan", "put_batch", "plan")


@st.composite
def held_organisations(draw: st.DrawFn) -> tuple[Organisation, list[Change]]:
    """Organisations with holds and protection from before the run."""
    organisation = draw(organisations(YOUNG, AGED))
    kinds = (ChangeKind.HOLD_IDS, ChangeKind.HOLD_DATES, ChangeKind.PROTECT)
    found = draw(changes(organisation, *kinds))
    return organisation, [each._replace(after=0) for each in found]


def nth(number: int) -> Callable[[Any], bool]:
    """Whether it is called for the time of this number, counted from 0."""
    calls = count()
    return lambda _: next(calls) == number


@contextmanager
def repeated(number: int) -> Iterator[None]:
    """The turn of this number, counted from 0, runs twice."""
    use_case, turns = purging.plan_purge(), count()

    def plan(message: Any) -> Any:
        if next(turns) == number:
            use_case(message)
        return use_case(message)

    with patch.object(purging, "plan_purge", lambda: plan):
        yield


def plan_of(
    found: tuple[Organisation, list[Change]], small: Limits, *interrupted: Any, **environment: str
) -> tuple[Any, ...]:
    """The plan and the outcome of each record of a dry run; each key is the same."""
    with changing(found[0], found[1], small, **environment) as scene, ExitStack() as stack:
        stack.enter_context(patch.object(adapters, "random_bytes", bytes))
        for each in interrupted:
            stack.enter_context(each())
        run = scene.run(dryRun=True)
        assert scene.app.simulator.recording_jobs == []
        return run["plan"], scene.app.records(run["runId"]), len(run["batches"])


@examples(0.3)
@given(
    held_organisations(),
    st.sampled_from([1, 2, 5]),
    st.sampled_from([3, 2_000]),
    st.lists(
        st.tuples(st.sampled_from(WRITES), st.integers(0, 6), st.booleans()),
        max_size=2,
        unique_by=lambda each: each[0],
    ),
    st.integers(0, 6),
)
def test_plan_in_interrupted_turns_equals_the_plan_made_at_once(
    found: tuple[Organisation, list[Change]],
    batch_size: int,
    large: int,
    deaths: list[tuple[str, int, bool]],
    twice: int,
) -> None:
    """A turn at each pause; some turns die before or after a write, and one runs twice."""
    killed = [
        lambda write=write, number=number, stored=stored: killed_at(
            write, nth(number), stored=stored
        )
        for write, number, stored in deaths
    ]
    small = Limits(batch_size, large=large, chunk=2)
    at_once = plan_of(found, small)

    in_turns = plan_of(found, small, *killed, lambda: repeated(twice), PLAN_TURN_SECONDS="0")

    assert in_turns == at_once
