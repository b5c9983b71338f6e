"""The whole application, deployed to the embedded AWS and connected to Genesys."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local import id_lists
from local.aws import http_api
from local.aws.deployment import STACK, Deployment
from local.aws.deviations import address_of_api
from local.aws.embedded_aws import EmbeddedAws, embedded_aws
from local.aws.people import Person, create_people
from local.aws.session import ACCESS_KEY, REGION, SECRET_KEY, AwsSession
from local.aws.stack import Stack, ids_in, read_stack
from local.aws.template import resources_of
from local.errors import CommandFailed
from local.genesys.secrets import WEBHOOK_PATH, store
from local.genesys.server import Genesys, genesys, partners_of, scaled_parameters
from local.loopback import require_loopback
from local.options.options import Options
from local.project import PROJECT


@dataclass(frozen=True)
class Application:
    """A deployed stack and everything that it calls."""

    aws: EmbeddedAws
    session: AwsSession
    genesys: Genesys
    stack: Stack
    api_url: str
    outputs: Mapping[str, str]
    left_out: frozenset[str]
    people: Mapping[str, Person]
    wait_scale: float

    def to_json(self) -> dict[str, Any]:
        """Everything that a tool needs to use it; the credentials are dummies."""
        return {
            "awsEndpoint": self.session.endpoint,
            "region": REGION,
            "stackName": STACK,
            "accessKeyId": ACCESS_KEY,
            "secretAccessKey": SECRET_KEY,
            "people": {name: each.to_json() for name, each in self.people.items()},
            "apiUrl": self.api_url,
            "functions": self.stack.functions,
            "stateMachines": self.stack.state_machines,
            "tables": self.stack.tables,
            "buckets": self.stack.buckets,
            "queues": self.stack.queues,
            "eventBus": self.stack.event_bus,
            "webhookUrl": self.api_url + WEBHOOK_PATH,
            "outputs": self.outputs,
            "secrets": self.stack.secrets,
            "genesysUrl": self.genesys.url,
            "waitScale": self.wait_scale,
            "leftOut": sorted(self.left_out),
        }


@contextmanager
def application(options: Options, project: Path = PROJECT) -> Iterator[Application]:
    """Yields the application, ready for calls; stops and removes everything at the end."""
    require_loopback()
    with genesys(options) as server, embedded_aws(options.wait_scale) as aws:
        session = AwsSession(aws.endpoint)
        deployment = Deployment(session, project)
        template = deployment.template
        declared = template.get("Parameters", {})
        ours = {"GenesysApiUrl": server.url, "GenesysLoginUrl": server.url, "MapMode": "INLINE"}
        partners = partners_of(options, server)
        left_out = deployment.create(
            {
                **{name: value for name, value in ours.items() if name in declared},
                **scaled_parameters(declared, options),
                **partners.parameters(),
                **options.parameters,
            }
        )
        resources = deployment.resources()
        stack, ids = read_stack(template, resources), ids_in(resources)
        api_url = _create_api(session, deployment, stack, ids)
        store(session, stack, server, partners, api_url)
        id_lists.upload(session.client("s3"), options.id_lists)
        _check_seals(session, stack)
        yield Application(
            aws,
            session,
            server,
            stack,
            api_url,
            deployment.outputs(),
            left_out,
            create_people(session.client("iam"), ids),
            options.wait_scale,
        )


def _check_seals(session: AwsSession, stack: Stack) -> None:
    """Check the seals at once, as AWS does: its scheduler starts a rate when it is created."""
    if function := stack.functions.get("check_seals"):
        answer = session.client("lambda").invoke(FunctionName=function, Payload=b"{}")
        if "FunctionError" in answer:
            raise CommandFailed(f"check_seals failed: {answer['Payload'].read().decode()}")


def _create_api(
    session: AwsSession, deployment: Deployment, stack: Stack, ids: Mapping[str, str]
) -> str:
    if stack.api_id is None:
        return ""
    for _, api in resources_of(deployment.transformed(), "AWS::ApiGatewayV2::Api"):
        http_api.create_routes(
            session.client("apigatewayv2"),
            stack.api_id,
            http_api.routes_in(api),
            ids,
        )
    return address_of_api(session.endpoint, stack.api_id)
