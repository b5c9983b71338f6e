"""`python -m bench.appends`: how long batches that end together wait to append audit records.

The real ledger appends, with its real retries, to a model of DynamoDB in virtual time.
"""

from __future__ import annotations

import random
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

from genesys_purge.errors import LostRace
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import BatchState
from genesys_purge.store import items
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.runs import DynamoRuns

import tests.conftest  # noqa: F401  the import sets credentials without access
from bench.modelled_dynamodb import ModelledDynamoDB
from bench.virtual_time import Timeline
from tests import builders
from tests.clock import NOON
from tests.mocked_aws import plans

RUN = "run-1"
MOST_SECONDS = 2.0
# Between two records of a batch: the next step of its execution starts.
BETWEEN = (0.05, 1.0)


class Scenario(NamedTuple):
    """So many batches that end within so many seconds, and append so many records each."""

    batches: int
    seconds: int
    records: int = 1

    def __str__(self) -> str:
        each = f", {self.records} records each" if self.records > 1 else ""
        return f"{self.batches:,} in {self.seconds} s{each}"


# A batch that ends is recorded as completed and as verified, and the next one as submitted.
GOALS = (Scenario(1_000, 60), Scenario(1_000, 60, records=3))
OTHERS = (Scenario(1_000, 10), Scenario(1_000, 1), Scenario(5_000, 60))


class Appends:
    """The appends of one scenario; the same seed gives the same figures."""

    def __init__(self, scenario: Scenario, seed: int = 1) -> None:
        self.waits: list[float] = []
        self.given_up = 0
        self._draws = Random(seed)  # noqa: S311  a seed must repeat its draws
        self._timeline = Timeline()
        self._dynamodb: Any = ModelledDynamoDB(self._timeline, self._draws)
        self._records = scenario.records
        for number in range(scenario.batches):
            self._dynamodb.store("RunsTable", items.batch_item(builders.batch(number=number)))
            self._timeline.at(self._draws.uniform(0, scenario.seconds), partial(self._end, number))
        with _seeded(seed):
            self._timeline.run()

    @property
    def counts(self) -> Counter[str]:
        """What DynamoDB counted."""
        counts: Counter[str] = self._dynamodb.counts
        return counts

    @property
    def gaps(self) -> int:
        """The numbers below the last one that are still free."""
        numbers = self._dynamodb.sequences(RUN)
        return int(numbers[-1]) - len(numbers)

    def _end(self, number: int) -> None:
        ledger = Ledger(self._dynamodb, "AuditTable", "PersonalTable", self._timeline.pause)
        runs, batch = (
            DynamoRuns(self._dynamodb, "RunsTable", ledger, plans()),
            builders.batch(number=number),
        )
        for _ in range(self._records):
            batch, began = batch.to(BatchState.COMPLETED), self._timeline.now
            try:
                runs.advance(batch, self._record(number))
            except LostRace:
                self.given_up += 1
            self.waits.append(self._timeline.now - began)
            self._timeline.pause(self._draws.uniform(*BETWEEN))

    def _record(self, batch: int) -> AuditRecord:
        return AuditRecord(
            run_id=RUN,
            at=NOON + timedelta(seconds=self._timeline.now),
            actor="poll_batch",
            action=Action.BATCH_COMPLETED,
            method="conversation_archive",
            batch=batch,
            job_id="9f1c24f4-8b6a-4f0c-9a2b-3f8e54c5d1aa",
            unit="conversations",
            deleted_unit="conversations",
            targeted=1_000,
            deleted=1_000,
            latency_seconds=181.25,
            success_rate=1.0,
        )


def main() -> None:
    """Print the figures; the exit code is 1 if a goal is missed."""
    print(f"Appends to the audit of one run, in virtual time (goal: at most {MOST_SECONDS:.0f} s)")
    print(f"{'':34}{'seconds':^24}{'per append':^27}")
    print(
        f"{'batches that end':<34}{'median':>8}{'99 %':>8}{'longest':>8}"
        f"{'tries':>9}{'writes':>9}{'reads':>9}{'given up':>10}{'gaps':>6}"
    )
    met = [_print(each) for each in GOALS]
    for scenario in OTHERS:
        _print(scenario)
    sys.exit(not all(met))


def _print(scenario: Scenario) -> bool:
    """Print one line; returns whether it would meet the goal."""
    measured = Appends(scenario)
    waits, counts = sorted(measured.waits), measured.counts
    seconds = (statistics.median(waits), waits[len(waits) * 99 // 100], waits[-1])
    costs = (counts[each] / len(waits) for each in ("transactions", "write units", "read units"))
    print(
        f"{scenario!s:<34}" + "".join(f"{each:8.2f}" for each in seconds),
        "".join(f"{each:9.2f}" for each in costs)[1:],
        f"{measured.given_up:9}{measured.gaps:6}",
        flush=True,
    )
    return waits[-1] <= MOST_SECONDS and not measured.given_up


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """The ledger draws from the shared generator; it gets its own draws back."""
    state = random.getstate()
    random.seed(seed)
    yield
    random.setstate(state)


if __name__ == "__main__":
    main()
