"""Workers in virtual time: threads of which exactly one runs, until it pauses or ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

# A worker needs little memory, and thousands of them exist at a time.
STACK_BYTES = 256 * 1024


class Timeline:
    """Resumes its workers in the order of their virtual times; a tie goes to the first to ask."""

    def __init__(self, stack_bytes: int = STACK_BYTES) -> None:
        self._stack_bytes = stack_bytes
        self.now = 0.0
        self._waiting: list[tuple[float, int, threading.Lock]] = []
        self._numbers = count()
        self._turn = threading.Semaphore(0)
        self._failures: list[BaseException] = []

    def at(self, moment: float, work: Callable[[], None]) -> None:
        """Start `work` as a worker at this moment."""
        ready = self._place(moment)

        def live() -> None:
            ready.acquire()
            try:
                work()
            except BaseException as failure:  # noqa: BLE001  `run` raises it in its own thread
                self._failures.append(failure)
            self._turn.release()

        self._start(live)

    def run(self) -> None:
        """Run all workers to their ends; raises what the first of them raised."""
        while self._waiting and not self._failures:
            self.now, _, ready = heappop(self._waiting)
            ready.release()
            self._turn.acquire()
        if self._failures:
            raise self._failures[0]

    def pause(self, seconds: float) -> None:
        """Let the running worker continue after so many seconds."""
        ready = self._place(self.now + seconds)
        self._turn.release()
        ready.acquire()

    def _start(self, live: Callable[[], None]) -> None:
        before = threading.stack_size(self._stack_bytes)
        threading.Thread(target=live, daemon=True).start()
        threading.stack_size(before)

    def _place(self, moment: float) -> threading.Lock:
        ready = threading.Lock()
        ready.acquire()
        heappush(self._waiting, (moment, next(self._numbers), ready))
        return ready
