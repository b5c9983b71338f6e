"""A stack of the application."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from boto3 import Session
from botocore.config import Config

from cli.errors import WrongInput

# A function may take 15 minutes.
LONGEST_SECONDS = 910


@dataclass(frozen=True)
class Stack:
    """Its API, and the identity that calls it; `endpoint` is that of an AWS on this machine.

    `functions` are the names of functions that only a local application reports.
    """

    api_url: str
    region: str
    session: Session
    name: str | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    endpoint: str | None = None
    functions: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_local(self) -> bool:
        return self.endpoint is not None

    @property
    def title(self) -> str:
        """The stack in words."""
        if self.is_local:
            return "the local application"
        return f"{self.name} in {self.region}" if self.name else self.api_url

    def arn(self, service: str) -> str:
        """The beginning of an ARN of a service, up to the region."""
        partition = self.session.get_partition_for_region(self.region)
        return f"arn:{partition}:{service}:{self.region}"

    def output(self, name: str) -> str:
        """An output of the stack; WrongInput if only its API is known."""
        if name not in self.outputs:
            raise WrongInput(
                "this command needs the outputs of the stack: use --stack NAME instead of --api-url"
            )
        return self.outputs[name]

    def client(self, service: str, *, patience: float = 60, attempts: int = 3) -> Any:
        """A boto3 client of a service, as the caller; `patience` in seconds for each attempt."""
        config = Config(
            connect_timeout=5,
            read_timeout=patience,
            retries={"mode": "standard", "total_max_attempts": attempts},
            proxies={} if self.is_local else None,
        )
        factory: Any = self.session.client
        return factory(service, region_name=self.region, endpoint_url=self.endpoint, config=config)
