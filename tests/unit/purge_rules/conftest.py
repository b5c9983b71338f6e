"""What the tests of purge rules share."""

from __future__ import annotations

import pytest

from tests.unit.purge_rules.rule_bench import RuleBench


@pytest.fixture
def bench() -> RuleBench:
    return RuleBench()


@pytest.fixture
def live() -> RuleBench:
    """Over the live platform."""
    return RuleBench(genesys_platform="live")
