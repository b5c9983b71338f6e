"""boto3 clients of the embedded AWS; they ignore the profiles, proxies and keys of the user."""

import os
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

ACCOUNT = "123456789012"
REGION = "us-east-1"
ACCESS_KEY = "test"
SECRET_KEY = "test"  # noqa: S105  a dummy for the embedded AWS

IGNORE_THE_USERS_FILES = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


class AwsSession:
    """Makes clients of one embedded AWS."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        # Any, because the service name of a client is a variable here.
        self._session: Any = boto3.Session(
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            region_name=REGION,
            botocore_session=botocore.session.Session(session_vars=IGNORE_THE_USERS_FILES),
        )

    def client(self, service: str) -> Any:
        """Returns a client of a service."""
        config = Config(
            proxies={},
            read_timeout=120,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
        )
        return self._session.client(service, endpoint_url=self.endpoint, config=config)
