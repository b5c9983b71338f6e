"""Calls of ErasePersonalData, and what is stored afterwards."""

from __future__ import annotations

import json
from typing import Any

from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.wiring import adapters

from tests.application import http_event
from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.mocked_aws import client
from tests.unit.store.concurrency import records

ROUTE = "POST /personal-data/erase"
JANE = "arn:aws:iam::123456789012:user/jane"
ERASER = "arn:aws:iam::123456789012:user/privacy"
ERASER_ID = "user:AIDAPRIVACY"
HOLD = "hold:case-17"
SESSION = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_"


FEDERATED = "arn:aws:sts::123456789012:federated-user/anyone"
# The unique ids of callers.
IDS = {
    ERASER: "AIDAPRIVACY",
    JANE: "AIDAJANE",
    FEDERATED: "123456789012:anyone",
    f"{SESSION}Privacy_1/jane": "AROAPRIVACY:jane",
}


def erase(invoke: Invoke, caller: str = ERASER, /, **body: Any) -> tuple[int, Any]:
    event = http_event(ROUTE, body=json.dumps(body))
    event["requestContext"]["authorizer"] = {"iam": {"userArn": caller, "callerId": IDS[caller]}}
    answer = invoke("ErasePersonalData", event)
    return answer["statusCode"], json.loads(answer["body"])


def record(run_id: str = HOLD, **changes: Any) -> None:
    fields: dict[str, Any] = {"actor": JANE, "person_id": "user:AIDAJANE", "detail": "Jane asked"}
    fields |= {"action": Action.HOLD_PLACED, "at": NOON}
    adapters.ledger().append(AuditRecord(run_id=run_id, **fields | changes))


def items(table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client("dynamodb").scan(TableName=table)["Items"]
    return found


def personal(run_id: str = HOLD) -> list[int]:
    """The numbers of the records that have personal data."""
    found = items("PersonalTable")
    return sorted(int(each["item"]["S"]) for each in found if each["subject"]["S"] == run_id)


def erasures(run_id: str = HOLD) -> list[dict[str, Any]]:
    return [each for each in records(run_id) if each["action"] == "personal_data_erased"]


def everything() -> list[Any]:
    return items("AuditTable") + items("PersonalTable")
