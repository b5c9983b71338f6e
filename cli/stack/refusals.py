"""What an answer of the API means for the person who asked."""

from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import NoAccess, WrongInput
from cli.stack.aws_errors import EXPIRED, RENEW, policy_for
from cli.stack.stack import Stack
from local.errors import CommandFailed

OK, BAD, FORBIDDEN, MISSING, CONFLICT = 200, 400, 403, 404, 409
TOO_MANY, BROKEN = 429, 500


class Conflict(CommandFailed):
    """Something that exists already is in the way."""


class Refusals:
    """Turns answers into their content or an error."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def content_of(self, verb: str, path: str, answer: httpx.Response) -> dict[str, Any]:
        """The JSON object of a good answer; WrongInput, Conflict or NoAccess for any other."""
        status = answer.status_code
        if status == FORBIDDEN:
            raise self._forbidden(verb, path)
        content = _object_in(answer)
        if answer.is_success and content is not None:
            return content
        lines = _errors_in(content)
        if status in (BAD, MISSING) and lines:
            raise WrongInput(*lines)
        if status == CONFLICT and lines:
            raise Conflict("\n".join(lines))
        raise NoAccess(self._useless(verb, path, status, content, lines))

    def unanswered(self, verb: str, error: httpx.HTTPError) -> NoAccess:
        """The error for a call without an answer."""
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        url = self._stack.api_url
        if verb == "GET" or isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            up = "is `genesys-purge local up` still running?" if self._stack.is_local else ""
            hint = up or "check the address, the network and the proxy"
            return NoAccess(f"{url} does not answer ({reason}); {hint}")
        return NoAccess(
            f"{url} did not answer ({reason}), so the request may have been accepted. Repeat the "
            "command: the same request starts no second run. `genesys-purge runs list` shows "
            "what was started"
        )

    def _forbidden(self, verb: str, path: str) -> NoAccess:
        """The caller's identity decides whether its session is over or a right is missing."""
        try:
            caller = self._stack.client("sts").get_caller_identity()["Arn"]
        except ClientError as error:
            if error.response["Error"]["Code"] in EXPIRED:
                return NoAccess(RENEW)
            caller = "your identity"
        except BotoCoreError:
            caller = "your identity"
        right = policy_for("execute-api:Invoke", self._resource(verb, path))
        return NoAccess(f"{caller} may not call {verb} {path}; {right}")

    def _resource(self, verb: str, path: str) -> str:
        api = (urlsplit(self._stack.api_url).hostname or "").partition(".")[0]
        partition = self._stack.session.get_partition_for_region(self._stack.region)
        first = path.strip("/").partition("/")[0]
        return f"arn:{partition}:execute-api:{self._stack.region}:*:{api}/*/{verb}/{first}*"

    def _useless(
        self, verb: str, path: str, status: int, content: dict[str, Any] | None, lines: list[str]
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


def _object_in(answer: httpx.Response) -> dict[str, Any] | None:
    try:
        content = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None
    return content if isinstance(content, dict) else None


def _errors_in(content: dict[str, Any] | None) -> list[str]:
    """The lines `path: message` of an error's body."""
    errors = content.get("errors") if content else None
    if not isinstance(errors, list):
        return []
    return [
        f"{each['path']}: {each['message']}" if each.get("path") else str(each["message"])
        for each in errors
        if isinstance(each, dict) and "message" in each
    ]
