"""Calls the public API of a stack, signed with the caller's identity."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import orjson
import stamina
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from cli.errors import NoAccess
from cli.stack.aws_errors import NO_KEYS, explained, unusable
from cli.stack.refusals import Refusals
from cli.stack.stack import Stack

ATTEMPTS, LONGEST_SECONDS, FIRST_WAIT, LONGEST_WAIT = 6, 60.0, 0.5, 10.0
# API Gateway refuses a call with 429 before any function sees it. All others may have had an
# effect: API Gateway answers 503 while a function that takes long goes on.
NOT_EXECUTED = frozenset({429})
PASSING = NOT_EXECUTED | {500, 502, 503, 504}
JSON = "application/json"


class _Again(Exception):
    """A call that may be repeated, because of this answer or without any."""

    def __init__(self, answer: httpx.Response | None, error: httpx.HTTPError | None = None) -> None:
        super().__init__()
        self.answer = answer
        self.error = error

    @property
    def wait(self) -> float | bool:
        """The seconds that the answer asks to wait, or True for the usual time."""
        after = self.answer.headers.get("retry-after", "") if self.answer else ""
        return min(float(after), LONGEST_WAIT) if after.isdecimal() else True


class Api:
    """Reads are repeated with backoff; a write only if it was certainly not executed."""

    def __init__(self, stack: Stack, notice: Callable[[str], None] = lambda _: None) -> None:
        self._stack = stack
        self._refusals = Refusals(stack)
        self._client = httpx.Client(
            trust_env=not stack.is_local,
            timeout=httpx.Timeout(60, connect=5),
        )
        self._notice = notice
        set_on_retry_hooks([self._say_once])

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str, **query: object) -> dict[str, Any]:
        """The answer to a read. WrongInput or NoAccess if there is none."""
        return self._answer("GET", path, query, None)

    def post(self, path: str, body: object) -> dict[str, Any]:
        """The answer to a write. WrongInput, Conflict or NoAccess if it was refused or lost."""
        return self._answer("POST", path, {}, body)

    def put(self, path: str, body: object) -> dict[str, Any]:
        """As `post`, for what is replaced as a whole."""
        return self._answer("PUT", path, {}, body)

    def outcome(self, verb: str, path: str, body: object = None) -> httpx.Response:
        """The answer of any status, for a caller who expects a refusal; NoAccess without one."""
        return self._answered(verb, path, {}, body)

    def pages(self, path: str, **query: object) -> Iterator[dict[str, Any]]:
        """Each page of a list, from the first one on."""
        page = self.get(path, **query)
        yield page
        while after := page.get("next"):
            page = self.get(path, **query | {"next": after})
            self.require_progress(after, page)
            yield page

    def require_progress(self, after: object, page: Mapping[str, Any]) -> None:
        """NoAccess if the page after a token leads back to it."""
        if after is not None and page.get("next") == after:
            raise NoAccess(f"{self._stack.api_url} answered with pages that have no end")

    def _say_once(self, details: RetryDetails) -> None:
        """Tell a person why the command takes long."""
        if details.retry_num == 1:
            self._notice(f"No useful answer of {self._stack.api_url} yet; trying again.")

    def _answer(
        self, verb: str, path: str, query: Mapping[str, object], body: object
    ) -> dict[str, Any]:
        return self._refusals.content_of(verb, path, self._answered(verb, path, query, body))

    def _answered(
        self, verb: str, path: str, query: Mapping[str, object], body: object
    ) -> httpx.Response:
        try:
            return self._repeated(verb, self._url(path, query), body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._refusals.unanswered(verb, error) from error

    def _url(self, path: str, query: Mapping[str, object]) -> str:
        given = {name: str(value) for name, value in query.items() if value is not None}
        text = urlencode(given, quote_via=quote, safe="-_.~")
        return f"{self._stack.api_url}{quote(path, safe='/-_.~')}{'?' if text else ''}{text}"

    def _repeated(self, verb: str, url: str, body: object) -> httpx.Response:
        """The last answer; httpx.HTTPError if there is none."""
        try:
            for attempt in stamina.retry_context(
                on=lambda error: error.wait if isinstance(error, _Again) else False,
                attempts=ATTEMPTS,
                timeout=LONGEST_SECONDS,
                wait_initial=FIRST_WAIT,
                wait_max=LONGEST_WAIT,
            ):
                with attempt:
                    return self._once(verb, url, body)
        except _Again as failed:
            if failed.answer is not None:
                return failed.answer
            raise failed.error or httpx.TransportError("no answer") from failed
        raise AssertionError("a call is answered or fails")

    def _once(self, verb: str, url: str, body: object) -> httpx.Response:
        content = b"" if body is None else orjson.dumps(body)
        headers = self._signed(verb, url, content)
        try:
            answer = self._client.request(verb, url, content=content, headers=headers)
        except httpx.TransportError as error:
            was_not_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            if verb == "GET" or was_not_sent:
                raise _Again(None, error) from error
            raise
        if answer.status_code in (PASSING if verb == "GET" else NOT_EXECUTED):
            raise _Again(answer)
        return answer

    def _signed(self, verb: str, url: str, content: bytes) -> dict[str, str]:
        try:
            credentials = self._stack.session.get_credentials()
            if credentials is None:
                raise NoAccess(NO_KEYS)
            request = AWSRequest(verb, url, data=content, headers={"content-type": JSON})
            SigV4Auth(credentials, "execute-api", self._stack.region).add_auth(request)
        except (BotoCoreError, ClientError) as error:
            raise explained(error, "sts:AssumeRole") from error
        except (RuntimeError, ValueError) as error:
            # Of keys that a process or a role gives, and that are old or unreadable.
            raise unusable() from error
        return {name: str(value) for name, value in request.headers.items()}
