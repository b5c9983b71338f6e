"""Handlers called as Lambda calls them; their use cases run on the in-memory twins."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge import telemetry

from tests import template, wiring_caches
from tests.lambda_context import Context
from tests.mocked_aws import client, mocked_aws
from tests.unit.workbench import Workbench

Invoke = Callable[[str, Any], Any]
USE_CASES = [
    "submit_purge",
    "validate_purge",
    "plan_purge",
    "submit_batch",
    "poll_batch",
    "verify_batch",
    "fail_batch",
    "complete_purge",
    "fail_purge",
    "settle_runs",
    "read_purge",
    "ingest_webhook",
    "ingest_platform_event",
    "publish_notifications",
    "deliver_notification",
    "record_alteration",
    "seal_audit",
    "certify_run",
    "look_up_held_conversations",
]


@pytest.fixture
def bench() -> Iterator[Workbench]:
    """A workbench; the handlers call its use cases."""
    bench = Workbench()
    with ExitStack() as patches:
        for name in USE_CASES:
            patches.enter_context(
                patch.object(wiring_caches.module_of(name), name, _builder(bench, name))
            )
        yield bench


def _builder(bench: Workbench, name: str) -> Callable[[], Any]:
    return lambda: getattr(bench, name)


TABLES = (
    "RunsTable",
    "AuditTable",
    "HoldsTable",
    "ApprovalsTable",
    "HeldIdsTable",
    "HeldTimesTable",
    "MirrorsTable",
    "PoliciesTable",
    "StopsTable",
    "SettingsTable",
    "CircuitTable",
    "DeploymentsTable",
)


@pytest.fixture
def deployed() -> Iterator[None]:
    """The resources of the template on mocked AWS, with no adapter built yet."""
    with (
        mocked_aws(*TABLES),
        patch.dict("os.environ", template.environment() | {"PLANS_BUCKET": "plans"}),
    ):
        client("s3").create_bucket(Bucket="plans")
        for name, value in template.operators_parameters().items():
            client("ssm").put_parameter(Name=name, Value=value, Type="String")
        wiring_caches.forget()
        yield
        wiring_caches.forget()


@pytest.fixture
def invoke() -> Invoke:
    """Calls a function by its logical id, without `Function`."""

    def call(function: str, event: Any) -> Any:
        return template.handler(f"{function}Function")(event, Context("request-1"))

    return call


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that the handlers log."""
    written = io.StringIO()
    handler = telemetry.logger().registered_handler
    with patch.object(handler, "stream", written):
        yield written
