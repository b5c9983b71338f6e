"""What the local runner stores in a new stack, as an operator would."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from local.aws.session import AwsSession
from local.aws.stack import Stack
from local.genesys.secrets import store
from local.genesys.server import Genesys
from local.options.partners import Partners
from simulator import Simulator
from simulator.organisation.corpus import Corpus


class MemoryParameters:
    """Stands for both clients: keeps parameters, and takes any secret."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def client(self, _: str) -> Any:
        return self

    def put_parameter(self, **given: Any) -> None:
        self.values[given["Name"]] = given["Value"]

    def put_secret_value(self, **_: Any) -> None:
        pass


def stored(simulator: Simulator | None) -> dict[str, str]:
    aws = MemoryParameters()
    names = ("GenesysSecret", "WebhookSecret", "SubscribersSecret")
    stack = SimpleNamespace(secrets={name: name for name in names})
    server = Genesys("https://genesys.test", "id", "secret", "webhook", simulator)
    store(cast("AwsSession", aws), cast("Stack", stack), server, Partners(), "http://127.0.0.1")
    return aws.values


@pytest.mark.parametrize(
    ("simulator", "callers"),
    [
        (Simulator(Corpus.of([])), ["http", "invoke", "schedule:genesys-purge-local"]),
        (None, []),
    ],
)
def test_local_callers_may_override_the_retention_of_the_simulator_alone(
    simulator: Simulator | None, callers: list[str]
) -> None:
    values = stored(simulator)
    assert json.loads(values["/genesys-purge/override-callers"]) == callers
    assert values["/genesys-purge/purging"] == "on"
