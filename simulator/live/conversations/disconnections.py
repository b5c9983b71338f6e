"""`DELETE /api/v2/conversations/{id}`: disconnects a conversation and deletes nothing."""

from __future__ import annotations

from simulator.http.answer import Answer
from simulator.http.permissions import every
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.organisation.words import Operation

PATH = "/api/v2/conversations/{conversationId}"


class Disconnections:
    """Records every disconnection; a purge must never make one."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def routes(self) -> tuple[Route, ...]:
        """The disconnection."""
        operation = Operation.DISCONNECT_CONVERSATION
        return (Route("DELETE", PATH, self.disconnect, operation, permissions=every()),)

    def disconnect(self, request: Request) -> Answer:
        """204; the records of the conversation are kept."""
        self.ids.append(request.parameters["conversationId"])
        return Answer(204, b"")
