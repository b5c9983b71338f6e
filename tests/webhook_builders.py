"""Webhooks, notifications and the Lambda events that contain them; any field can be changed."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from typing import Any

from genesys_purge.model.approval import ApprovalFacts, ApprovalKind, ApprovalState
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.ports import Receipt
from genesys_purge.store.audit_items import items_of
from genesys_purge.webhooks.outbound.notification import Delivery, Event, Notification
from genesys_purge.webhooks.outbound.subscribers import Subscriber

from tests.clock import NOON

SECRET = "example-secret"
ROUTE = "ANY /webhooks/genesys"
KEY = b"0123456789abcdefghijklmn"


def execution(**fields: Any) -> dict[str, Any]:
    """The webhook of an execution; fields in camelCase."""
    return {
        "ruleId": "rule-1",
        "event": "purgerules:rule:execute",
        "deletedCount": 1_250,
        "timestamp": "2026-11-21T03:00:12Z",
        "complianceOk": True,
    } | fields


def body_of(**fields: Any) -> bytes:
    """The body of `execution`."""
    return json.dumps(execution(**fields)).encode()


def signature(body: bytes, secret: str = SECRET) -> str:
    """The signature that Genesys sends with the body."""
    return f"sha256={hmac.new(secret.encode(), body, 'sha256').hexdigest()}"


def webhook_event(
    body: bytes | str, *, verb: str = "POST", encoded: bool = False, **headers: str
) -> dict[str, Any]:
    """The HTTP API's event of a call to our webhook; a `str` body is passed on unchanged."""
    if isinstance(body, bytes):
        body = b64encode(body).decode() if encoded else body.decode()
    return {
        "version": "2.0",
        "routeKey": ROUTE,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        "requestContext": {"http": {"method": verb}},
        "body": body,
        "isBase64Encoded": encoded,
    }


# Bodies that are refused although they are signed, with the path of the only error.
WRONG_BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "request"),
    "no JSON": (b"ruleId=rule-1", "request"),
    "a cut body": (body_of()[:40], "request"),
    "two bodies": (body_of() * 2, "request"),
    "no UTF-8": (body_of().replace(b"rule-1", b"rule-\xff"), "request"),
    "half a surrogate pair": (body_of().replace(b"rule-1", b"\\ud800"), "request"),
    "UTF-16": (json.dumps(execution()).encode("utf-16"), "request"),
    "deeply nested": (b"[" * 60_000, "request"),
    "NaN": (body_of(deletedCount=float("nan")), "request"),
    "infinity": (body_of(deletedCount=float("inf")), "request"),
    "null": (b"null", "request"),
    "a number": (b"5", "request"),
    "a text": (b'"purgerules:rule:execute"', "request"),
    "a list": (b"[" + body_of() + b"]", "request"),
    "no rule": (body_of().replace(b'"ruleId": "rule-1", ', b""), "ruleId"),
    "a rule in snake case": (body_of().replace(b"ruleId", b"rule_id"), "ruleId"),
    "a rule id that is null": (body_of(ruleId=None), "ruleId"),
    "a rule id that is a number": (body_of(ruleId=1), "ruleId"),
    "a rule id that is a list": (body_of(ruleId=["rule-1"]), "ruleId"),
    "an empty rule id": (body_of(ruleId=""), "ruleId"),
    "a long rule id": (body_of(ruleId="r" * 101), "ruleId"),
    "a rule id of two lines": (body_of(ruleId="rule-1\n"), "ruleId"),
    "a rule id with a path": (body_of(ruleId="../rule-1"), "ruleId"),
    "no timestamp": (
        body_of().replace(b'"timestamp": "2026-11-21T03:00:12Z", ', b""),
        "timestamp",
    ),
    "a date": (body_of(timestamp="2026-11-21"), "timestamp"),
    "a time without a zone": (body_of(timestamp="2026-11-21T03:00:12"), "timestamp"),
    "seconds since 1970": (body_of(timestamp=1_795_230_012), "timestamp"),
    "seconds since 1970 as text": (body_of(timestamp="1795230012"), "timestamp"),
    "a time before year 1": (body_of(timestamp="0001-01-01T00:00:00+23:59"), "timestamp"),
    "a time after year 9999": (body_of(timestamp="9999-12-31T23:59:59-23:59"), "timestamp"),
    "year 10000": (body_of(timestamp="10000-01-01T00:00:00Z"), "timestamp"),
}

# Bodies that are recorded without an optional field, with the field and whether it is reported as
# dropped, because it was given.
INCOMPLETE_BODIES: dict[str, tuple[bytes, str, bool]] = {
    "no count": (body_of().replace(b'"deletedCount": 1250, ', b""), "deletedCount", False),
    "a count that is null": (body_of(deletedCount=None), "deletedCount", False),
    "a count that is text": (body_of(deletedCount="1250"), "deletedCount", True),
    "a negative count": (body_of(deletedCount=-1), "deletedCount", True),
    "a count that is true": (body_of(deletedCount=True), "deletedCount", True),
    "a fraction": (body_of(deletedCount=1.5), "deletedCount", True),
    "a count with a point": (body_of(deletedCount=1250.0), "deletedCount", True),
    "a count over 2^53": (body_of(deletedCount=2**53 + 1), "deletedCount", True),
    "a count over 64 bits": (body_of(deletedCount=2**64), "deletedCount", True),
    "a count that is an object": (body_of(deletedCount={"value": 5}), "deletedCount", True),
    "no verdict": (body_of().replace(b', "complianceOk": true', b""), "complianceOk", False),
    "a verdict that is null": (body_of(complianceOk=None), "complianceOk", False),
    "a verdict that is text": (body_of(complianceOk="true"), "complianceOk", True),
    "a verdict that is 1": (body_of(complianceOk=1), "complianceOk", True),
    "no event": (
        body_of().replace(b'"event": "purgerules:rule:execute", ', b""),
        "event",
        False,
    ),
    "an event that is a number": (body_of(event=5), "event", True),
    "an event with blanks": (body_of(event="rule executed by Jane"), "event", True),
    "a long event": (body_of(event="e" * 101), "event", True),
}


def fact(action: Action = Action.WEBHOOK_RECEIVED, **changes: Any) -> AuditRecord:
    """An audit record of `run-1`; changes in snake_case."""
    fields: dict[str, Any] = {
        "run_id": "run-1",
        "sequence": 7,
        "at": NOON,
        "actor": "tests",
        "action": action,
        "event": "purgerules:rule:execute" if action is Action.WEBHOOK_RECEIVED else None,
    }
    return AuditRecord(**fields | changes)


def approval_facts() -> ApprovalFacts:
    """The facts of an approval of a run that waits."""
    return ApprovalFacts(
        approval_id="run-run-1",
        kind=ApprovalKind.RUN,
        state=ApprovalState.PENDING,
        subject_hash="0" * 64,
        needed=1,
        given=0,
        comment="not in a notification",
    )


def resume_facts(state: ApprovalState = ApprovalState.CONSUMED) -> ApprovalFacts:
    """The facts of an approval of a resumption, after a decision."""
    return ApprovalFacts(
        approval_id="a",
        kind=ApprovalKind.RESUME,
        state=state,
        subject_hash="0" * 64,
        needed=1,
        given=1,
    )


def subscriber(name: str = "governance", **changes: Any) -> Subscriber:
    """A subscriber to every event; changes in snake_case."""
    fields: dict[str, Any] = {
        "name": name,
        "url": f"https://{name}.example/hooks",
        "secret": f"whsec_{b64encode(KEY).decode()}",
    }
    return Subscriber(**fields | changes)


def notification(event: Event = Event.RULE_EXECUTED, **body: Any) -> Notification:
    """A notification of `fact`."""
    return Notification.of(event, fact(rule_id="rule-1"), body or {"event": event, "ruleId": "ü"})


def delivery(event: Event = Event.RULE_EXECUTED, **body: Any) -> Delivery:
    """A notification that is addressed to `subscriber`."""
    return Delivery(subscriber="governance", notification=notification(event, **body))


def receipt(times: int = 1) -> Receipt:
    """The receipt of a message that was received `times` times."""
    return Receipt("handle-1", times)


def queue_event(*messages: Delivery | str, times: int = 1) -> dict[str, Any]:
    """The Lambda event of a queue: the messages `m-0`, `m-1` and so on."""
    bodies = [
        each if isinstance(each, str) else each.model_dump_json(by_alias=True) for each in messages
    ]
    return {
        "Records": [
            {
                "messageId": f"m-{number}",
                "receiptHandle": f"handle-{number}",
                "body": body,
                "attributes": {"ApproximateReceiveCount": str(times)},
                "eventSource": "aws:sqs",
            }
            for number, body in enumerate(bodies)
        ]
    }


def stream_event(*records: AuditRecord, name: str = "INSERT") -> dict[str, Any]:
    """The Lambda event of the audit table's stream; a removed record has no new image."""
    return {
        "Records": [
            {
                "eventID": f"e-{number}",
                "eventName": name,
                "eventSource": "aws:dynamodb",
                "dynamodb": {
                    "Keys": {key: items_of(record).sealed[key] for key in ("runId", "sequence")},
                    **({} if name == "REMOVE" else {"NewImage": items_of(record).sealed}),
                    "SequenceNumber": f"s-{number}",
                    "StreamViewType": "NEW_IMAGE",
                },
            }
            for number, record in enumerate(records)
        ]
    }
