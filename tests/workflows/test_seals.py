"""A run waits while the audit is not sealed, and completes by itself once it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, NoReturn
from unittest.mock import patch

from genesys_purge.store.seal_health import KEY
from genesys_purge.wiring import adapters

from tests import builders
from tests.application import Application, running
from tests.clock import Clock
from tests.mocked_aws import client as aws
from tests.signers import LocalSigner

FIVE_MINUTES, AN_HOUR = 300, 3_600
SCHEDULED = {"scheduledTime": "2026-11-21T12:00:00Z"}


class ScheduledClock(Clock):
    """Does the work of a schedule after each five minutes of waits."""

    scheduled: Callable[[], Any] | None = None
    waited = 0.0

    def wait(self, seconds: float) -> None:
        super().wait(seconds)
        self.waited += seconds
        if self.scheduled and self.waited >= FIVE_MINUTES:
            self.waited = 0.0
            self.scheduled()


@contextmanager
def application() -> Iterator[Application]:
    with running(builders.corpus(20), clock=ScheduledClock(), checks_seals=True) as app:
        yield app


def check(app: Application) -> None:
    app.invoke("CheckSealsFunction", SCHEDULED)


def health() -> dict[str, str]:
    """The stored result of the last check."""
    table = adapters.settings().tables.seals
    item = aws("dynamodb").get_item(TableName=table, Key=KEY)["Item"]
    return {name: value["S"] for name, value in item.items()}


def deleted_at(app: Application) -> list[str]:
    """The times at which batches were submitted."""
    return [each["at"] for each in app.audit("run-1") if each["action"] == "batch_submitted"]


def wait(app: Application, seconds: float) -> None:
    """Pass this time in the steps of the schedule."""
    for _ in range(int(seconds // FIVE_MINUTES)):
        app.clock.wait(FIVE_MINUTES)


def test_run_waits_for_the_first_check_of_the_seals() -> None:
    with application() as app:
        assert isinstance(app.clock, ScheduledClock)
        app.clock.scheduled = lambda: check(app)
        began = app.clock()
        ended = app.run(builders.data_deletion())
        assert ended["outcome"] == "completed"
        assert (app.clock() - began).total_seconds() >= FIVE_MINUTES


def test_run_waits_while_the_key_fails_and_completes_after_it() -> None:
    with application() as app, ExitStack() as outage:
        outage.enter_context(patch.object(LocalSigner, "sign", _fail))
        assert isinstance(app.clock, ScheduledClock)
        app.clock.scheduled = lambda: check(app)
        app.run(builders.data_deletion(requestId="earlier", dryRun=True))
        wait(app, 2 * AN_HOUR)
        assert "oldestUnsealedAt" in health()

        repaired: list[datetime] = []

        def repair_after_an_hour() -> None:
            if (app.clock() - began).total_seconds() > AN_HOUR and not repaired:
                repaired.append(app.clock())
                outage.close()
            check(app)

        began = app.clock()
        app.clock.scheduled = repair_after_an_hour
        ended = app.run(builders.data_deletion(requestId="run-1"))
        assert (ended["outcome"], len(repaired)) == ("completed", 1)
        assert min(deleted_at(app)) > repaired[0].isoformat()


def _fail(*_: object) -> NoReturn:
    raise ConnectionError("KMS is down")
