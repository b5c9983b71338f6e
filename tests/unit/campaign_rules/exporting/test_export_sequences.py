"""Whatever happens between and during exports: nothing twice, nothing missing."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

import pytest
from genesys_purge.campaign_rules.exporting.change_export import LEASE_SECONDS
from genesys_purge.errors import TryLater
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.campaign_rules.exporting.bench import ExportBench

SETTLING = 60
LATE = 45


class Crash(BaseException):
    """The process is gone: nobody cleans up behind it."""


class Step(NamedTuple):
    """Rules change, time passes, and somebody exports; perhaps the process ends at some step."""

    changed: tuple[str, ...]
    pause: float
    crash_at: int | None


steps = st.builds(
    Step,
    st.lists(st.sampled_from(["r1", "r2"]), max_size=5).map(tuple),
    st.sampled_from([0, 0.0004, 0.5, 40, 61, 3_600, 90_000, 40 * 86_400]),
    st.none() | st.integers(1, 12),
)


class Scene:
    """An export bench in which the process may end at any step of an export."""

    def __init__(self, *, overlap: bool) -> None:
        self.bench = ExportBench(SETTLING)
        self.bench.tenant.lag = timedelta(seconds=LATE)
        self.bench.tenant.overlap = overlap
        self._left: int | None = None
        self.bench.tenant.before_read = self._step
        self.bench.files.before_put = self._step
        self.bench.exports.before_write = self._step

    def play(self, step: Step) -> None:
        for rule_id in step.changed:
            # One change of one rule in a millisecond, as Genesys has it.
            self.bench.clock.wait(0.001)
            self.bench.tenant.happen(rule_id)
        self.bench.clock.wait(step.pause)
        self.export(step.crash_at)

    def export(self, crash_at: int | None) -> None:
        self._left = crash_at
        with suppress(Crash, TryLater):
            self.bench.run()
        self._left = None

    def _step(self, _: object) -> None:
        """Once it has crashed, it does not take another step either."""
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                raise Crash

    def end(self) -> None:
        """Everything has settled, nobody holds the campaign, and exports until nothing is left."""
        self.bench.clock.wait(LEASE_SECONDS)
        self.export(None)


@given(st.lists(steps, max_size=8), st.sampled_from([1, 2]))
def test_over_any_sequence_every_change_is_exported_once(
    sequence: list[Step], page_step: int
) -> None:
    scene = Scene(overlap=page_step == 1)
    # An export that completes, before which nothing counts.
    scene.export(None)
    for step in sequence:
        scene.play(step)
    scene.end()
    told = Counter((e["timestamp"], e["eventName"], e["entityId"]) for e in scene.bench.tenant.told)
    assert Counter(scene.bench.kept) == told


@pytest.mark.parametrize("crash_at", range(1, 14))
def test_a_crash_at_each_step_of_an_export_loses_nothing(crash_at: int) -> None:
    scene = Scene(overlap=False)
    scene.play(Step(("r1", "r2", "r1", "r2", "r1"), 3_600, crash_at))
    scene.end()
    assert len(scene.bench.kept) == len(set(scene.bench.kept)) == 5
    # Each window is told once, however often it was begun.
    details = [record.detail for record in scene.bench.audit.every]
    assert len(details) == len(set(details)) == len(scene.bench.files.objects) / 2
