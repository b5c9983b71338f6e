"""A stop of a run in progress, and its end by two persons, through the real state machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests import builders
from tests.application import Application, running
from tests.clock import Clock
from tests.workflows.interruptions import once_after
from tests.workflows.stopping import cancel, resume, stop


class WatchedClock(Clock):
    """Calls `then` after an hour of waits."""

    then: Callable[[], None] | None = None
    waited = 0.0

    def wait(self, seconds: float) -> None:
        super().wait(seconds)
        self.waited += seconds
        if self.then and self.waited > 3_600:
            then, self.then = self.then, None
            then()


@contextmanager
def application() -> Iterator[Application]:
    with running(builders.corpus(20), clock=WatchedClock()) as app:
        yield app


def test_stopped_run_waits_and_completes_after_two_persons_resume() -> None:
    with application() as app:
        assert isinstance(app.clock, WatchedClock)
        stop(app)
        app.clock.then = lambda: resume(app)
        began = app.clock()
        ended = app.run(builders.data_deletion())
        assert ended["outcome"] == "completed"
        assert (app.clock() - began).total_seconds() > 3_600


def test_run_that_is_cancelled_while_it_is_planned_deletes_nothing() -> None:
    with application() as app:
        request = builders.data_deletion(requestId="never-planned")
        with once_after("validate_purge", lambda: cancel(app, "never-planned")):
            ended = app.run(request)
        assert (ended["outcome"], ended["batches"]) == ("cancelled", [])
        assert "run_planned" not in app.actions("never-planned")
