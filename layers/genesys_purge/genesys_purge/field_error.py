"""A wrong field of a request or document."""

from __future__ import annotations

from typing import NamedTuple


class FieldError(NamedTuple):
    """A wrong field: its dotted path and what to do; hidden if a field that it `needs` is wrong."""

    path: str
    message: str
    needs: tuple[str, ...] = ()
    is_conflict: bool = False  # two campaign rules contradict each other

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"

    def to_json(self) -> dict[str, str]:
        """The path and the message, as in an answer over HTTP."""
        return {"path": self.path, "message": self.message}
