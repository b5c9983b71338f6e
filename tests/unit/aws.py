"""A mocked AWS with the template's own tables, and clients that live as long as the session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from moto import mock_aws

from tests import template


@cache
def client(service: str) -> Any:
    """A new one costs 40 ms; each finds whatever the present mock holds."""
    return boto3.client(service)  # type: ignore[call-overload]


@contextmanager
def mocked_aws(*tables: str) -> Iterator[None]:
    """An empty account with these tables of the template."""
    with mock_aws():
        for table in template.tables():
            if table["TableName"] in tables:
                client("dynamodb").create_table(**table)
        yield
