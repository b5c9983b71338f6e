"""Parameters in Systems Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


def value_of(client: SSMClient, name: str) -> str:
    """The parameter's value as it is now."""
    return client.get_parameter(Name=name)["Parameter"].get("Value", "")
