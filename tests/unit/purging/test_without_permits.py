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


@pytest.mark.parametrize("read", [lambda it: it.retention_matrix(), lambda it: it.active(None)])
def test_no_policy_and_no_hold_can_be_read(read: Callable[[WithoutPermits], object]) -> None:
    with pytest.raises(PurgingSwitchedOff):
        read(WithoutPermits())
