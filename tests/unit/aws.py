"""A mocked AWS with the template's own tables, and clients that live as long as the session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools.utilities.parameters import SecretsProvider, SSMProvider
from moto import mock_aws

from tests import template


@cache
def client(service: str) -> Any:
    """A new one costs 40 ms; each finds whatever the present mock holds."""
    return boto3.client(service)  # type: ignore[call-overload]  # the stubs know only literals


@cache
def ssm() -> SSMProvider:
    """Powertools' cache of parameters, empty at the start of each mocked account."""
    return SSMProvider(boto3_client=client("ssm"))


@cache
def secrets_manager() -> SecretsProvider:
    """Powertools' cache of secrets, empty at the start of each mocked account."""
    return SecretsProvider(boto3_client=client("secretsmanager"))


@contextmanager
def mocked_aws(*tables: str) -> Iterator[None]:
    """An empty account with these tables of the template."""
    with mock_aws():
        ssm().store.clear()
        secrets_manager().store.clear()
        for table in template.tables():
            if table["TableName"] in tables:
                client("dynamodb").create_table(**table)
        yield
