"""The routes of an HTTP API."""

from typing import Any

import pytest

from local.aws.http_api import Route, UnknownRoute, create_routes, routes_in

URI = "arn:aws:apigateway:${AWS::Region}:lambda:path/functions/${ReadFunction.Arn}/invocations"
SCHEMES = {
    "AWS_IAM": {"type": "apiKey", "x-amazon-apigateway-authtype": "awsSigv4"},
    "Tokens": {"type": "oauth2"},
}


def api(path: str, method: str, **operation: Any) -> dict[str, Any]:
    given = {"x-amazon-apigateway-integration": {"uri": {"Fn::Sub": URI}}} | operation
    body = {"paths": {path: {method: given}}, "components": {"securitySchemes": SCHEMES}}
    return {"Properties": {"Body": body}}


def test_route_with_iam_is_signed() -> None:
    found = routes_in(api("/purges/{runId}", "get", security=[{"AWS_IAM": []}]))
    assert list(found) == [Route("GET /purges/{runId}", "ReadFunction", "AWS_IAM")]


@pytest.mark.parametrize("security", [[], [{"NONE": []}]])
def test_route_without_authorizer_is_open(security: list[Any]) -> None:
    found = routes_in(api("/webhooks", "post", security=security))
    assert list(found) == [Route("POST /webhooks", "ReadFunction", "NONE")]


def test_route_of_any_method_has_the_key_any() -> None:
    found = routes_in(api("/x", "x-amazon-apigateway-any-method"))
    assert [route.key for route in found] == ["ANY /x"]


def test_default_route_has_no_method() -> None:
    found = routes_in(api("$default", "x-amazon-apigateway-any-method"))
    assert [route.key for route in found] == ["$default"]


def test_unknown_authorizer_is_refused() -> None:
    with pytest.raises(UnknownRoute, match="GET /x: unknown authorizer Tokens"):
        list(routes_in(api("/x", "get", security=[{"Tokens": []}])))


def test_route_without_a_function_is_refused() -> None:
    elsewhere = {"x-amazon-apigateway-integration": {"uri": "https://example.com"}}
    with pytest.raises(UnknownRoute, match="GET /x: the integration is not a function"):
        list(routes_in(api("/x", "get", **elsewhere)))


def test_api_without_a_body_has_no_routes() -> None:
    assert list(routes_in({"Properties": {}})) == []


class Gateway:
    """An API Gateway that records its calls."""

    def __init__(self) -> None:
        self.calls: list[dict[str, str]] = []

    def create_integration(self, **call: str) -> dict[str, str]:
        self.calls.append(call)
        return {"IntegrationId": "i1"}

    def create_route(self, **call: str) -> None:
        self.calls.append(call)


def test_route_is_created_with_its_integration() -> None:
    gateway = Gateway()
    routes = iter([Route("GET /x", "ReadFunction", "AWS_IAM")])
    create_routes(gateway, "api1", routes, {"ReadFunction": "stack-read"})
    integration, route = gateway.calls
    assert integration["IntegrationUri"].endswith(":function:stack-read")
    assert integration["PayloadFormatVersion"] == "2.0"
    assert route == {
        "ApiId": "api1",
        "RouteKey": "GET /x",
        "AuthorizationType": "AWS_IAM",
        "Target": "integrations/i1",
    }
