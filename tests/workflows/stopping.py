"""Stops, resumes and cancels through the functions of the application."""

from __future__ import annotations

import json
from typing import Any

from tests.application import Application, http_event

REASON = "The wrong queue"


def _ask(app: Application, function: str, route: str, person: str, **body: Any) -> dict[str, Any]:
    path = {"approvalId": body.pop("approval")} if "approval" in body else None
    event = http_event(route, body=json.dumps(body), path=path)
    arn = f"arn:aws:iam::123456789012:user/{person.lower()}"
    event["requestContext"]["authorizer"] = {"iam": {"userArn": arn, "callerId": person}}
    answer = app.invoke(f"{function}Function", event)
    assert answer["statusCode"] < 300, answer
    found: dict[str, Any] = json.loads(answer["body"])
    return found


def stop(app: Application, scope: str = "all", **name: str) -> dict[str, Any]:
    """Ann stops deletion."""
    return _ask(app, "StopDeletion", "POST /stop", "ANN", scope=scope, reason=REASON, **name)


def resume(app: Application, scope: str = "all", **name: str) -> None:
    """Ann asks to resume, and bob approves."""
    given = {"scope": scope, "reason": "Corrected", **name}
    asked = _ask(app, "RequestResume", "POST /resume", "ANN", **given)
    shown = app.get("GET /approvals/{approvalId}", {"approvalId": asked["approvalId"]})["body"]
    _ask(
        app,
        "DecideApproval",
        "POST /approvals/{approvalId}/decisions",
        "BOB",
        approval=asked["approvalId"],
        decision="approve",
        subjectHash=shown["subjectHash"],
    )


def cancel(app: Application, run_id: str) -> dict[str, Any]:
    """Cancel a run by a direct invocation."""
    given = {"runId": run_id, "reason": REASON}
    answer: dict[str, Any] = app.invoke("CancelPurgeFunction", given)
    return answer
