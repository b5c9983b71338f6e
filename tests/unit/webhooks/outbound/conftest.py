"""Fixtures of the tests of the sender."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.webhooks.outbound.endpoint import NO_CONTENT, Endpoint, answers, diverted


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A server that answers 204."""
    with Endpoint(answers(NO_CONTENT)) as started:
        yield started


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint) -> list[tuple[str, int]]:
    """The addresses that are connected to."""
    return diverted(monkeypatch, endpoint)
