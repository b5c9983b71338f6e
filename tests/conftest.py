"""What every test has: UTC, a region, and credentials that open nothing."""

from __future__ import annotations

import os
import time

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
