"""The lines of a plan, one for each batch: they have no ids, and their Merkle root is its hash."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import orjson

from genesys_purge.methods.contract import Planned
from genesys_purge.model.entry_rows import manifest_of
from genesys_purge.model.merkle import Frontier, leaf_hash
from genesys_purge.model.plan_index import INDEX, KEY, PlanIndex, part_name
from genesys_purge.model.stored_object import StoredObject
from genesys_purge.purging.ports import PlanObjects

KEY_BYTES = 32
# Lines of a part: about 150 KB.
LARGEST_PART = 1_000


class PlanLines:
    """Keeps at most one part in memory, and the tree over all lines.

    Turns do not change what is stored: each part has the same lines as in a plan at once.
    """

    def __init__(
        self, key: StoredObject, secret: bytes, put: Callable[[str, bytes], StoredObject]
    ) -> None:
        self._key = key
        self._secret = secret
        self._put = put
        self._tree = Frontier()
        self._parts: list[StoredObject] = []
        self._waiting: list[bytes] = []

    @property
    def hash(self) -> str:
        """The root over the lines so far, in hex."""
        return self._tree.root.hex()

    def add(self, planned: Planned) -> None:
        """Add the line of the next batch."""
        line = line_of(self._tree.size, planned, self._secret)
        self._tree = self._tree.extended([leaf_hash(line)])
        self._waiting.append(line)
        if len(self._waiting) == LARGEST_PART:
            self._flush()

    def close(self) -> StoredObject:
        """Store the last part and the index; returns where the index is."""
        if self._waiting:
            self._flush()
        index = PlanIndex(key=self._key, parts=tuple(self._parts))
        return self._put(INDEX, orjson.dumps(index.to_json()))

    def to_json(self) -> dict[str, Any]:
        """What a later turn needs to resume the lines."""
        return {
            "size": self._tree.size,
            "hashes": [each.hex() for each in self._tree.hashes],
            "parts": [each.to_json() for each in self._parts],
            "waiting": [each.decode() for each in self._waiting],
        }

    def resume(self, stored: Mapping[str, Any]) -> None:
        """Go on from stored lines."""
        self._tree = Frontier(stored["size"], tuple(map(bytes.fromhex, stored["hashes"])))
        self._parts = [StoredObject.parse(each) for each in stored["parts"]]
        self._waiting = [each.encode() for each in stored["waiting"]]

    def _flush(self) -> None:
        content = b"".join(line + b"\n" for line in self._waiting)
        self._parts.append(self._put(part_name(len(self._parts)), content))
        self._waiting = []


class Lines:
    """The lines of runs in the bucket of plans; `random` returns so many random bytes."""

    def __init__(self, objects: PlanObjects, random: Callable[[int], bytes]) -> None:
        self._objects = objects
        self._random = random

    def new_key(self, run_id: str) -> StoredObject:
        """Draw and store the key of a run whose planning begins."""
        return self._objects.put(run_id, KEY, self._random(KEY_BYTES))

    def of(self, run_id: str, key: StoredObject) -> PlanLines:
        """The lines of a plan, without a batch so far."""
        secret = self._objects.get(run_id, KEY, key)
        return PlanLines(key, secret, partial(self._objects.put, run_id))


def line_of(number: int, planned: Planned, secret: bytes) -> bytes:
    """The batch as JSON: its number, its counts, its times, and a commitment to its manifest.

    `manifest` is the HMAC-SHA-256 of the manifest's bytes, in hex. Without the secret, an id cannot
    be tried.
    """
    content: dict[str, Any] = {
        "batch": number,
        "targeted": planned.targeted,
        "records": len(planned.entries),
    }
    for name, window in (("window", planned.window), ("interval", planned.interval)):
        if window:
            content[name] = window.to_json()
    if planned.entries:
        content["manifest"] = hmac.digest(secret, manifest_of(planned.entries), "sha256").hex()
    return orjson.dumps(content)
