"""The cost of a cold start: CPU and modules of a function, in a separate process."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import template

ROOT = Path(__file__).resolve().parent.parent

# The minimum of every function: logging, HTTP, validation and a DynamoDB client.
FLOOR = """
import boto3, httpx, pydantic
from aws_lambda_powertools import Logger
class Model(pydantic.BaseModel):
    name: str
Model(name="floor")
Logger(service="floor")
httpx.Client()
boto3.session.Session().client("dynamodb")
"""

# The handler's module, and everything that its first call builds.
FUNCTION = """
import importlib.util
spec = importlib.util.spec_from_file_location("handler", "functions/{name}/handler.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
from genesys_purge import telemetry
telemetry.logger()
wiring_caches = [value for value in vars(module).values() if hasattr(value, "{name}")]
getattr(wiring_caches[0], "{name}")()
"""

# The client that a function builds once it knows the organisation of its first batch.
CALLS_GENESYS = """
from genesys_purge.wiring import calls
calls.genesys(None)
"""

REPORT = """
import sys, time
found = [name for name in {unwanted!r} if name in sys.modules]
print(time.process_time(), len(sys.modules), *found)
"""

UNWANTED = ("aws_xray_sdk", "pydantic_settings", "asyncio")
# The batch processing of Powertools loads this module.
WANTED_BY_CONSUMERS = "asyncio"


@dataclass(frozen=True)
class Cost:
    """One cold start: CPU seconds, number of modules, and the loaded modules of `UNWANTED`."""

    cpu: float
    modules: int
    unwanted: tuple[str, ...]


def programs() -> dict[str, str]:
    """The program of each function, by the name of its folder."""
    calls_genesys = callers_of_genesys()
    return {
        name: FUNCTION.format(name=name) + (CALLS_GENESYS if name in calls_genesys else "")
        for name in _functions()
    }


def callers_of_genesys() -> list[str]:
    """The names of the functions that may call Genesys."""
    return [
        name
        for name, properties in _functions().items()
        if {"Ref": "GenesysPolicy"} in properties["Policies"]
    ]


def _functions() -> dict[str, dict[str, Any]]:
    """The properties of each function, by its folder's name."""
    functions = template.resources("AWS::Serverless::Function").values()
    return {properties["CodeUri"].rpartition("/")[2]: properties for properties in functions}


def _is_consumer(name: str) -> bool:
    events = _functions().get(name, {}).get("Events", {}).values()
    return any(event["Type"] in ("SQS", "DynamoDB") for event in events)


def measure(rounds: int) -> dict[str, list[Cost]]:
    """The costs of the floor (as `FLOOR`) and of each function, for each round.

    Each round measures all of them in turn, so a slow moment of the machine affects all.
    """
    measured = {"FLOOR": FLOOR} | programs()
    for name, program in measured.items():
        _start(name, program)
    costs: dict[str, list[Cost]] = {name: [] for name in measured}
    for _ in range(rounds):
        for name, program in measured.items():
            costs[name].append(_start(name, program))
    return costs


def ratio(costs: Mapping[str, list[Cost]], name: str) -> float:
    """The median ratio of the function's CPU to the floor's CPU in the same round."""
    pairs = zip(costs[name], costs["FLOOR"], strict=True)
    return statistics.median(cost.cpu / floor.cpu for cost, floor in pairs)


def _start(name: str, program: str) -> Cost:
    unwanted = [
        each for each in UNWANTED if not (each == WANTED_BY_CONSUMERS and _is_consumer(name))
    ]
    done = subprocess.run(  # noqa: S603  only the programs above
        [sys.executable, "-c", program + REPORT.format(unwanted=unwanted)],
        cwd=ROOT,
        env=_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    cpu, modules, *found = done.stdout.split()
    return Cost(float(cpu), int(modules), tuple(found))


def _environment() -> dict[str, str]:
    """The environment of the functions, with credentials that no call uses."""
    aws = {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }
    return {"PATH": os.environ["PATH"]} | template.environment() | aws
