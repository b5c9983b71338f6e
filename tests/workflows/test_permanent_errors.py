"""Errors that no retry fixes: the run fails, and its detail says what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from simulator import Fault, FaultKind, OAuthClient, Operation, SimulatorSettings
from tests.application import Application
from tests.workflows.run_checks import assert_honest, sent, statuses
from tests.workflows.shared_application import shared


def refused(app: Application) -> str:
    app.set_secret('{"clientId": "simulator", "clientSecret": "wrong"}')
    return "AuthenticationFailed: the login service refused the client credentials"


def malformed(app: Application) -> str:
    app.set_secret("?")
    return "AuthenticationFailed: the secret "


def unreadable_hold(app: Application) -> str:
    app.put_hold(holdId="hold-1", conversationIds={"REPLACE-ME"})
    return "Misconfigured: legal hold hold-1 is not valid"


def genesys_is_down(app: Application) -> str:
    app.simulator.faults.add(Fault(FaultKind.UNAVAILABLE, Operation.QUERY, times=None))
    return "GenesysUnavailable: POST /api/v2/analytics/conversations/details/query answered 503"


@pytest.mark.parametrize("cause", [refused, malformed, unreadable_hold, genesys_is_down])
def test_error_before_the_batches_fails_the_run_with_its_text(
    cause: Callable[[Application], str],
) -> None:
    with shared() as scene:
        app, group = scene.app, scene.group()
        error = cause(app)

        run = app.run(group.request("data_deletion"))

        assert run["outcome"] == "failed"
        assert run["detail"].startswith(error)
        assert app.actions(run["runId"]) == ["run_submitted", "run_failed"]
        assert app.execution(run["runId"]).status == "FAILED"
        assert sent(app) == []


@pytest.mark.parametrize(
    ("method", "scope", "listed"),
    [
        ("data_deletion", "data:deletion:manage", True),
        ("interaction_purge", "purge:write", False),
        ("conversation_archive", "analytics:conversation:delete", True),
    ],
)
def test_missing_scope_is_named(method: str, scope: str, *, listed: bool) -> None:
    client = OAuthClient(scopes=("analytics:query",))
    settings = SimulatorSettings(
        requests_per_second=None, clients=(client,), token_lists_scopes=listed
    )
    with shared(settings) as scene:
        app, group = scene.app, scene.group()

        run = app.run(group.first_batch(method))

        assert run["outcome"] == "failed"
        assert run["batches"][0]["detail"].startswith("PermissionMissing")
        assert scope in run["batches"][0]["detail"]
        assert len(sent(app)) == (0 if listed else 1)
        assert app.simulator.jobs == []


def test_repeatedly_refused_token_fails_the_batch() -> None:
    method = "interaction_purge"
    with shared() as scene:
        app, groups = scene.app, [scene.group() for _ in range(2)]
        fault = Fault(FaultKind.TOKEN_REVOKED, Operation.SUBMIT, times=2)
        app.simulator.faults.add(fault)
        unsent = app.run(groups[0].first_batch(method))
        app.simulator.faults.add(replace(fault, operation=Operation.POLL))
        unseen = app.run(groups[1].first_batch(method))

        for run in (unsent, unseen):
            record = app.audit(run["runId"])[-2]
            assert (run["outcome"], record["action"]) == ("failed", "batch_failed")
            assert record["detail"].startswith("AuthenticationFailed")
            assert record["correlationId"] in {r.correlation_id for r in app.simulator.requests}
        assert len(app.simulator.jobs) == 1
        assert unseen["batches"][0]["detail"].endswith("; its job may still be running")


@pytest.mark.parametrize(
    ("method", "kind", "error"),
    [
        ("data_deletion", FaultKind.TOKEN_REVOKED, "AuthenticationFailed"),
        ("interaction_purge", FaultKind.UNAVAILABLE, "GenesysUnavailable"),
        ("conversation_archive", FaultKind.UNAVAILABLE, "GenesysUnavailable"),
    ],
)
def test_batch_that_cannot_be_verified_is_unverified_with_the_error(
    method: str, kind: FaultKind, error: str
) -> None:
    with shared() as scene:
        app, group = scene.app, scene.group()
        questions = 1 if method == "conversation_archive" else 2
        app.simulator.faults.add(Fault(kind, Operation.QUERY, times=None, after=questions))

        run = app.run(group.first_batch(method))

        record = app.audit(run["runId"])[-2]
        assert (run["outcome"], statuses(run)) == ("completed_with_failures", ["completed"])
        assert run["batches"][0]["isVerified"] is False
        assert "verified" not in run["batches"][0] | run["totals"]
        assert record["action"] == "batch_unverified"
        assert record["detail"].startswith(error)
        assert_honest(app, run, group.ids[:5])


def test_refusal_of_genesys_is_reported_in_its_own_words() -> None:
    with shared(environment={"RESIDENCY_ZONES": "us-east-1,sa-east-1"}) as scene:
        app, group = scene.app, scene.group()

        run = app.run(group.first_batch("data_deletion", jurisdiction="sa-east-1"))

        assert run["outcome"] == "failed"
        assert "Jurisdiction sa-east-1 is outside" in run["batches"][0]["detail"]
        assert app.simulator.jobs == []
