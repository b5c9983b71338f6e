"""The inspection of a ready job does not take longer for each record of a larger batch."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from genesys_purge.methods.recording_job.conversations import QUERY
from genesys_purge.methods.recording_job.metadata import METADATA
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.methods.recording_job.two_step import CREATE, EXECUTE, LIST, STATUS
from genesys_purge.model.batch import Entry
from genesys_purge.model.messages import Next
from genesys_purge.model.reach import Reach
from genesys_purge.purging.inspect_job import BLOCK
from genesys_purge.purging.parts import part_of

from tests import builders
from tests.unit.purging.recording_batch import READY, search_of
from tests.unit.purging.test_recording_job_intervals import INTERVAL, KEPT, NONE, REQUEST
from tests.unit.workbench import Workbench


@pytest.fixture
def entries() -> list[Entry]:
    """Three blocks of conversations."""
    end, start = builders.days_ago(1_999), builders.days_ago(2_000)
    return [Entry(each, end, None, start) for each in builders.uuids(3 * BLOCK)]


def test_part_is_built_once_for_all_blocks(bench: Workbench, entries: list[Entry]) -> None:
    for operation in (LIST, ASK):
        bench.genesys.on(operation, NONE)
    bench.genesys.on(CREATE, {"id": "job-1"})
    bench.genesys.on(EXECUTE, {})
    totals = {"totalConversations": len(entries), "totalRecordings": len(entries)}
    bench.genesys.on(STATUS, READY | totals)
    bench.genesys.on(QUERY, search_of(entries))
    bench.genesys.on(METADATA, lambda _: {"entities": [KEPT]})
    batch = builders.batch(planned=len(entries), interval=INTERVAL, reach=Reach.INTERVAL)
    ready = bench.poll_batch(
        bench.submit_batch(bench.planned(batch, request=REQUEST, entries=entries))
    )

    with patch("genesys_purge.purging.cases.part_of", wraps=part_of) as counted:
        assert bench.submit_batch(ready).next is Next.POLL

    assert counted.call_count == 1
