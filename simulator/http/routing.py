"""Routes: which endpoint answers a verb and a path."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from simulator.http.answer import Answer, Refusal
from simulator.http.permissions import Permissions
from simulator.http.request import Request
from simulator.organisation.words import Method, Operation

PARAMETER = re.compile(r"\{(\w+)\}")


def any_body(_: bytes) -> bool:
    """Accepts every body."""
    return True


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint.

    A route with `permissions`, even an empty set, belongs to the live dialect. A documented route
    needs one of `scopes`; without scopes it needs no token. Without an `operation` it is not
    logged, and no fault matches it. `method` is a function if the deletion method depends on the
    body. If routes share a verb and a path, the first one that `accepts` the body answers.
    """

    verb: str
    path: str
    answer: Callable[[Request], Answer]
    operation: Operation | None = None
    method: Method | Callable[[Request], Method | None] | None = None
    scopes: tuple[str, ...] = ()
    permissions: Permissions | None = None
    accepts: Callable[[bytes], bool] = any_body

    @property
    def is_live(self) -> bool:
        """Whether the route belongs to the live dialect."""
        return self.permissions is not None

    def method_of(self, request: Request) -> Method | None:
        """The deletion method that the request belongs to."""
        return self.method(request) if callable(self.method) else self.method


class Endpoint(Protocol):
    """Everything that answers requests."""

    def routes(self) -> Iterable[Route]:
        """The routes that this endpoint answers."""


class Router:
    """Finds the route of a request; a parameter such as `{id}` matches one path segment."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(_pattern(route.path), route) for route in routes]

    def match(self, verb: str, path: str, body: bytes = b"") -> tuple[Route, dict[str, str]]:
        """Returns the route and the path's parameters; refuses with 404 or 405."""
        allowed = []
        for pattern, route in self._routes:
            found = pattern.fullmatch(path)
            if found and route.verb == verb and route.accepts(body):
                return route, found.groupdict()
            if found:
                allowed.append(route.verb)
        if allowed:
            raise Refusal(405, "Method not allowed", headers={"Allow": ", ".join(sorted(allowed))})
        raise Refusal(404, "There is no such resource")


@cache
def _pattern(path: str) -> re.Pattern[str]:
    pieces = PARAMETER.split(path)
    literal = (re.escape(piece) for piece in pieces[::2])
    named = [f"(?P<{name}>[^/]+)" for name in pieces[1::2]] + [""]
    return re.compile("".join(a + b for a, b in zip(literal, named, strict=True)))
