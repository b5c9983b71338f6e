"""Explains the errors of AWS: who may not do what, and what to do."""

import json

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from cli.errors import NoAccess

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
EXPIRED = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId"}
)
SESSION_OVER = (SSOTokenLoadError, TokenRetrievalError, UnauthorizedSSOTokenError)
RENEW = (
    "your AWS session is over: sign in again, for example with `aws sso login`, "
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
    if not isinstance(error, ClientError):
        return NoAccess(f"AWS cannot be reached: {error}")
    code = error.response["Error"]["Code"]
    if code in EXPIRED:
        return NoAccess(RENEW)
    if code in DENIED:
        return NoAccess(f"you may not call {action}; {policy_for(action, resource)}")
    return NoAccess(f"AWS answered {action} with {code}: {error.response['Error'].get('Message')}")


def policy_for(action: str, resource: str) -> str:
    """The policy that gives a right, in words and as JSON."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return f"ask an administrator for this policy:\n{json.dumps(document)}"
