"""The oracle reports every guard that is removed: its silence about the product is a result."""

from __future__ import annotations

import pytest

from tests.interleavings.approving.breaks import BREAKS as APPROVAL_BREAKS
from tests.interleavings.breaks import AUDIT_WITHOUT_CONDITION, BREAKS, Break
from tests.interleavings.holding.breaks import BREAKS as HOLD_BREAKS
from tests.interleavings.oracle import INVARIANTS
from tests.interleavings.play import play
from tests.interleavings.tables import audit_problems


@pytest.mark.parametrize("removed", BREAKS, ids=lambda each: each.name.replace(" ", "_"))
def test_oracle_reports_a_product_without_this_guard(removed: Break) -> None:
    with removed.apply():
        assert any(
            each.invariant == removed.invariant
            for seed in range(removed.seeds)
            for each in play(removed.pair, seed).violations
        )


def test_oracle_reports_an_audit_that_overwrites_records() -> None:
    with AUDIT_WITHOUT_CONDITION:
        assert any(audit_problems("end_submit", seed) for seed in (2, *range(60)))


def test_every_invariant_has_a_removed_guard() -> None:
    removed = {each.invariant for each in (*BREAKS, *HOLD_BREAKS, *APPROVAL_BREAKS)}
    assert removed | {"audit"} == set(INVARIANTS)
