"""Batches that end at the same time on mocked tables: their workers compete for the numbers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import BatchState
from genesys_purge.model.run import Outcome, finished, totals_of
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.runs import DynamoRuns

from tests import builders
from tests.clock import NOON
from tests.interleavings.stage import Died, Stage, Watched
from tests.mocked_aws import client, direct_calls, mocked_aws, plans

BATCHES = 8
FIRST = AuditRecord(run_id="run-1", at=NOON, actor="tests", action=Action.RUN_SUBMITTED)


class Ends:
    """The ends of all batches of a run, and then of the run, in one seed."""

    def __init__(self, seed: int) -> None:
        self._stage = Stage(seed)
        watched: Any = Watched(self._stage, "dynamodb", client("dynamodb"))
        self._ledger = Ledger(watched, "AuditTable", "PersonalTable", sleep=self._stage.sleep)
        self._runs = DynamoRuns(watched, "RunsTable", self._ledger, plans())

    def play(self) -> None:
        quiet = DynamoRuns(
            client("dynamodb"),
            "RunsTable",
            Ledger(client("dynamodb"), "AuditTable", "PersonalTable"),
            plans(),
        )
        run = quiet.create(builders.run(), FIRST)
        for number in range(BATCHES):
            quiet.put_batch(builders.batch(number=number), [], builders.PLANNER)
            self._stage.scheduler.add(f"batch-{number}", partial(self._end, number))
        self._stage.scheduler.run()
        end = finished(run, Outcome.FAILED, totals_of(None, []), self._stage.moment, "stopped")
        quiet.finish(end, self._record(Action.RUN_FAILED))

    def problems(self) -> Iterator[str]:
        """A sequence with gaps, and batches without exactly one record of their end."""
        records = self._ledger.page("run-1", 1, 1_000).records
        numbers = [each.sequence for each in records]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"the sequence is {numbers}"
        recorded = Counter(each.batch for each in records)
        for number in range(BATCHES):
            has_ended = self._runs.batch("run-1", number).state == BatchState.FAILED
            if recorded[number] != has_ended:
                yield f"batch {number} has {recorded[number]} records"

    def unused(self) -> int:
        """The numbers that no record took."""
        records = self._ledger.page("run-1", 1, 1_000).records
        return sum(each.action == Action.NUMBER_UNUSED for each in records)

    def _end(self, number: int) -> None:
        batch = builders.batch(number=number).to(BatchState.FAILED)
        with suppress(Died):
            self._runs.advance(batch, self._record(Action.BATCH_FAILED, number))

    def _record(self, action: Action, batch: int | None = None) -> AuditRecord:
        changes = {"at": self._stage.clock(), "action": action, "batch": batch}
        return FIRST.model_copy(update=changes)


def play_ends(seed: int) -> tuple[list[str], int]:
    """What is wrong after a seed, and the unused numbers."""
    state = random.getstate()
    # The ledger draws its numbers from the shared generator.
    random.seed(seed)
    with mocked_aws("RunsTable", "AuditTable"), direct_calls():
        ends = Ends(seed)
        ends.play()
        found = list(ends.problems()), ends.unused()
    random.setstate(state)
    return found
