"""Settings of every test: UTC, a region, credentials without access, few garbage collections."""

from __future__ import annotations

import gc
import os
import time
from functools import cache
from typing import Any
from unittest.mock import patch

from botocore.loaders import JSONFileLoader
from botocore.session import Session
from hypothesis import settings

os.environ.update(
    TZ="UTC",
    AWS_DEFAULT_REGION="us-east-1",
    # DynamoDB Local has separate tables for each key, and so for each worker of xdist.
    AWS_ACCESS_KEY_ID="testing" + os.environ.get("PYTEST_XDIST_WORKER", ""),
    AWS_SECRET_ACCESS_KEY="testing",
    POWERTOOLS_METRICS_NAMESPACE="GenesysPurge",
    POWERTOOLS_SERVICE_NAME="genesys-purge",
)
os.environ.pop("AWS_PROFILE", None)
os.environ.pop("AWS_ENDPOINT_URL", None)
os.environ.pop("AWS_ENDPOINT_URL_DYNAMODB", None)
if "TEST_DYNAMODB_URL" in os.environ:
    # All DynamoDB clients send their calls to DynamoDB Local.
    os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = os.environ["TEST_DYNAMODB_URL"]
time.tzset()

# The examples are the same in each run; `--hypothesis-profile=thorough` generates new ones.
# `make test-fast` uses `fast`.
settings.register_profile("default", max_examples=35, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=2_000, deadline=None)
settings.register_profile("fast", max_examples=5, deadline=None, derandomize=True)
settings.load_profile("default")

_available_regions = Session.get_available_regions


def _regions(session: Session, service_name: str, *more: Any, **options: Any) -> Any:
    service_name = "dynamodb" if service_name == "ec2" else service_name
    return _available_regions(session, service_name, *more, **options)


# Moto reads the regions of EC2 when it is imported, and the SDK's model of EC2 takes a second.
patch.object(Session, "get_available_regions", _regions).start()

_load_model = JSONFileLoader.load_file


@cache
def _model(path: str) -> Any:
    return _load_model(JSONFileLoader(), path)


# The clients of tests, moto and the product parse the same models of services.
patch.object(JSONFileLoader, "load_file", lambda _, path: _model(path)).start()

# Thousands of collected tests stay in memory, so frequent full collections only cost time.
gc.set_threshold(100_000, 50, 100)


def pytest_collection_finish() -> None:
    """Excludes the collected tests from garbage collection."""
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Leaves nothing to the five garbage collections that pytest runs at its end."""
    gc.freeze()
