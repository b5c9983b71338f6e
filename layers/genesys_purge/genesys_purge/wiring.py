"""The one place where adapters are chosen; each built once, and only when first asked for.

Imports stand inside the builders, so that a function pays at its cold start for what it uses.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from genesys_purge.settings import Settings

if TYPE_CHECKING:
    import httpx

    from genesys_purge.genesys.client import Circuit, GenesysClient
    from genesys_purge.purging.batches import Batches
    from genesys_purge.purging.complete_purge import CompletePurge
    from genesys_purge.purging.fail_batch import FailBatch
    from genesys_purge.purging.fail_purge import FailPurge
    from genesys_purge.purging.plan_purge import PlanPurge
    from genesys_purge.purging.poll_batch import PollBatch
    from genesys_purge.purging.read_purge import ReadPurge
    from genesys_purge.purging.requests import Requests
    from genesys_purge.purging.submit_batch import SubmitBatch
    from genesys_purge.purging.submit_purge import SubmitPurge
    from genesys_purge.purging.validate_purge import ValidatePurge
    from genesys_purge.purging.verify_batch import VerifyBatch
    from genesys_purge.store.holds import DynamoHolds
    from genesys_purge.store.ledger import Ledger
    from genesys_purge.store.policies import ParameterPolicies
    from genesys_purge.store.runs import DynamoRuns
    from genesys_purge.telemetry import EmfMeter


def now() -> datetime:
    return datetime.now(UTC)


def sleep(seconds: float) -> None:
    time.sleep(seconds)


@cache
def settings() -> Settings:
    return Settings.from_environment()


@cache
def _session() -> Any:
    """The process's one session; botocore's own, for boto3 would load S3's transfer manager."""
    import botocore.session

    return botocore.session.get_session()


@cache
def _aws(service: str) -> Any:
    from botocore.config import Config

    config = Config(
        connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 4}
    )
    return _session().create_client(service, config=config)


@cache
def ledger() -> Ledger:
    from genesys_purge.store.ledger import Ledger

    return Ledger(_aws("dynamodb"), settings().named("audit_table"), sleep)


@cache
def runs() -> DynamoRuns:
    from genesys_purge.store.runs import DynamoRuns

    return DynamoRuns(_aws("dynamodb"), settings().named("runs_table"), ledger())


@cache
def holds() -> DynamoHolds:
    from genesys_purge.store.holds import DynamoHolds

    return DynamoHolds(_aws("dynamodb"), settings().named("holds_table"), now)


@cache
def policies() -> ParameterPolicies:
    from genesys_purge.store.policies import ParameterPolicies

    return ParameterPolicies(
        _aws("ssm"), settings().named("retention_parameter"), settings().named("switch_parameter")
    )


@cache
def http_client() -> httpx.Client:
    """The process's one HTTP client: its TLS context alone costs 20 ms."""
    import httpx

    from genesys_purge.genesys.client import TIMEOUT

    return httpx.Client(timeout=TIMEOUT, follow_redirects=False)


@cache
def circuit() -> Circuit:
    from genesys_purge.genesys.circuit import SharedCircuit

    this = settings()
    return SharedCircuit(
        _aws("dynamodb"), this.named("circuit_table"), this.circuit_recovery_seconds
    )


@cache
def genesys() -> GenesysClient:
    from genesys_purge.genesys.client import GenesysClient
    from genesys_purge.genesys.oauth import Tokens
    from genesys_purge.genesys.pace import Pace
    from genesys_purge.store.secrets import StoredCredentials

    this = settings()
    credentials = StoredCredentials(_aws("secretsmanager"), this.named("genesys_secret"))
    return GenesysClient(
        http_client(),
        this.api_url,
        Tokens(http_client(), this.login_url, credentials, now),
        circuit(),
        Pace(this.requests_per_second, sleep=sleep),
        sleep=sleep,
    )


def meter() -> EmfMeter:
    from genesys_purge.telemetry import EmfMeter

    return EmfMeter()


@cache
def requests() -> Requests:
    from genesys_purge.purging.requests import Requests

    return Requests(policies(), settings(), now)


def _batches(actor: str) -> Batches:
    from genesys_purge import telemetry
    from genesys_purge.purging.batches import Batches

    return Batches(runs(), now, actor, telemetry.progress)


@cache
def submit_purge() -> SubmitPurge:
    from genesys_purge.purging.submit_purge import SubmitPurge
    from genesys_purge.store.executions import StepFunctionsExecutions

    executions = StepFunctionsExecutions(
        _aws("stepfunctions"), settings().named("state_machine_arn")
    )
    return SubmitPurge(requests(), runs(), executions, now)


@cache
def validate_purge() -> ValidatePurge:
    from genesys_purge.purging.validate_purge import ValidatePurge

    return ValidatePurge(requests(), runs(), now)


@cache
def plan_purge() -> PlanPurge:
    from genesys_purge.purging.plan_purge import PlanPurge
    from genesys_purge.store.id_lists import S3IdLists

    return PlanPurge(
        requests(),
        runs(),
        policies(),
        holds(),
        S3IdLists(lambda: _aws("s3")),
        genesys(),
        settings(),
        now,
    )


@cache
def submit_batch() -> SubmitBatch:
    from genesys_purge.purging.guard import Guard
    from genesys_purge.purging.reconcile import Reconcile
    from genesys_purge.purging.submit_batch import SubmitBatch

    batches = _batches("submit_batch")
    reconcile = Reconcile(batches, genesys(), settings())
    guard = Guard(policies(), holds(), now)
    return SubmitBatch(batches, guard, reconcile, genesys(), settings())


@cache
def poll_batch() -> PollBatch:
    from genesys_purge.purging.poll_batch import PollBatch

    return PollBatch(_batches("poll_batch"), genesys(), settings())


@cache
def verify_batch() -> VerifyBatch:
    from genesys_purge.purging.verify_batch import VerifyBatch

    return VerifyBatch(_batches("verify_batch"), genesys(), meter())


@cache
def fail_batch() -> FailBatch:
    from genesys_purge.purging.fail_batch import FailBatch

    return FailBatch(_batches("fail_batch"))


@cache
def complete_purge() -> CompletePurge:
    from genesys_purge.purging.complete_purge import CompletePurge

    return CompletePurge(runs(), meter(), now)


@cache
def fail_purge() -> FailPurge:
    from genesys_purge.purging.fail_purge import FailPurge

    return FailPurge(runs(), meter(), now)


@cache
def read_purge() -> ReadPurge:
    from genesys_purge.purging.read_purge import ReadPurge

    return ReadPurge(runs(), ledger())
