"""The lines of a plan: one for each batch, without an id in them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from tests.verifier.shapes import Part, Shape
from tests.verifier.trees import leaf, root

INTERVAL = {"start": "2024-01-01T00:00:00Z", "end": "2024-01-31T23:59:59.999000Z"}


def batches_of(shape: Shape) -> list[dict[str, Any]]:
    """The batches in order, as values of JSON."""
    return [_batch(number, part) for number, part in enumerate(shape.parts)]


def _batch(number: int, part: Part) -> dict[str, Any]:
    if part.form == "window":
        return {"batch": number, "targeted": part.records, "records": 0, "window": INTERVAL}
    batch: dict[str, Any] = {"batch": number, "targeted": part.records, "records": part.records}
    if part.form == "interval":
        batch["interval"] = INTERVAL
    return {**batch, "manifest": hashlib.sha256(b"manifest %d" % number).hexdigest()}


def written_plan(batches: Iterable[Mapping[str, Any]]) -> bytes:
    """The batches as the lines of `plan.jsonl`."""
    lines = (json.dumps(each, separators=(",", ":")) for each in batches)
    return "".join(f"{line}\n" for line in lines).encode()


def plan_of(shape: Shape) -> bytes:
    return written_plan(batches_of(shape))


def root_of(plan: bytes) -> str:
    """The hash of a plan with these lines."""
    return root([leaf(line) for line in plan.split(b"\n")[:-1]]).hex()


def hash_of(shape: Shape) -> str:
    return root_of(plan_of(shape))
