"""What an answer of the API means for the person who asked."""

from collections.abc import Mapping
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import NoAccess, WrongInput
from cli.stack.answers import Answered, object_in
from cli.stack.aws_errors import DENIED, EXPIRED, RENEW, unusable
from cli.stack.people import advice
from cli.stack.stack import Stack
from local.errors import CommandFailed

BAD, FORBIDDEN, MISSING, CONFLICT, TOO_LARGE, TOO_MANY = 400, 403, 404, 409, 413, 429


class Conflict(CommandFailed):
    """Something that exists already is in the way."""


class Refusals:
    """Turns answers into their content or an error."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def content_of(self, verb: str, path: str, answer: httpx.Response) -> Answered:
        """The JSON object of a good answer; WrongInput, Conflict or NoAccess for any other."""
        status = answer.status_code
        content = object_in(answer.content)
        if status == FORBIDDEN and "errors" not in (content or {}):
            raise self._forbidden(verb, path)
        if answer.is_success and content is not None:
            return content
        lines = _errors_in(content or {})
        if status in (BAD, MISSING, TOO_LARGE) and lines:
            raise WrongInput(*lines)
        if status == FORBIDDEN:
            raise NoAccess(*lines)
        if status == CONFLICT and lines:
            raise Conflict("\n".join(lines))
        raise NoAccess(self._useless(verb, path, status, content, lines))

    def unanswered(self, verb: str, error: Exception) -> NoAccess:
        """The error for a call without an answer."""
        url, kind = self._stack.api_url, type(error).__name__
        was_not_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
        if verb == "GET" or was_not_sent or isinstance(error, httpx.InvalidURL):
            up = "is `genesys-purge local up` still running?" if self._stack.is_local else ""
            hint = up or "check the address, the network and the proxy"
            return NoAccess(f"{url} does not answer ({kind}); {hint}")
        return NoAccess(f"{url} did not answer ({kind}), so the request may have been accepted")

    def _forbidden(self, verb: str, path: str) -> NoAccess:
        """The caller's identity decides whether its session is over or a right is missing."""
        try:
            caller = self._stack.client("sts").get_caller_identity()["Arn"]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in EXPIRED:
                return NoAccess(RENEW)
            if code not in DENIED:
                return unusable(code)
            caller = "your identity"
        except BotoCoreError:
            caller = "your identity"
        return NoAccess(f"{caller} may not call {verb} {path}; {advice(verb, path)}")

    def _useless(
        self, verb: str, path: str, status: int, content: Answered | None, lines: list[str]
    ) -> str:
        asked = f"{verb} {path}"
        if content is None:
            return (
                f"{asked} was answered with {status} and no JSON; is {self._stack.api_url} the "
                "URL of the API?"
            )
        if status == TOO_MANY:
            return f"{asked}: the API is busy (429); try again in a minute"
        request = content.get("requestId")
        known = f"; look for the request {request} in the log of the functions" if request else ""
        return f"{asked} failed with {status}: {'; '.join(lines) or 'no reason is given'}{known}"


def _errors_in(content: Mapping[str, Any]) -> list[str]:
    """The lines `path: message` of an error's body, or the message of API Gateway."""
    errors = content.get("errors")
    if isinstance(errors, list):
        return [
            f"{each['path']}: {each['message']}" if each.get("path") else str(each["message"])
            for each in errors
            if isinstance(each, dict) and "message" in each
        ]
    return [str(content["message"])] if "message" in content else []
