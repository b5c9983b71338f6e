"""What errors of AWS mean for a person."""

from __future__ import annotations

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    UnauthorizedSSOTokenError,
)

from cli.stack.aws_errors import explained


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "why"}}, "PutParameter")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (refusal("ExpiredToken"), "your AWS session has expired: sign in again"),
        (UnauthorizedSSOTokenError(), "your AWS session has expired: sign in again"),
        (NoCredentialsError(), "no AWS credentials are found"),
        (EndpointConnectionError(endpoint_url="https://x"), "AWS cannot be reached"),
        (refusal("ThrottlingException"), "AWS answered ssm:PutParameter with Throttling"),
    ],
)
def test_error_says_what_to_do(error: ClientError | BotoCoreError, words: str) -> None:
    assert words in str(explained(error, "ssm:PutParameter"))


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException"])
def test_missing_right_comes_with_the_policy_that_gives_it(code: str) -> None:
    found = str(explained(refusal(code), "ssm:PutParameter", "arn:aws:ssm:*:*:parameter/p"))
    assert found.startswith("you may not call ssm:PutParameter; ask an administrator")
    assert '"Action": "ssm:PutParameter", "Resource": "arn:aws:ssm:*:*:parameter/p"' in found
