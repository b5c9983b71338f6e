"""Any sequence of changes, exports and crashes exports every change once."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from genesys_purge.campaign_rules.exporting.change_export import LEASE_SECONDS
from genesys_purge.errors import TryLater
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.campaign_rules.exporting.bench import ExportBench

SETTLING = 60
LATE = 45


class Crash(BaseException):
    """The process died without a clean-up."""


class Step(NamedTuple):
    """Rules change, time passes, and an export runs; it may crash at one step."""

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
    """An export bench whose process may crash at any step of an export."""

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
            # A rule changes at most once in a millisecond.
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
        """Crashes at the step of that number and at every later one."""
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                raise Crash

    def end(self) -> None:
        """Export everything that is left after the lease."""
        self.bench.clock.wait(LEASE_SECONDS)
        self.export(None)


@given(st.lists(steps, max_size=8), st.sampled_from([1, 2]))
def test_every_change_of_any_sequence_is_exported_once(
    sequence: list[Step], page_step: int
) -> None:
    scene = Scene(overlap=page_step == 1)
    # The first complete export sets the start of the next ones.
    scene.export(None)
    for step in sequence:
        scene.play(step)
    scene.end()
    changes = Counter(
        (e["timestamp"], e["eventName"], e["entityId"]) for e in scene.bench.tenant.events
    )
    assert Counter(scene.bench.exported) == changes


def test_crash_at_each_step_of_an_export_loses_nothing() -> None:
    for crash_at in range(1, 14):
        assert_crash_loses_nothing(crash_at)


def assert_crash_loses_nothing(crash_at: int) -> None:
    scene = Scene(overlap=False)
    scene.play(Step(("r1", "r2", "r1", "r2", "r1"), 3_600, crash_at))
    scene.end()
    assert len(scene.bench.exported) == len(set(scene.bench.exported)) == 5
    # Each window is audited once, even if its export began several times.
    windows = [str(each.export and each.export.window) for each in scene.bench.audit.every]
    assert len(windows) == len(set(windows)) == len(scene.bench.files.objects) / 2
