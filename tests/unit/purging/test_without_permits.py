"""WithoutPermits: a worker with this guard deletes nothing, even for a running run."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import pytest
from genesys_purge.calling.guard import Guard
from genesys_purge.errors import PurgingSwitchedOff
from genesys_purge.model.batch import BatchState
from genesys_purge.purging.without_permits import WithoutPermits

from tests.unit.workbench import Workbench


@pytest.fixture
def guard(bench: Workbench) -> Guard:
    never = WithoutPermits()
    return Guard(never, never, never, never, bench.clock)


def test_planned_batch_is_not_submitted(bench: Workbench, guard: Guard) -> None:
    step = bench.planned()
    with (
        patch.object(bench.submit_batch, "_guard", guard),
        pytest.raises(PurgingSwitchedOff),
    ):
        bench.submit_batch(step)
    assert bench.batch.state is BatchState.PLANNED
    assert bench.genesys.deletions == []


def test_worker_sees_that_purging_is_off() -> None:
    assert not WithoutPermits().purging_is_on()


@pytest.mark.parametrize(
    "read",
    [
        lambda it: it.retention_matrix(),
        lambda it: it.active(None),
        lambda it: it.covering(None),
        lambda it: it.obstacle(None),
    ],
)
def test_nothing_that_decides_can_be_read(read: Callable[[WithoutPermits], object]) -> None:
    with pytest.raises(PurgingSwitchedOff):
        read(WithoutPermits())
