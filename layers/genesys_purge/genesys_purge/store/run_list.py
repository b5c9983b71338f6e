"""The index of all runs, newest first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from genesys_purge.model.paging import Period
from genesys_purge.model.run_summary import (
    DEFAULT_ORGANISATION,
    RunFilter,
    RunKey,
    RunPage,
)
from genesys_purge.store import items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item

INDEX = "RunListIndex"
A_MICROSECOND = timedelta(microseconds=1)


class DynamoRunList:
    """Implements the `RunList` port over a sparse index of the runs table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def page(self, wanted: RunFilter, after: RunKey | None, examined: int) -> RunPage:
        """One query, which reads at most 1 MB; DynamoDB applies the filter to what it has read."""
        answer = self._client.query(
            TableName=self._table,
            IndexName=INDEX,
            ScanIndexForward=False,
            Limit=examined,
            **_conditions(wanted, after),
        )
        last = answer.get("LastEvaluatedKey")
        runs = [items.summary_in(item) for item in answer["Items"]]
        return RunPage(runs, _key(last) if last else None)


def _conditions(wanted: RunFilter, after: RunKey | None) -> Any:
    names, values = {"#listed": "listed"}, {":listed": items.LISTED}
    filters = []
    for name, value in wanted.values.items():
        filters.append(f"#{name} = :{name}")
        names[f"#{name}"], values[f":{name}"] = name, {"S": value}
    if wanted.organisation == DEFAULT_ORGANISATION:
        filters.append("attribute_not_exists(organisation)")
    key, bounds = _period(wanted.submitted)
    return {
        "KeyConditionExpression": "#listed = :listed" + key,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values | bounds,
        **({"FilterExpression": " AND ".join(filters)} if filters else {}),
        **({"ExclusiveStartKey": items.listed_key(after)} if after else {}),
    }


def _period(period: Period) -> tuple[str, Item]:
    """The condition on the time of the submission, and its values."""
    start = period.start.isoformat() if period.start else None
    if period.end is None:
        return (" AND submittedAt >= :start", {":start": {"S": start}}) if start else ("", {})
    if start is None:
        return " AND submittedAt < :end", {":end": {"S": period.end.isoformat()}}
    # BETWEEN includes both bounds.
    last = (period.end - A_MICROSECOND).isoformat()
    return " AND submittedAt BETWEEN :start AND :end", {":start": {"S": start}, ":end": {"S": last}}


def _key(item: Item) -> RunKey:
    return RunKey.parse({"submittedAt": item["submittedAt"]["S"], "runId": item["runId"]["S"]})
