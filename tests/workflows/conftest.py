"""The application that the tests of a module share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workflows.shared_application import SharedApplication, shared


@pytest.fixture(scope="module")
def scene() -> Iterator[SharedApplication]:
    """A simulated Genesys without delays and rate limits; a batch has five records."""
    with shared() as scene:
        yield scene
