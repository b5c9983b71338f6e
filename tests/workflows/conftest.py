"""The application that the tests of a module share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workflows.slots import Shared, shared


@pytest.fixture(scope="module")
def scene() -> Iterator[Shared]:
    """Genesys without lag and without limits of its own; a batch has five records."""
    with shared() as scene:
        yield scene
