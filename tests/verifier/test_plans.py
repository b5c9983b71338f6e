"""What `plan.jsonl` must be: the planned batches of the records, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pymerkle import InmemoryTree

import verify
from tests.verifier.bundles import (
    CERTIFICATE_KEY,
    VKEY,
    Files,
    bundle,
    by_cryptography,
    put,
)
from tests.verifier.changes import record, set_in
from tests.verifier.conftest import Judge
from tests.verifier.plans import INTERVAL, batches_of, hash_of, plan_of, root_of, written_plan
from tests.verifier.runs import records_of
from tests.verifier.shapes import Part, Shape

Batches = list[dict[str, Any]]
SHAPE = Shape(parts=(Part(), Part(2, form="window"), Part(4, form="interval")))


def with_plan(plan: bytes, shape: Shape = SHAPE) -> Files:
    """A bundle whose records and certificate have the root of these lines."""
    records = records_of(shape)
    record(records, "run_planned")["plan"]["hash"] = root_of(plan)
    return bundle(shape, records=records, plan=plan, change=set_in("plan.hash", root_of(plan)))


def changed(change: Callable[[Batches], Any]) -> Files:
    """A bundle in which the batches of the plan were changed before all else was made."""
    batches = batches_of(SHAPE)
    change(batches)
    return with_plan(written_plan(batches))


def test_plan_of_ids_windows_and_intervals_is_proven(judged: Judge) -> None:
    assert judged(with_plan(plan_of(SHAPE)))[0] == 0


def test_hash_of_a_plan_is_the_root_of_another_implementation(judged: Judge) -> None:
    lines = plan_of(SHAPE).splitlines()
    tree = InmemoryTree.init_from_entries(lines, algorithm="sha256")
    assert tree.get_root().hex() == hash_of(SHAPE)
    assert judged(bundle(SHAPE))[0] == 0


@pytest.mark.parametrize(
    "lines",
    [
        [0, 1],
        [0, 2, 1],
        [0, 1, 2, 2],
        [],
    ],
)
def test_plan_with_other_lines_than_its_hash_is_refused(judged: Judge, lines: list[int]) -> None:
    batches = batches_of(SHAPE)
    status, _ = judged(bundle(SHAPE, plan=written_plan(batches[each] for each in lines)))
    assert status == 1


@pytest.mark.parametrize("manifest", ["0" * 64, "1" * 64])
def test_plan_with_another_manifest_is_refused(judged: Judge, manifest: str) -> None:
    batches = batches_of(SHAPE)
    batches[0]["manifest"] = manifest
    _, line = judged(bundle(SHAPE, plan=written_plan(batches)))
    assert line.startswith("DISPROVEN: plan.jsonl gives")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda all_: all_.pop(), "plan.jsonl gives"),
        (lambda all_: all_.append({**all_[0], "batch": 3}), "plan.jsonl gives"),
        (lambda all_: all_[0].update(targeted=4, records=4), "plan.jsonl gives"),
        (lambda all_: all_.insert(0, all_.pop()), "line 0 of plan.jsonl: it is of another batch"),
        (lambda all_: all_[1].update(batch=2), "line 1 of plan.jsonl: it is of another batch"),
        (lambda all_: all_[1].update(batch=True), "batch is not a count"),
        (lambda all_: all_[0].update(targeted=-3), "targeted is not a count"),
        (lambda all_: all_[0].update(records=3.0), "records is not a count"),
        (lambda all_: all_[0].update(records=2), "its counts differ"),
        (lambda all_: all_[0].update(ids=["conversation-1"]), "are not those of a batch"),
        (lambda all_: all_[0].pop("manifest"), "are not those of a batch"),
        (lambda all_: all_[1].pop("window"), "are not those of a batch"),
        (lambda all_: all_[1].update(manifest="0" * 64), "are not those of a batch"),
        (lambda all_: all_[1].update(interval=INTERVAL), "are not those of a batch"),
        (lambda all_: all_[0].update(window=INTERVAL), "are not those of a batch"),
        (lambda all_: all_[0].update(manifest="A" * 64), "is not an HMAC"),
        (lambda all_: all_[0].update(manifest="conversation-1"), "is not an HMAC"),
        (lambda all_: all_[1].update(window={"start": INTERVAL["start"]}), "its times"),
        (lambda all_: all_[2].update(interval={**INTERVAL, "end": "conversation-1"}), "its times"),
        (lambda all_: all_[2].update(interval={**INTERVAL, "ids": "a"}), "its times"),
        (lambda all_: all_[2].update(interval="a"), "as its format says"),
        (lambda all_: all_[2].update(interval={**INTERVAL, "end": 1}), "as its format says"),
        (lambda all_: all_[0].update(manifest=1), "as its format says"),
    ],
)
def test_plan_that_cannot_be_is_refused(
    judged: Judge, change: Callable[[Batches], Any], problem: str
) -> None:
    status, line = judged(changed(change))
    assert (status, problem in line) == (1, True), line


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'{"batch":0,', b'{"batch":0,"batch":0,'),
        (b'{"batch":0,', b'\n{"batch":0,'),
        (b'{"batch":0,', b'[{"batch":0},'),
        (b'"targeted":3,', b'"targeted":NaN,'),
        (b'{"batch":0,', b'{"batch":0,' + b" " * (1 << 20)),
    ],
)
def test_line_of_a_plan_that_is_not_strict_json_is_refused(
    judged: Judge, before: bytes, after: bytes
) -> None:
    plan = plan_of(SHAPE)
    assert before in plan
    status, line = judged(with_plan(plan.replace(before, after, 1)))
    assert status == 1
    assert "strict JSON" in line or "too long" in line


def test_last_line_of_a_plan_must_end(judged: Judge) -> None:
    plan = bundle(SHAPE)["plan.jsonl"][:-1]
    problem = "DISPROVEN: a line of plan.jsonl is too long, or has no end"
    assert judged(bundle(SHAPE, plan=plan)) == (1, problem)


def test_verifier_names_what_it_proved_of_the_plan(tmp_path: Path) -> None:
    said: list[str] = []
    folder = put(tmp_path / "bundle", bundle(SHAPE))
    verify.judge(folder, VKEY, CERTIFICATE_KEY, signed=by_cryptography, say=said.append)
    assert "proven: plan.jsonl has the 3 batches of that plan, whose hash is their root" in said
