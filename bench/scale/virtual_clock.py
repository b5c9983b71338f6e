"""The clock of a timeline: a wait of one worker lets the others go on."""

from __future__ import annotations

from datetime import datetime, timedelta

from bench.virtual_time import Timeline
from tests.clock import Clock

# A worker executes whole functions.
STACK_BYTES = 8 * 1024 * 1024


class VirtualClock(Clock):
    """Shows the time of its timeline; `wait` pauses the current worker."""

    def __init__(self) -> None:
        super().__init__()
        self.timeline = Timeline(STACK_BYTES)
        self._start = self.at

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=self.timeline.now)

    def wait(self, seconds: float) -> None:
        self.timeline.pause(seconds)
