"""A run that needs the approval of another person, through the real state machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests import builders
from tests.application import Application, http_event, running
from tests.clock import Clock
from tests.workflows.run_checks import action_counts
from tests.workflows.stopping import cancel

ABOVE = 1_001
APPROVAL = {"approvalId": "run-quarter-1"}
BOB = {"userArn": "arn:aws:iam::123456789012:user/bob", "callerId": "AIDABOB"}
WEEK = 7 * 24 * 3_600


class WatchedClock(Clock):
    """Calls `then` during the first wait of a minute, which is that for an approval."""

    then: Callable[[], object] | None = None

    def wait(self, seconds: float) -> None:
        super().wait(seconds)
        if self.then and seconds == 60:
            then, self.then = self.then, None
            then()


@contextmanager
def application() -> Iterator[Application]:
    with running(builders.corpus(ABOVE), clock=WatchedClock()) as app:
        yield app


def run(app: Application, then: Callable[[], object] | None = None) -> dict[str, Any]:
    """Ask for more than a thousand records over HTTP; `then` happens while the run waits."""
    assert isinstance(app.clock, WatchedClock)
    app.clock.then = then
    request = builders.data_deletion(requestId="quarter-1")
    answer = app.invoke("SubmitPurgeFunction", http_event("POST /purges", body=json.dumps(request)))
    assert answer["statusCode"] == 202
    app.execution("quarter-1")
    return app.read("quarter-1")


def decide(app: Application, decision: str = "approve") -> None:
    shown = app.get("GET /approvals/{approvalId}", APPROVAL)["body"]
    body = {"decision": decision, "subjectHash": shown["subjectHash"]}
    route = "POST /approvals/{approvalId}/decisions"
    event = http_event(route, body=json.dumps(body), path=APPROVAL)
    event["requestContext"]["authorizer"] = {"iam": BOB}
    assert app.invoke("DecideApprovalFunction", event)["statusCode"] == 201


def test_approved_run_deletes_what_was_shown() -> None:
    with application() as app:
        ended = run(app, lambda: decide(app))
        assert (ended["outcome"], ended["totals"]["deleted"]) == ("completed", ABOVE)
        state = app.get("GET /approvals/{approvalId}", APPROVAL)["body"]["state"]
        assert state == "consumed"
        counts = action_counts(app, ended)
        assert (counts["approval_given"], counts["batch_submitted"]) == (
            1,
            ended["plan"]["batches"],
        )


def test_rejected_run_ends_as_rejected_and_deletes_nothing() -> None:
    with application() as app:
        ended = run(app, lambda: decide(app, "reject"))
        assert (ended["outcome"], ended["totals"].get("deleted")) == ("rejected", None)
        assert "is rejected, so nothing" in ended["detail"]
        # The detail is the cause of the execution, which names no persons.
        assert "bob" not in ended["detail"]


def test_run_that_nobody_approves_ends_after_a_week() -> None:
    with application() as app:
        began = app.clock()
        ended = run(app)
        assert ended["outcome"] == "rejected"
        assert "is expired" in ended["detail"]
        assert WEEK <= (app.clock() - began).total_seconds() < WEEK + 900
        assert action_counts(app, ended)["approval_expired"] == 1


def test_request_of_a_cancelled_run_is_withdrawn() -> None:
    with application() as app:
        ended = run(app, lambda: cancel(app, "quarter-1"))
        assert (ended["outcome"], ended["totals"].get("deleted")) == ("cancelled", None)
        app.invoke("RemindApproversFunction", {"scheduledTime": ""})
        state = app.get("GET /approvals/{approvalId}", APPROVAL)["body"]["state"]
        assert state == "withdrawn"
        assert action_counts(app, ended)["approval_withdrawn"] == 1
