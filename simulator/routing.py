"""Which endpoint answers a verb and a path."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from simulator.answer import Answer, Refusal
from simulator.permissions import Permissions
from simulator.request import Request
from simulator.words import Method, Operation

PARAMETER = re.compile(r"\{(\w+)\}")


def any_body(_: bytes) -> bool:
    """Takes every body."""
    return True


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint; any one of `scopes` opens it, and a route without an operation needs no token.

    `method` is a function where only the body says which deletion method asks. A route that has
    `permissions`, if only none, is of the live dialect. Of routes that share verb and path the
    first answers that `takes` the body.
    """

    verb: str
    path: str
    answer: Callable[[Request], Answer]
    operation: Operation | None = None
    method: Method | Callable[[Request], Method | None] | None = None
    scopes: tuple[str, ...] = ()
    permissions: Permissions | None = None
    takes: Callable[[bytes], bool] = any_body

    def method_of(self, request: Request) -> Method | None:
        """The deletion method that the request belongs to."""
        return self.method(request) if callable(self.method) else self.method


class Router:
    """Finds the route of a request; parameters such as `{id}` match one path segment."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(_pattern(route.path), route) for route in routes]

    def match(self, verb: str, path: str, body: bytes = b"") -> tuple[Route, dict[str, str]]:
        """The route and the path's parameters; refuses with 404 or 405."""
        allowed = []
        for pattern, route in self._routes:
            found = pattern.fullmatch(path)
            if found and route.verb == verb and route.takes(body):
                return route, found.groupdict()
            if found:
                allowed.append(route.verb)
        if allowed:
            raise Refusal(405, "Method not allowed", headers={"Allow": ", ".join(sorted(allowed))})
        raise Refusal(404, "There is no such resource")


def _pattern(path: str) -> re.Pattern[str]:
    pieces = PARAMETER.split(path)
    literal = (re.escape(piece) for piece in pieces[::2])
    named = [f"(?P<{name}>[^/]+)" for name in pieces[1::2]] + [""]
    return re.compile("".join(a + b for a, b in zip(literal, named, strict=True)))
