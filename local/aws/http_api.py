"""Creates the routes of an HTTP API; the embedded AWS ignores the API's OpenAPI body."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.aws.session import ACCOUNT, REGION
from local.errors import CommandFailed

FUNCTION = re.compile(r"\$\{(\w+)\.(?:Arn|Alias)\}")
INTEGRATION = "x-amazon-apigateway-integration"
ANY_METHOD = "x-amazon-apigateway-any-method"
AUTHENTICATION = "x-amazon-apigateway-authtype"
OPEN = "NONE"
SIGNED = "AWS_IAM"


class UnknownRoute(CommandFailed):
    """A route that cannot be created here."""


@dataclass(frozen=True)
class Route:
    """A route to a function; `function` is a logical id."""

    key: str
    function: str
    authorization: str


def routes_in(api: Mapping[str, Any]) -> Iterator[Route]:
    """The routes in the OpenAPI body of a transformed AWS::ApiGatewayV2::Api."""
    body = api["Properties"].get("Body", {})
    schemes = body.get("components", {}).get("securitySchemes", {})
    for path, operations in body.get("paths", {}).items():
        for method, operation in operations.items():
            if isinstance(operation, Mapping) and INTEGRATION in operation:
                key = path if path == "$default" else f"{_verb(method)} {path}"
                yield Route(key, _function(key, operation), _authorization(key, operation, schemes))


def create_routes(
    client: Any, api_id: str, routes: Iterator[Route], ids: Mapping[str, str]
) -> None:
    """Creates each route and its integration; `ids` maps logical ids to function names."""
    for route in routes:
        integration = client.create_integration(
            ApiId=api_id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{ids[route.function]}",
            PayloadFormatVersion="2.0",
        )
        client.create_route(
            ApiId=api_id,
            RouteKey=route.key,
            AuthorizationType=route.authorization,
            Target=f"integrations/{integration['IntegrationId']}",
        )


def _verb(method: str) -> str:
    return "ANY" if method == ANY_METHOD else method.upper()


def _function(key: str, operation: Mapping[str, Any]) -> str:
    found = FUNCTION.search(json.dumps(operation[INTEGRATION].get("uri")))
    if not found:
        raise UnknownRoute(f"{key}: the integration is not a function")
    return found[1]


def _authorization(key: str, operation: Mapping[str, Any], schemes: Mapping[str, Any]) -> str:
    names = [name for choice in operation.get("security", []) for name in choice]
    if not names or names == [OPEN]:
        return OPEN
    if len(names) == 1 and schemes.get(names[0], {}).get(AUTHENTICATION) == "awsSigv4":
        return SIGNED
    raise UnknownRoute(f"{key}: unknown authorizer {', '.join(names)}")
