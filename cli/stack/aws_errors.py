"""Explains the errors of AWS: who may not do what, and what to do."""

import json

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  the one of AWS's SDK
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from cli.errors import NoAccess

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
SESSION_OVER = (SSOTokenLoadError, TokenRetrievalError, UnauthorizedSSOTokenError)
RENEW = (
    "your AWS session has expired: sign in again, for example with `aws sso login`, "
    "then repeat the command"
)
NO_KEYS = (
    "no AWS credentials are found: sign in with `aws sso login` or `aws configure`, "
    "or choose a profile with --profile"
)


def explained(
    error: ClientError | BotoCoreError, action: str = "", resource: str = "*"
) -> NoAccess:
    """The error with what to do; `action` and `resource` are what the caller asked for."""
    if isinstance(error, SESSION_OVER):
        return NoAccess(RENEW)
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return NoAccess(NO_KEYS)
    if isinstance(error, HTTPClientError | ConnectionError):
        return NoAccess(f"AWS cannot be reached: {type(error).__name__}; check the network")
    if not isinstance(error, ClientError):
        return unusable(type(error).__name__)
    code = error.response["Error"]["Code"]
    if code in EXPIRED:
        return NoAccess(RENEW)
    if code in DENIED:
        return NoAccess(f"you may not call {action}; {policy_for(action, resource)}")
    return NoAccess(f"AWS answered {action} with {code}: {error.response['Error'].get('Message')}")


def unusable(code: str = "") -> NoAccess:
    """The error for keys that AWS does not accept; their own messages may have secrets."""
    why = f" ({code})" if code else ""
    return NoAccess(
        f"your AWS credentials cannot be used{why}: check the profile, sign in again, and check "
        "the clock of this machine. `aws sts get-caller-identity` shows the same error"
    )


def policy_for(action: str, resource: str) -> str:
    """The policy that gives a right, in words and as JSON."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return f"ask an administrator for this policy:\n{json.dumps(document)}"
