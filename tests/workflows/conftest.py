"""The application that the tests of a module share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workflows.slots import Shared, shared


@pytest.fixture(scope="module")
def scene() -> Iterator[Shared]:
    """A simulated Genesys without delays and rate limits; a batch has five records."""
    with shared() as scene:
        yield scene
