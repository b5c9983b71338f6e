"""Imitates Step Functions: it repeats, retries, loses and waits as a seed says.

A message is delivered until its answer arrives. The answer becomes the next message after its
wait. Errors are retried or caught as the state machine in `statemachines/` does it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from genesys_purge.error_codec import encoded
from genesys_purge.errors import LostRace, PurgeError, TryLater
from genesys_purge.model.messages import BatchStep, Failure, Next, RunRef

from tests.interleavings.application import LONGER_LIMITS, TIME_LIMIT
from tests.interleavings.stage import Died, Stage

P = TypeVar("P")
# Retries of a task, and the bounds of the waits between them, as in the state machine.
MOST_RETRIES, FIRST_WAIT, LONGEST_WAIT = 8, 2.0, 120.0
# How much later a message whose answer was lost may be delivered again.
LATEST_DELIVERY = 1_800.0


class GivenUp(Exception):
    """The task failed after every retry; `error` and `cause` are what a Catch receives."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(error)
        self.error = error
        self.cause = cause


class Execution:
    """Delivers messages to the use cases of one worker; `process` makes a new process."""

    def __init__(self, stage: Stage, process: Callable[[], Any]) -> None:
        self._stage = stage
        self._process = process
        self._current = process()
        self.is_stopped: Callable[[], bool] = lambda: False

    def drive(self, step: BatchStep) -> None:
        """A batch from its message to its end."""
        while not self.is_over(step):
            name = step.next.value
            try:
                step = self.task(name, step)
            except GivenUp as error:
                step = self._fail_batch(step, error)
            if self.is_stopped():
                self._stage.tell("the execution was stopped")
                return
            self._wait(step.wait_seconds)

    def is_over(self, step: BatchStep) -> bool:
        """Whether this execution does nothing more after the step."""
        return step.next is Next.DONE

    def task(self, name: str, message: Any) -> Any:
        """The answer of a task; GivenUp if it fails after all retries."""
        failures = 0
        while True:
            try:
                answer = self.deliver(name, message)
                if not self._is_answer_lost():
                    return answer
            except (Died, LostRace, TryLater) as error:
                failures += 1
                if failures > MOST_RETRIES:
                    raise _given_up(error) from None
                if self.is_stopped():
                    return message
                ceiling = min(FIRST_WAIT * 2.0**failures, LONGEST_WAIT)
                self._stage.scheduler.pause(self._stage.chances.between(0.0, ceiling))
            except (PurgeError, ValueError) as error:
                raise _given_up(error) from None

    def deliver(self, name: str, message: Any) -> Any:
        """One invocation, within the time limit of its function."""
        stage, worker = self._stage, self._stage.worker
        assert worker
        stage.notebook.new_invocation(worker)
        stage.tell(name, message)
        worker.deadline = stage.now + LONGER_LIMITS.get(name, TIME_LIMIT)
        try:
            return getattr(self._current, name)(message)
        except Died:
            self._current = self._process()
            raise
        finally:
            worker.deadline = None

    def plan(self, run_id: str) -> bool:
        """The plan of a run; whether the run goes on to its batches."""
        try:
            return bool(self.task("plan", RunRef(run_id=run_id)).proceed)
        except GivenUp as error:
            self._fail_run(run_id, error)
            return False

    def complete(self, run_id: str) -> None:
        """The last task of a run."""
        try:
            self.task("complete", RunRef(run_id=run_id))
        except GivenUp as error:
            self._fail_run(run_id, error)

    def fail(self, run_id: str, error: str) -> None:
        """End the run after an error outside its batches."""
        self._fail_run(run_id, GivenUp(error, "the execution ended"))

    def _fail_run(self, run_id: str, error: GivenUp) -> None:
        failure = Failure(run_id=run_id, error=error.error, cause=error.cause)
        try:
            self.task("fail", failure)
        except GivenUp:
            self._stage.tell("the run could not be failed")

    def _fail_batch(self, step: BatchStep, error: GivenUp) -> BatchStep:
        failure = Failure(
            run_id=step.run_id, batch=step.batch, error=error.error, cause=error.cause
        )
        try:
            answer: BatchStep = self.task("fail_batch", failure)
        except GivenUp:
            return step.then(Next.DONE)
        return answer

    def _is_answer_lost(self) -> bool:
        """Whether the same message comes again, at once or later, perhaps in a new process."""
        stage = self._stage
        if not stage.chances.hits("lost message", scale=0.5):
            return False
        if stage.chances.often(0.3):
            stage.scheduler.pause(stage.chances.between(0.0, LATEST_DELIVERY))
        if stage.chances.often(0.5):
            self._current = self._process()
        stage.tell("the answer is lost; the same message comes again")
        return True

    def _wait(self, seconds: float) -> None:
        """Wait as told; often, end the wait when another worker continues."""
        stage = self._stage
        wakes = stage.scheduler.others_wake()
        if wakes is not None and stage.chances.often(0.3):
            gap = wakes - stage.now
            if seconds <= gap <= seconds + 120.0:
                seconds = gap
        stage.scheduler.pause(seconds)


def _given_up(error: BaseException) -> GivenUp:
    if isinstance(error, PurgeError):
        kind, text = type(error).__name__, str(encoded(error))
    else:
        kind, text = "Sandbox.Timedout" if isinstance(error, Died) else "Unexpected", str(error)
    return GivenUp(kind, orjson.dumps({"errorMessage": text}).decode())
