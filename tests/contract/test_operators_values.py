"""The transformed template has no value that operators set, because each update writes it again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import template
from tests.contract.deployed import managed_policies, transformed

# The variables that name a parameter of operators, and the policy that allows to read it.
OPERATORS = {
    "SWITCH_PARAMETER": "PolicyParametersPolicy",
    "RETENTION_PARAMETER": "PolicyParametersPolicy",
    "ORGANISATIONS_PARAMETER": "OrganisationsPolicy",
    "OVERRIDE_CALLERS_PARAMETER": "OverrideCallersPolicy",
}


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: resource["Properties"]
        for name, resource in transformed().items()
        if resource["Type"] == kind
    }


def texts_in(value: Any) -> Iterator[str]:
    """Every text and every key in a value."""
    if isinstance(value, dict):
        yield from value
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)
    else:
        yield str(value)


def test_only_the_webhook_url_is_a_parameter_of_the_stack() -> None:
    assert set(of_type("AWS::SSM::Parameter")) == {"WebhookUrlParameter"}


def test_webhook_url_is_a_value_of_the_deployment() -> None:
    value = of_type("AWS::SSM::Parameter")["WebhookUrlParameter"]["Value"]
    condition, given, default = value["Fn::If"]
    assert (condition, given) == ("HasCustomWebhookUrl", {"Ref": "CustomWebhookUrl"})
    assert default == {"Fn::Sub": "${Api.ApiEndpoint}/webhooks/genesys"}


def test_no_secret_has_a_value() -> None:
    secrets = of_type("AWS::SecretsManager::Secret")
    assert set(secrets) == {"GenesysSecret", "WebhookSecret", "SubscribersSecret"}
    values = {"SecretString", "GenerateSecretString"}
    assert [name for name, each in secrets.items() if values & set(each)] == []


def test_no_resource_writes_a_document_of_operators() -> None:
    words = ("minimumDays", '"organisations"', '"subscribers"', "clientSecret", '"rules"')
    found = [
        f"{name}: {word}"
        for name, resource in transformed().items()
        for text in texts_in(resource)
        for word in words
        if word in text
    ]
    assert found == []


def test_no_resource_writes_an_item_of_a_table() -> None:
    assert "ImportSourceSpecification" not in set(texts_in(of_type("AWS::DynamoDB::Table")))
    assert not [n for n, each in transformed().items() if each["Type"].startswith("Custom::")]


@pytest.mark.parametrize(("variable", "policy"), OPERATORS.items())
def test_functions_may_read_the_parameter_that_they_are_given(variable: str, policy: str) -> None:
    name = template.environment()[variable]
    allowed = [
        resource
        for statement in managed_policies()[policy]
        if statement.actions == ("ssm:GetParameter",)
        for resource in statement.resources
    ]
    assert f"arn:aws:ssm:us-east-1:123456789012:parameter{name}" in allowed
