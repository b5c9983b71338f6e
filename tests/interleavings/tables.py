"""The stores of a run on mocked DynamoDB tables: each request to a table is a port call.

The in-memory log numbers its records under a lock, so only the tables can show a gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from genesys_purge.model.audit import AuditRecord
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.polls import DynamoPolls
from genesys_purge.store.runs import DynamoRuns

from tests.interleavings.application import Stores
from tests.interleavings.oracle import Violation
from tests.interleavings.pairs.runs import RUN
from tests.interleavings.play import play
from tests.interleavings.stage import Stage, Watched
from tests.mocked_aws import client, direct_calls, mocked_aws, plans

# The position of the record among the arguments of each write.
RECORD = {"create": 1, "plan": 1, "finish": 1, "advance": 1}
Key = tuple[str, int | None, str]


class NotedRuns:
    """The runs table; it notes the record of every write that succeeded."""

    def __init__(self, runs: DynamoRuns) -> None:
        self._runs = runs
        self.expected: Counter[Key] = Counter()

    def __getattr__(self, name: str) -> Any:
        write = getattr(self._runs, name)
        if name not in RECORD:
            return write

        def noted(*arguments: Any) -> Any:
            answer = write(*arguments)
            record = arguments[RECORD[name]] if len(arguments) > RECORD[name] else None
            if record is not None:
                self.expected[_key(record)] += 1
            return answer

        return noted


class TableStores(Stores):
    """The runs and the audit on tables; everything else as in memory."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        watched: Any = Watched(stage, "dynamodb", client("dynamodb"))
        ledger = Ledger(watched, "AuditTable", "PersonalTable", sleep=stage.sleep)
        self.audit = ledger
        self.runs = NotedRuns(DynamoRuns(watched, "RunsTable", ledger, plans()))
        self.polls = DynamoPolls(watched, "RunsTable", ledger)

    def judge(self) -> Iterator[Violation]:
        """Gaps in the sequence, and stored changes without a record."""
        records = self.audit.page(RUN, 1, 1_000).records
        numbers = [each.sequence for each in records]
        if numbers != list(range(1, len(numbers) + 1)):
            yield Violation("audit", f"the sequence is {numbers}")
        for key, times in (self.runs.expected - Counter(map(_key, records))).items():
            yield Violation("audit", f"{times} of {key} are missing")


def _key(record: AuditRecord) -> Key:
    return str(record.action), record.batch, record.at.isoformat()


def audit_problems(pair: str, seed: int) -> list[str]:
    """What the audit of a pair about runs lacks after a seed on mocked tables."""
    kept: list[TableStores] = []

    def stores_of(stage: Stage) -> TableStores:
        kept.append(TableStores(stage))
        return kept[0]

    with mocked_aws("RunsTable", "AuditTable"), direct_calls():
        play(pair, seed, stores_of=stores_of)
        return [each.facts for each in kept[0].judge()]
