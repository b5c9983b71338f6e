"""A deterministic scheduler: workers are threads, and exactly one of them runs at a time.

The only clock is virtual. A worker gives the turn away by pausing; the worker whose pause ends
first continues. The draws of the seed break ties, so that a seed always gives the same run.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random

# A run needs a few hundred turns; a run with so many never ends.
MOST_TURNS = 30_000
LONGEST_SECONDS = 30 * 86_400.0


class Endless(BaseException):
    """The workers do not come to an end."""


class Runner:
    """A thread that runs many bodies, because a new thread costs more than many turns."""

    def __init__(self) -> None:
        self._body: Callable[[], None] = lambda: None
        self._has_body = threading.Lock()
        self._has_body.acquire()
        threading.Thread(target=self._live, daemon=True).start()

    def start(self, body: Callable[[], None]) -> None:
        """Run the body; this returns at once."""
        self._body = body
        self._has_body.release()

    def _live(self) -> None:
        while True:
            self._has_body.acquire()
            self._body()
            IDLE.append(self)


IDLE: list[Runner] = []
# A new process has none of the threads of its parent.
os.register_at_fork(after_in_child=IDLE.clear)


class Worker:
    """One worker; its clock is ahead of the world's clock by `skew` seconds.

    The platform kills it in the middle of a port call once the world's clock is past `deadline`.
    """

    def __init__(self, name: str, body: Callable[[], None], skew: float) -> None:
        self.name = name
        self.body = body
        self.skew = skew
        self.deadline: float | None = None
        self.wakes: tuple[float, float] = (0.0, 0.0)
        self.has_ended = False
        self.turn = threading.Lock()
        self.turn.acquire()


class Scheduler:
    """Runs its workers one at a time, in the order in which their pauses end."""

    def __init__(self, random: Random) -> None:
        self.now = 0.0
        self.turns = 0
        self.switches = 0
        self.current: Worker | None = None
        self._random = random
        self._workers: list[Worker] = []
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._over = threading.Lock()
        self._failure: BaseException | None = None

    def add(
        self, name: str, body: Callable[[], None], *, start: float = 0.0, skew: float = 0.0
    ) -> Worker:
        """A worker that starts in `start` seconds."""
        worker = Worker(name, body, skew)
        worker.wakes = (self.now + start, self._random.random())
        self._workers.append(worker)
        runner = IDLE.pop() if IDLE else Runner()
        runner.start(partial(self._live, worker))
        return worker

    def later(self, seconds: float, effect: Callable[[], None]) -> None:
        """Let something happen in the world in so many seconds; it must not pause."""
        heappush(self._timers, (self.now + seconds, next(self._numbers), effect))

    def run(self) -> None:
        """Run every worker to its end; raise what a worker raised."""
        self._over.acquire()
        self._pass_on(None)
        self._over.acquire()
        self._over.release()
        self._workers.clear()
        self.current = None
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def pause(self, seconds: float) -> None:
        """Let the other workers go on for so many seconds."""
        me = self.current
        if me is None:
            self._advance(self.now + seconds)
            return
        self.turns += 1
        if self.turns > MOST_TURNS or self.now > LONGEST_SECONDS:
            raise Endless(f"{self.turns} turns in {self.now:.0f} seconds")
        me.wakes = (self.now + seconds, self._random.random())
        if self._pass_on(me) is not me:
            self.switches += 1
            me.turn.acquire()

    def others_wake(self) -> float | None:
        """When the next other worker continues."""
        times = [
            each.wakes[0]
            for each in self._workers
            if not each.has_ended and each is not self.current
        ]
        return min(times, default=None)

    def wake(self, worker: Worker) -> None:
        """Let a worker that waits continue now."""
        worker.wakes = min(worker.wakes, (self.now, self._random.random()))

    def _pass_on(self, me: Worker | None) -> Worker | None:
        """Give the turn to the next worker, and return it."""
        chosen: Worker | None = None
        for each in self._workers:
            if not each.has_ended and (chosen is None or each.wakes < chosen.wakes):
                chosen = each
        if chosen is None:
            self._over.release()
            return None
        self._advance(chosen.wakes[0])
        self.current = chosen
        if chosen is not me:
            chosen.turn.release()
        return chosen

    def _advance(self, moment: float) -> None:
        while self._timers and self._timers[0][0] <= moment:
            at, _, effect = heappop(self._timers)
            self.now = max(self.now, at)
            effect()
        self.now = max(self.now, moment)

    def _live(self, worker: Worker) -> None:
        worker.turn.acquire()
        try:
            worker.body()
        except BaseException as error:  # noqa: BLE001  `run` raises it in the thread of the test
            self._failure = self._failure or error
        worker.has_ended = True
        self._pass_on(worker)
