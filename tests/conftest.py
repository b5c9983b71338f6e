"""The environment of every test: UTC, a region, and credentials without access."""

from __future__ import annotations

import gc
import os
import time

from hypothesis import settings

os.environ.update(
    TZ="UTC",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    POWERTOOLS_METRICS_NAMESPACE="GenesysPurge",
    POWERTOOLS_SERVICE_NAME="genesys-purge",
)
os.environ.pop("AWS_PROFILE", None)
os.environ.pop("AWS_ENDPOINT_URL", None)
time.tzset()

# The examples are the same in each run; `--hypothesis-profile=thorough` generates new ones.
settings.register_profile("default", max_examples=35, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=2_000, deadline=None)
settings.load_profile("default")

# Thousands of collected tests stay in memory, so frequent full collections only cost time.
gc.set_threshold(100_000, 50, 100)
