"""The whole application in this process: template, handlers, state machine and a Genesys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
import httpx
from boto3.dynamodb.types import TypeSerializer
from genesys_purge.wiring import adapters

from local.simulator import Corpus, Simulator, SimulatorSettings
from tests import template, wired
from tests.clock import Clock
from tests.dynamodb import one_call_at_a_time
from tests.workflows.moto_engine import Engine, Execution, step_functions

CONTEXT = SimpleNamespace(aws_request_id="test-request")


@cache
def aws(service: Any) -> Any:
    """A client, kept: a new one costs 40 ms."""
    return boto3.Session().client(service)


class Application:
    """What tests do with the running application, through its public doors only."""

    def __init__(self, engine: Engine, simulator: Simulator, clock: Clock) -> None:
        self.engine = engine
        self.simulator = simulator
        self.clock = clock

    def invoke(self, function: str, event: Any) -> Any:
        """The function's answer to an event, as Lambda gives it."""
        return template.handler(function)(event, CONTEXT)

    def submit(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """What `submit_purge` answers."""
        answer: dict[str, Any] = self.invoke("SubmitPurgeFunction", dict(event))
        return answer

    def execution(self, run_id: str) -> Execution:
        """The run's execution, once it has ended."""
        machine = adapters.settings().state_machine_arn
        return self.engine.wait(f"{machine.replace(':stateMachine:', ':execution:')}:{run_id}")

    def run(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Submit, wait for the end, and read the run."""
        run_id = self.submit(event)["runId"]
        self.execution(run_id)
        return self.read(run_id)

    def read(self, run_id: str) -> dict[str, Any]:
        """What `GET /purges/{runId}` answers."""
        return self.get("GET /purges/{runId}", {"runId": run_id})["body"]  # type: ignore[no-any-return]

    def audit(self, run_id: str) -> list[dict[str, Any]]:
        """Every audit record of the run, page by page."""
        records: list[dict[str, Any]] = []
        following: dict[str, str] = {}
        while True:
            page = self.get("GET /purges/{runId}/audit", {"runId": run_id}, following)["body"]
            records += page["records"]
            if "next" not in page:
                return records
            following = {"next": page["next"]}

    def get(
        self, route: str, path: Mapping[str, str], query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """A GET through the HTTP API, its body parsed."""
        answer = self.invoke("ReadPurgeFunction", http_event(route, path=path, query=query))
        return {**answer, "body": json.loads(answer["body"])}

    def actions(self, run_id: str) -> list[str]:
        return [record["action"] for record in self.audit(run_id)]

    def put_ids(self, key: str, ids: list[str]) -> str:
        """Put a list of ids into the bucket; its URL."""
        return self.put_object(key, "\n".join(ids).encode())

    def put_object(self, key: str, body: bytes) -> str:
        """Put anything into the bucket of lists; its URL."""
        aws("s3").put_object(Bucket="ids", Key=key, Body=body)
        return f"s3://ids/{key}"

    def put_hold(self, **fields: Any) -> None:
        """Place a legal hold of our own, as a person would."""
        item = TypeSerializer().serialize(fields)["M"]
        aws("dynamodb").put_item(TableName="HoldsTable", Item=item)

    def set_parameter(self, name: str, value: str) -> None:
        aws("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def set_secret(self, value: str) -> None:
        aws("secretsmanager").put_secret_value(SecretId="GenesysSecret", SecretString=value)


def http_event(
    route: str,
    *,
    body: str | None = None,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """An event of the HTTP API, format 2.0, signed by an IAM user."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route,
        "requestContext": {
            "http": {"method": route.partition(" ")[0]},
            "authorizer": {"iam": {"userArn": "arn:aws:iam::123456789012:user/operator"}},
        },
        "isBase64Encoded": False,
    }
    if body is not None:
        event["body"] = body
    if path:
        event["pathParameters"] = dict(path)
    if query:
        event["queryStringParameters"] = dict(query)
    return event


@contextmanager
def running(
    corpus: Corpus,
    settings: SimulatorSettings | None = None,
    clock: Clock | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Application]:
    """The application over a corpus; time passes only in waits."""
    clock = clock or Clock()
    simulator = Simulator(corpus, settings or SimulatorSettings(requests_per_second=None), clock)
    handlers = {
        name: lambda event, name=name: template.handler(name)(event, CONTEXT)
        for name in template.functions()
    }
    text, substitutions = template.state_machine()
    with ExitStack() as stack:
        stack.enter_context(one_call_at_a_time())
        engine = stack.enter_context(step_functions(handlers, clock.wait))
        arn = engine.create("purge-run", text, substitutions)
        _create_resources()
        variables = {
            **template.environment(),
            "GENESYS_API_URL": "https://genesys.test",
            "GENESYS_LOGIN_URL": "https://genesys.test",
            "STATE_MACHINE_ARN": arn,
            "REQUESTS_PER_SECOND": "100000",
            **(environment or {}),
        }
        stack.enter_context(patch.dict("os.environ", variables))
        client = httpx.Client(transport=simulator.transport())
        stack.enter_context(patch.object(adapters, "now", clock))
        stack.enter_context(patch.object(adapters, "sleep", clock.wait))
        stack.enter_context(patch.object(adapters, "http_client", lambda: client))
        stack.enter_context(patch.object(adapters, "circuit", lambda: lambda send: send()))
        wired.forget()
        stack.callback(wired.forget)
        yield Application(engine, simulator, clock)


def _create_resources() -> None:
    dynamodb, ssm = aws("dynamodb"), aws("ssm")
    for table in template.tables():
        dynamodb.create_table(**table)
    for name, value in template.parameters().items():
        ssm.put_parameter(Name=name, Value=value, Type="String")
    secret = {"clientId": "simulator", "clientSecret": "simulator-secret"}
    aws("secretsmanager").create_secret(Name="GenesysSecret", SecretString=json.dumps(secret))
    aws("s3").create_bucket(Bucket="ids")
