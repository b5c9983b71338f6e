"""SkippedChunks: a million skipped records need the memory of one chunk."""

from __future__ import annotations

from collections.abc import Sequence
from unittest.mock import patch

import pytest
from genesys_purge.methods.contract import Skipped
from genesys_purge.model.skipped import SkippedRecord
from genesys_purge.purging import skipped_chunks
from genesys_purge.purging.skipped_chunks import SkippedChunks


class Store:
    """The stored chunks."""

    def __init__(self) -> None:
        self.chunks: list[Sequence[SkippedRecord]] = []
        self.skipped = SkippedChunks(self.put)

    def put(self, number: int, chunk: Sequence[SkippedRecord]) -> None:
        assert number == len(self.chunks)
        self.chunks.append(chunk)


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (1, [1]), (3, [3]), (4, [3, 1]), (6, [3, 3]), (8, [3, 3, 2])]
)
def test_chunks_are_stored_as_soon_as_they_are_full(count: int, sizes: list[int]) -> None:
    store, ids = Store(), [f"c{number}" for number in range(count)]
    with patch.object(skipped_chunks, "LARGEST_CHUNK", 3):
        for each in ids:
            store.skipped.add(Skipped("too_young", 1, [each]))
        assert len(store.chunks) == count // 3
        store.skipped.close()
    assert [len(chunk) for chunk in store.chunks] == sizes
    assert store.skipped.count == len(sizes)
    assert [each.conversation_id for chunk in store.chunks for each in chunk] == ids


def test_many_ids_of_one_reason_are_split() -> None:
    store = Store()
    store.skipped.add(Skipped("too_young", 2_500, [f"c{number}" for number in range(2_500)]))
    store.skipped.add(Skipped("not_found", 7))
    store.skipped.close()
    assert [len(chunk) for chunk in store.chunks] == [1_000, 1_000, 501]
    assert store.chunks[-1][-1] == SkippedRecord("not_found", None, 7)
