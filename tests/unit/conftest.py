"""What the unit tests share."""

from __future__ import annotations

import pytest

from tests.unit.workbench import Workbench


@pytest.fixture
def bench() -> Workbench:
    return Workbench()
