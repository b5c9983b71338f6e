"""The index of deployments by the time of their submission."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from genesys_purge.campaign_rules.deploying.deployment_list import (
    DeploymentEntry,
    DeploymentListing,
    DeploymentPage,
)
from genesys_purge.model.dates import LAST_MOMENT
from genesys_purge.store.page_tokens import parts_of, token_of, wrong_token

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item

INDEX = "SubmittedIndex"
# All deployments have the same partition key, because they are few and listed by time.
EVERY_DEPLOYMENT: Item = {"kind": {"S": "deployment"}}
FILTERS = {"status": "status", "campaignId": "campaign_id", "organisation": "organisation"}
TOKEN = re.compile(rb'\["([0-9T:.-]{26}Z)","([A-Za-z0-9_-]{1,80})"\]')
FIRST = datetime.min.replace(tzinfo=UTC)
# The smallest difference of two keys, because both bounds of a key condition are inclusive.
A_MICROSECOND = timedelta(microseconds=1)
# A query with filters may read much and find little, so one page makes at most so many queries.
READ_AT_ONCE, MOST_QUERIES = 1_000, 20


def attributes_of(entry: DeploymentEntry) -> Item:
    """The attributes of a deployment in the index."""
    organisation: Item = {"organisation": {"S": entry.organisation}} if entry.organisation else {}
    return (
        EVERY_DEPLOYMENT
        | organisation
        | {
            "submittedAt": {"S": _moment(entry.submitted_at)},
            "status": {"S": entry.status},
            "campaignId": {"S": entry.campaign_id},
            "entry": {"S": entry.model_dump_json(by_alias=True, exclude_none=True)},
        }
    )


def page(client: DynamoDBClient, table: str, asked: DeploymentListing) -> DeploymentPage:
    """The page that starts after the token; InvalidRequest if the token is wrong."""
    query, found = _query(table, asked), list[DeploymentEntry]()
    for _ in range(MOST_QUERIES):
        answer = client.query(**query)
        found += [DeploymentEntry.model_validate_json(i["entry"]["S"]) for i in answer["Items"]]
        if len(found) > asked.limit:
            last = found[asked.limit - 1]
            return DeploymentPage(found[: asked.limit], _token(last))
        if "LastEvaluatedKey" not in answer:
            return DeploymentPage(found, None)
        query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    key = query["ExclusiveStartKey"]
    return DeploymentPage(found, token_of(key["submittedAt"]["S"], key["deploymentId"]["S"]))


def _query(table: str, asked: DeploymentListing) -> dict[str, Any]:
    given = ((name, getattr(asked, field)) for name, field in FILTERS.items())
    filters = {name: str(value) for name, value in given if value is not None}
    first, last = _bounds(asked)
    query: dict[str, Any] = {
        "TableName": table,
        "IndexName": INDEX,
        "KeyConditionExpression": "#kind = :kind AND submittedAt BETWEEN :from AND :to",
        "ExpressionAttributeNames": {"#kind": "kind", **{f"#{name}": name for name in filters}},
        "ExpressionAttributeValues": {
            ":kind": EVERY_DEPLOYMENT["kind"],
            ":from": {"S": first},
            ":to": {"S": last},
            **{f":{name}": {"S": value} for name, value in filters.items()},
        },
        "ScanIndexForward": False,
        "Limit": READ_AT_ONCE if filters else asked.limit + 1,
    }
    if filters:
        query["FilterExpression"] = " AND ".join(f"#{name} = :{name}" for name in filters)
    if asked.next is not None:
        query["ExclusiveStartKey"] = _key_in(asked.next, first, last)
    return query


def _bounds(asked: DeploymentListing) -> tuple[str, str]:
    """The first and the last sort key, both inclusive."""
    end = max(asked.to or LAST_MOMENT, FIRST + A_MICROSECOND)
    return _moment(asked.since or FIRST), _moment(end - A_MICROSECOND)


def _moment(at: datetime) -> str:
    """The time as a sort key: in UTC, and always of the same length."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z".rjust(27, "0")


def _token(entry: DeploymentEntry) -> str:
    return token_of(_moment(entry.submitted_at), entry.deployment_id)


def _key_in(token: str, first: str, last: str) -> Item:
    """The key in a token; InvalidRequest if it belongs to a list with other bounds."""
    submitted_at, deployment_id = parts_of(token, TOKEN)
    if not first <= submitted_at <= last:
        raise wrong_token()
    return EVERY_DEPLOYMENT | {
        "submittedAt": {"S": submitted_at},
        "deploymentId": {"S": deployment_id},
    }
