"""Manifests in S3: compressed JSON Lines with one row for each entry."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from genesys_purge.model.batch import Batch, Entry
from genesys_purge.model.entry_rows import entry_of, manifest_of
from genesys_purge.model.stored_object import StoredObject
from genesys_purge.store.plans import S3Plans


class S3Manifests:
    """Stores the entries of batches; the batch has the hash of its manifest."""

    def __init__(self, plans: S3Plans) -> None:
        self._plans = plans

    def put(self, batch: Batch, entries: Sequence[Entry]) -> StoredObject:
        """Store the entries, in order."""
        return self._plans.put(batch.run_id, _name(batch), manifest_of(entries))

    def content(self, batch: Batch) -> bytes:
        """The rows as lines; empty if the batch has no manifest."""
        if batch.manifest is None:
            return b""
        return self._plans.get(batch.run_id, _name(batch), batch.manifest)

    def entries(self, batch: Batch) -> list[Entry]:
        """The entries, in order; none if the batch has no manifest."""
        return [entry_of(*orjson.loads(line)) for line in self.content(batch).splitlines()]


def _name(batch: Batch) -> str:
    return f"manifest-{batch.number:06}"
