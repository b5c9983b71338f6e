"""The whole application in this process: template, handlers, state machines and simulator."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import IO, Any
from unittest.mock import patch

import httpx
from boto3.dynamodb.types import TypeSerializer
from genesys_purge.calling.slots import PoolKey
from genesys_purge.model.audit import Action
from genesys_purge.model.platform import DOCUMENTED
from genesys_purge.store import items, signing_key
from genesys_purge.webhooks.outbound import https_sender
from genesys_purge.wiring import adapters, calls, guarding

from simulator import Corpus, Simulator, SimulatorSettings
from tests import template, wiring_caches
from tests.clock import Clock
from tests.event_delivery import EventDelivery, create_queues, queues_by
from tests.fakes import MemorySeals
from tests.lambda_context import Context
from tests.mocked_aws import client as aws
from tests.mocked_aws import direct_calls
from tests.network_fakes import WEBHOOK_URL, Callback, Receivers, is_text
from tests.signers import LocalCertificateKey, LocalSigner
from tests.webhook_builders import ROUTE, webhook_event
from tests.workflows.moto_engine import Engine, Execution, step_functions

CONTEXT = Context("test-request")
SECRETS: Mapping[str, Any] = {
    "GenesysSecret": {"clientId": "simulator", "clientSecret": "simulator-secret"},
    "WebhookSecret": {"current": SimulatorSettings().webhook_secret, "previous": ""},
    "SubscribersSecret": {"subscribers": []},
}


class Unpaced:
    """A pace without waits."""

    def wait(self) -> None:
        return


class Application:
    """A running application; tests use it only through its public interfaces."""

    def __init__(
        self, engine: Engine, corpus: Corpus, settings: SimulatorSettings, clock: Clock
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.callback = Callback(self.call_back)
        self.simulator = Simulator(corpus, settings, clock, self.callback)
        self.receivers = Receivers()
        self.delivery = EventDelivery(aws, self.invoke, clock)

    def invoke(self, function: str, event: Any) -> Any:
        """Call a function as Lambda does; returns its answer."""
        return template.handler(function)(event, CONTEXT)

    def submit(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of `submit_purge`."""
        answer: dict[str, Any] = self.invoke("SubmitPurgeFunction", dict(event))
        return answer

    def execution(self, run_id: str) -> Execution:
        """Wait for the end of the run's execution, and return it."""
        machine = adapters.settings().state_machines.purge_run
        return self.engine.wait(f"{machine.replace(':stateMachine:', ':execution:')}:{run_id}")

    def run(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Submit, wait for the end, and read the run."""
        run_id = self.submit(event)["runId"]
        self.execution(run_id)
        return self.read(run_id)

    def read(self, run_id: str) -> dict[str, Any]:
        """The run, as `GET /purges/{runId}` returns it, with the batches of all pages."""
        route, path = "GET /purges/{runId}", {"runId": run_id}
        page = run = dict(self.get(route, path)["body"])
        while "next" in page:
            page = self.get(route, path, {"next": page["next"]})["body"]
            run["batches"] += page["batches"]
        run.pop("next", None)
        return run

    def audit(self, run_id: str) -> list[dict[str, Any]]:
        """Every audit record of the run, page by page."""
        return self._pages("GET /purges/{runId}/audit", {"runId": run_id})

    def runs(self, **query: str) -> list[dict[str, Any]]:
        """Every run that matches the query, page by page."""
        return self._pages("GET /purges", {}, "runs", **query)

    def records(self, run_id: str) -> list[dict[str, Any]]:
        """What became of every record of the run's plan, page by page."""
        return self._pages("GET /purges/{runId}/records", {"runId": run_id})

    def hold_audit(self, hold_id: str) -> list[dict[str, Any]]:
        """Every audit record of the legal hold, page by page."""
        return self._pages("GET /holds/{holdId}/audit", {"holdId": hold_id})

    def rule_audit(self, rule_id: str) -> list[dict[str, Any]]:
        """Every audit record of the purge rule, page by page."""
        return self._pages("GET /purge-rules/{ruleId}/audit", {"ruleId": rule_id})

    def _pages(
        self, route: str, path: Mapping[str, str], field: str = "records", **query: str
    ) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        while True:
            page = self.get(route, path, query)["body"]
            records += page[field]
            if "next" not in page:
                return records
            query["next"] = page["next"]

    def get(
        self, route: str, path: Mapping[str, str], query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """A GET through the HTTP API, with the parsed body of the answer."""
        return self._call(route, http_event(route, path=path, query=query))

    def post(self, route: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A POST through the HTTP API, with the parsed body of the answer."""
        return self._call(route, http_event(route, body=json.dumps(body)))

    def call_back(
        self, body: bytes, headers: Mapping[str, str], verb: str = "POST"
    ) -> dict[str, Any]:
        """Call our webhook through the HTTP API, with the parsed body of the answer."""
        event = webhook_event(body, verb=verb, encoded=not is_text(body), **headers)
        return self._call(ROUTE, event)

    def _call(self, route: str, event: dict[str, Any]) -> dict[str, Any]:
        answer = self.invoke(template.routes()[route], event)
        return {**answer, "body": json.loads(answer["body"])}

    def appended(self, run_id: str) -> list[dict[str, Any]]:
        """The run's audit records, without unused numbers, which depend on the threads' timing."""
        return [each for each in self.audit(run_id) if each["action"] != Action.NUMBER_UNUSED]

    def actions(self, run_id: str) -> list[str]:
        return [record["action"] for record in self.appended(run_id)]

    def run_queues(self) -> None:
        """Process the audit's stream and every message of a queue that is due now."""
        self.delivery.run()

    def drain_queues(self) -> None:
        """Process the stream and the queues, and pass time, until the queues are empty."""
        self.delivery.run_out()

    def take(self, queue: str) -> list[Any]:
        """Remove the messages from a queue, and return them."""
        return self.delivery.take(queue)

    def genesys(self, verb: str, path: str, **body: Any) -> Any:
        """The answer of the simulator's inspection API."""
        transport = self.simulator.transport()
        with httpx.Client(transport=transport, base_url="https://genesys.test") as client:
            answer = client.request(verb, f"/_simulator/{path}", json=body or None)
        return answer.raise_for_status().json()

    def put_ids(self, key: str, ids: list[str]) -> str:
        """Put a list of ids into the bucket of id lists; returns its URL."""
        return self.put_object(key, "\n".join(ids).encode())

    def put_object(self, key: str, body: bytes | IO[bytes], **options: str) -> str:
        """Put an object into the bucket of id lists; returns its URL."""
        aws("s3").put_object(Bucket="ids", Key=key, Body=body, **options)
        return f"s3://ids/{key}"

    def put_hold(self, **fields: Any) -> None:
        """Place a legal hold of our own, as an operator does."""
        item = TypeSerializer().serialize(fields)["M"]
        aws("dynamodb").put_item(TableName="HoldsTable", Item=item)

    def free_slots(self) -> None:
        """Forget which batches hold slots for documented jobs."""
        key = items.pool_key(PoolKey(None, DOCUMENTED))
        aws("dynamodb").delete_item(TableName="RunsTable", Key=key)

    def set_parameter(self, name: str, value: str) -> None:
        aws("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def set_switch(self, value: str) -> None:
        """Set the purging switch, as an operator does."""
        self.set_parameter(adapters.settings().parameters.switch, value)

    def delete_parameter(self, name: str) -> None:
        """Delete a parameter; it must exist."""
        aws("ssm").delete_parameter(Name=name)

    def set_secret(self, value: str, name: str = "GenesysSecret") -> None:
        """Replace a secret, and clear the caches that contain it."""
        aws("secretsmanager").put_secret_value(SecretId=name, SecretString=value)
        wiring_caches.forget()


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
    *,
    has_budget: bool = False,
    checks_seals: bool = False,
) -> Iterator[Application]:
    """The application with a corpus; time passes only in waits.

    With `has_budget`, calls keep to the request budget, and each step is a process of its own.
    With `checks_seals`, the guard asks for the seals, which only CheckSeals keeps fresh.
    """
    clock = clock or Clock()
    handlers = {
        name: lambda event, name=name: template.handler(name)(event, CONTEXT)
        for name in template.functions()
    }
    text, substitutions = template.state_machine()
    with ExitStack() as stack:
        stack.enter_context(direct_calls())
        stack.enter_context(queues_by(clock))
        engine = stack.enter_context(step_functions(handlers, clock.wait))
        arn = engine.create("purge-run", text, substitutions)
        deploys = template.state_machine("DeployCampaignRulesStateMachine")
        variables = {
            **template.environment(),
            "GENESYS_API_URL": "https://genesys.test",
            "GENESYS_LOGIN_URL": "https://genesys.test",
            "PLANS_BUCKET": "plans",
            "EVIDENCE_BUCKET": "evidence",
            "STATE_MACHINE_ARN": arn,
            "DEPLOY_STATE_MACHINE_ARN": engine.create("deploy-campaign-rules", *deploys),
            # A purge rule of the live platform cannot name a classification.
            "DEFAULT_CLASSIFICATION": "internal",
            **(environment or {}),
        }
        _create_resources(variables)
        stack.enter_context(patch.dict("os.environ", variables))
        limits = settings or SimulatorSettings(requests_per_second=None)
        app = Application(engine, corpus, limits, clock)
        client = httpx.Client(transport=app.simulator.transport())
        stack.enter_context(patch.object(adapters, "now", clock))
        stack.enter_context(patch.object(adapters, "sleep", clock.wait))
        stack.enter_context(patch.object(calls, "http_client", lambda: client))
        stack.enter_context(patch.object(calls, "circuit", lambda _: lambda send: send()))
        if has_budget:
            # Without its cache, every step has the client of a new process.
            uncached = calls._client.__wrapped__  # noqa: SLF001  the cached function has no public name
            stack.enter_context(patch.object(calls, "_client", uncached))
        else:
            stack.enter_context(patch.object(calls, "pace", lambda *_: Unpaced()))
        if not checks_seals:
            # No schedule checks them, and time passes in long steps.
            stack.enter_context(patch.object(guarding, "seal_age", MemorySeals))
        stack.enter_context(patch.object(signing_key, "KmsSigner", LocalSigner))
        stack.enter_context(patch.object(signing_key, "KmsCertificateKey", LocalCertificateKey))
        stack.enter_context(patch.object(https_sender, "HttpsSender", app.receivers.receiver))
        wiring_caches.forget()
        stack.callback(wiring_caches.forget)
        yield app


def _create_resources(variables: Mapping[str, str]) -> None:
    dynamodb, ssm, secrets = aws("dynamodb"), aws("ssm"), aws("secretsmanager")
    for table in template.tables():
        dynamodb.create_table(**table)
    given = {variables["WEBHOOK_URL_PARAMETER"]: WEBHOOK_URL}
    for name, value in (template.operators_parameters() | given).items():
        ssm.put_parameter(Name=name, Value=value, Type="String")
    for name, content in SECRETS.items():
        secrets.create_secret(Name=name, SecretString=json.dumps(content))
    for bucket in ("ids", "plans", variables["EVIDENCE_BUCKET"]):
        aws("s3").create_bucket(Bucket=bucket)
    aws("events").create_event_bus(Name="Events")
    create_queues(aws("sqs"))
