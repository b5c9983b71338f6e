"""The memory that storing a manifest takes."""

from __future__ import annotations

import tracemalloc

from genesys_purge.model.batch import Batch, Entry
from genesys_purge.store.manifests import S3Manifests

from tests import builders
from tests.clock import NOON
from tests.mocked_aws import mocked_aws, plans

ENTRIES = [Entry(each, NOON, None, NOON) for each in builders.uuids(5_000)]


def peak_of_storing(batch: Batch) -> int:
    """The most bytes that were allocated at the same time."""
    tracemalloc.start()
    try:
        S3Manifests(plans()).put(batch, ENTRIES)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_manifest_is_stored_with_little_more_memory_than_its_lines() -> None:
    batch = builders.batch()
    with mocked_aws():
        stored = S3Manifests(plans()).put(batch, ENTRIES)
        assert peak_of_storing(batch) < 10 * stored.size
