"""The items of the tables: a key, the attributes of conditions, and the record as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import orjson

from genesys_purge.calling.slots import Pool, PoolKey
from genesys_purge.model.batch import Batch, BatchRef
from genesys_purge.model.entry_rows import microseconds, moment
from genesys_purge.model.listing import DEFAULT_ORGANISATION
from genesys_purge.model.poll import Poll
from genesys_purge.model.run import Run
from genesys_purge.model.run_summary import RunSummary
from genesys_purge.model.skipped import SkippedRecord
from genesys_purge.model.wire import Wire
from genesys_purge.store.sizes import within_limit

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from genesys_purge.store.sizes import Item

RUN = "run"
NO_PLANNER = "-"
# The value of the index of all runs.
LISTED: AttributeValueTypeDef = {"S": RUN}
# The value of the index of open runs: they share one partition, because few are open.
OPEN: AttributeValueTypeDef = {"S": RUN}
FIRST_BATCH, FIRST_SKIPPED = "batch#000000", "skipped#000000"
# A run id cannot contain #.
SLOTS = "#job-slots"


def run_key(run_id: str) -> Item:
    return {"runId": {"S": run_id}, "item": {"S": RUN}}


def batch_key(run_id: str, number: int) -> Item:
    return {"runId": {"S": run_id}, "item": {"S": f"batch#{number:06}"}}


def poll_key(run_id: str, number: int) -> Item:
    return {"runId": {"S": run_id}, "item": {"S": f"poll#{number:06}"}}


def skipped_key(run_id: str, chunk: int) -> Item:
    return {"runId": {"S": run_id}, "item": {"S": f"skipped#{chunk:06}"}}


def item_after(key: Item) -> str:
    """The numbered item that follows; the items of other kinds between them have no number."""
    kind, hash_sign, number = key["item"]["S"].partition("#")
    return f"{kind}#{int(number) + 1:06}" if hash_sign else f"{kind}#"


def pool_key(key: PoolKey) -> Item:
    partition = f"{SLOTS}/{key.organisation}" if key.organisation else SLOTS
    return {"runId": {"S": partition}, "item": {"S": key.jobs}}


def pool_item(key: PoolKey, pool: Pool) -> Item:
    rows = {
        "holders": [list(batch) for batch in pool.holders],
        "waiting": [[*batch, microseconds(at)] for batch, at in pool.waiting.items()],
    }
    return pool_key(key) | {
        "version": {"N": str(pool.version)},
        "body": {"S": orjson.dumps(rows).decode()},
    }


def pool_in(item: Item) -> Pool:
    rows = orjson.loads(item["body"]["S"])
    holders = tuple(BatchRef(*each) for each in rows["holders"])
    waiting = {BatchRef(run, number): moment(at) for run, number, at in rows["waiting"]}
    return Pool(holders, waiting, int(item["version"]["N"]))


@within_limit
def run_item(run: Run) -> Item:
    return run_key(run.run_id) | {
        "status": {"S": run.status},
        "planner": {"S": run.planner or NO_PLANNER},
        "revision": {"N": str(run.revision)},
        # The key of the index of open runs; the item of a settled run has none.
        **({} if run.is_settled else {"open": OPEN}),
        **listed(RunSummary.of(run)),
        "body": body_of(run),
    }


def listed(run: RunSummary) -> Item:
    """The attributes of the index of all runs, except `status`."""
    outcome: Item = {"outcome": {"S": run.outcome}} if run.outcome else {}
    return outcome | {
        "listed": LISTED,
        "submittedAt": {"S": run.submitted_at.isoformat()},
        "method": {"S": run.method},
        "organisation": {"S": run.organisation or DEFAULT_ORGANISATION},
        "summary": body_of(run),
    }


@within_limit
def batch_item(batch: Batch) -> Item:
    key = batch_key(batch.run_id, batch.number)
    return key | {
        "version": {"N": str(batch.version)},
        "state": {"S": batch.state},
        "body": body_of(batch),
    }


def poll_item(poll: Poll) -> Item:
    key = poll_key(poll.run_id, poll.batch)
    return key | {"number": {"N": str(poll.number)}, "body": body_of(poll)}


def skipped_item(run_id: str, chunk: int, skipped: Sequence[SkippedRecord]) -> Item:
    rows = [list(each) for each in skipped]
    return skipped_key(run_id, chunk) | {"body": {"S": orjson.dumps(rows).decode()}}


def run_in(item: Item) -> Run:
    return Run.model_validate_json(item["body"]["S"])


def batch_in(item: Item) -> Batch:
    return Batch.model_validate_json(item["body"]["S"])


def poll_in(item: Item) -> Poll:
    return Poll.model_validate_json(item["body"]["S"])


def summary_in(item: Item) -> RunSummary:
    return RunSummary.model_validate_json(item["summary"]["S"])


def skipped_in(item: Item) -> list[SkippedRecord]:
    return [SkippedRecord(*row) for row in orjson.loads(item["body"]["S"])]


def body_of(record: Wire) -> AttributeValueTypeDef:
    return {"S": record.model_dump_json(by_alias=True, exclude_none=True)}
