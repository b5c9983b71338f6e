"""Several workers on the same items, and what a plain client then finds in the tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from genesys_purge.errors import LostRace
from genesys_purge.model.audit import Action
from genesys_purge.store.audit_items import StoredRecords
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.personal_data import PersonalData
from genesys_purge.store.runs import DynamoRuns

from tests.mocked_aws import client, pause, plans


def ledger() -> Ledger:
    """The ledger of another worker."""
    return Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)


def runs() -> DynamoRuns:
    """The runs as another worker sees them."""
    return DynamoRuns(client("dynamodb"), "RunsTable", ledger(), plans())


def at_once(calls: Sequence[Callable[[], Any]]) -> list[bool]:
    """Whether each of these calls won; they start together, and a lost race is no error."""
    together = Barrier(len(calls))

    def won(call: Callable[[], Any]) -> bool:
        together.wait(10)
        try:
            call()
        except LostRace:
            return False
        return True

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(won, calls))


def stored(table: str) -> list[dict[str, Any]]:
    """Every item of a table with plain values, and its JSON body under `body`."""
    items = client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
    return [{name: _plain(name, *value.values()) for name, value in each.items()} for each in items]


def records(run_id: str = "") -> list[dict[str, Any]]:
    """Every stored audit record, or those of a run, with the disclosures of its erasable fields."""
    reader = StoredRecords(lambda: PersonalData(client("dynamodb"), "PersonalTable"))
    return [
        reader.read(each["runId"], int(each["sequence"]), json.dumps(each["body"])).to_json()
        for each in stored("AuditTable")
        if run_id in ("", each["runId"])
    ]


def _plain(name: str, value: str) -> Any:
    return json.loads(value) if name == "body" else value


def bodies(table: str, key: str, value: str) -> list[dict[str, Any]]:
    """The bodies of the items whose attribute `key` starts with `value`."""
    found = [each for each in stored(table) if each[key].startswith(value)]
    return [each["body"] for each in found]


def audit(run_id: str) -> list[dict[str, Any]]:
    """The run's audit records in order, without numbers that no worker used.

    Fails if the sequence has a gap or a duplicate after the gaps were filled.
    """
    ledger().fill_gaps(run_id)
    found = sorted(records(run_id), key=lambda each: each["sequence"])
    assert [each["sequence"] for each in found] == list(range(1, len(found) + 1))
    return [each for each in found if each["action"] != Action.NUMBER_UNUSED]
