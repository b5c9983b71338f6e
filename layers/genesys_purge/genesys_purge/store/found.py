"""Tells the log which organisation a stored record belongs to."""

from __future__ import annotations

from typing import Protocol


class Found(Protocol):
    """Receives the organisation and the id of each run or deployment that is read or created."""

    def __call__(self, organisation: str | None, **owner: str) -> None: ...


def unnoticed(organisation: str | None, **owner: str) -> None:
    """Report nothing."""
