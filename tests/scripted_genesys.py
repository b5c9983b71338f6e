"""A Genesys with scripted answers: the in-memory twin of the client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from genesys_purge.calling.permit import Permit
from genesys_purge.methods import data_retention
from genesys_purge.operation import Authorise, DeletingCall, Operation

Reply = Mapping[str, Any] | Exception | Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Call(NamedTuple):
    """One call to Genesys; `permit` is None unless it is a deleting call."""

    operation: Operation
    body: Mapping[str, Any]
    path: Mapping[str, str]
    permit: Permit | None


class ScriptedGenesys:
    """Answers each operation with its replies in order, and repeats the last one.

    The platform's own data retention is unlimited, unless `on` sets another reply.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.before_delete: Callable[[], None] = lambda: None
        self._replies: dict[tuple[str, str], list[Reply]] = {data_retention.READ[:2]: [{}]}

    def on(self, operation: Operation, *replies: Reply) -> None:
        self._replies[operation.verb, operation.path] = list(replies)

    def read(
        self, operation: Operation, body: Mapping[str, Any] | None = None, **path: str
    ) -> Mapping[str, Any]:
        return self._answer(Call(operation, body or {}, path, None))

    def change(
        self, operation: Operation, body: Mapping[str, Any] | None = None, **path: str
    ) -> Mapping[str, Any]:
        return self._answer(Call(operation, body or {}, path, None))

    def delete(self, call: DeletingCall, authorise: Authorise) -> Mapping[str, Any]:
        """As the client, but without a clock; `before_delete` stands for all that waits."""
        self.before_delete()
        permit, body = authorise()
        permit.use(permit.checked_at)
        return self._answer(Call(call.operation, body, call.path, permit))

    @property
    def deletions(self) -> list[Mapping[str, Any]]:
        """The bodies of the deleting calls."""
        return [call.body for call in self.calls if call.permit]

    def _answer(self, call: Call) -> Mapping[str, Any]:
        self.calls.append(call)
        replies = self._replies[call.operation.verb, call.operation.path]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply(call.body) if callable(reply) else reply
