"""The bucket of plans in memory, and lines whose key is known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from genesys_purge.errors import Misconfigured
from genesys_purge.model.plan_index import INDEX, KEY, PlanIndex, part_name
from genesys_purge.model.run import Run
from genesys_purge.model.stored_object import StoredObject
from genesys_purge.purging.plan_lines import Lines


class MemoryPlanObjects:
    """The contents by run, name and SHA-256; `before_put` receives each name, and may raise.

    `random` returns so many bytes, which tests may know.
    """

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str, str], bytes] = {}
        self.before_put: Callable[[str], None] = lambda name: None
        self.random: Callable[[int], bytes] = lambda size: b"k" * size

    def draw(self, size: int) -> bytes:
        return self.random(size)

    def put(self, run_id: str, name: str, content: bytes) -> StoredObject:
        self.before_put(name)
        stored = StoredObject(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
        self.objects.setdefault((run_id, name, stored.sha256), content)
        return stored

    def get(self, run_id: str, name: str, stored: StoredObject) -> bytes:
        content = self.objects.get((run_id, name, stored.sha256))
        if content is None:
            raise Misconfigured(f"{name} of {run_id} was not read: S3 answered NoSuchKey")
        return content

    def stored(self, run_id: str, name: str) -> StoredObject:
        """The only object of that name."""
        ((key, content),) = (each for each in self.objects.items() if each[0][:2] == (run_id, name))
        return StoredObject(sha256=key[2], size=len(content))

    def remove(self, name: str) -> None:
        """Let the objects of that name expire."""
        self.objects = {key: value for key, value in self.objects.items() if key[1] != name}

    def index(self, run_id: str, index: StoredObject) -> PlanIndex:
        return PlanIndex.model_validate_json(self.get(run_id, INDEX, index))

    def lines(self, run_id: str, index: StoredObject) -> list[bytes]:
        """The stored lines of a plan."""
        parts = enumerate(self.index(run_id, index).parts)
        return b"".join(self.get(run_id, part_name(n), each) for n, each in parts).splitlines()

    def secret(self, run_id: str, index: StoredObject) -> bytes:
        """The key of a plan."""
        return self.get(run_id, KEY, self.index(run_id, index).key)


def known_lines(objects: MemoryPlanObjects) -> Lines:
    """Lines whose keys are drawn by the objects."""
    return Lines(objects, objects.draw)


def without_key(plan: Mapping[str, Any]) -> dict[str, Any]:
    """A plan as the API shows it, without what depends on the random key of its run."""
    return {name: value for name, value in plan.items() if name not in ("hash", "lines")}


def index_of(run: Run) -> StoredObject:
    """The index of the lines of a run's plan."""
    assert run.plan is not None
    assert run.plan.lines is not None
    return run.plan.lines
