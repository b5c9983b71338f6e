"""A stack of the application."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from boto3 import Session
from botocore.config import Config

from cli.errors import WrongInput


@dataclass(frozen=True)
class Stack:
    """Its API, and the identity that calls it; `endpoint` is that of an AWS on this machine."""

    api_url: str
    region: str
    session: Session
    name: str | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    endpoint: str | None = None

    @property
    def is_local(self) -> bool:
        return self.endpoint is not None

    def output(self, name: str) -> str:
        """An output of the stack; WrongInput if only its API is known."""
        if name not in self.outputs:
            raise WrongInput(
                "this command needs the outputs of the stack: use --stack NAME instead of --api-url"
            )
        return self.outputs[name]

    def client(self, service: str) -> Any:
        """A boto3 client of a service, as the caller."""
        timeouts = Config(
            connect_timeout=5,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": 3},
            proxies={} if self.is_local else None,
        )
        factory: Any = self.session.client
        return factory(
            service, region_name=self.region, endpoint_url=self.endpoint, config=timeouts
        )
