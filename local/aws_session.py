"""boto3 for the embedded AWS alone: no profile, proxy or credential of the user takes part."""

import os
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

ACCOUNT = "123456789012"
REGION = "us-east-1"
ACCESS_KEY = "test"
SECRET_KEY = "test"  # noqa: S105 - what every embedded AWS accepts

NOTHING_OF_THE_USERS = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


class AwsSession:
    """Makes clients of one embedded AWS."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        # Typed as Any: the client of a service whose name is a variable has no better type.
        self._session: Any = boto3.Session(
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            region_name=REGION,
            botocore_session=botocore.session.Session(session_vars=NOTHING_OF_THE_USERS),
        )

    def client(self, service: str) -> Any:
        """A client of a service."""
        config = Config(
            proxies={},
            read_timeout=120,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
        )
        return self._session.client(service, endpoint_url=self.endpoint, config=config)
