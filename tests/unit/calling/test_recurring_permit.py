"""The guard of purge rules: each test removes one condition of the permit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.calling.permit import Permit
from genesys_purge.errors import OnLegalHold, PurgingSwitchedOff, RetentionNotMet
from genesys_purge.model.retention import Kind, values

from tests import builders
from tests.clock import NOON
from tests.unit.methods.scene import hold
from tests.unit.purge_rules.rule_bench import RuleBench, matrix

KIND: Kind = {"method": values("purge_rule"), "classification": values("internal")}


def test_rule_that_meets_every_condition_gets_a_permit(bench: RuleBench) -> None:
    assert bench.guard.permit_recurring("rule:1", 3, KIND, 365) == Permit("rule:1", 0, 3, NOON)


@pytest.mark.parametrize("switch", ["off", "", "ON", "true"])
def test_rule_gets_no_permit_unless_the_switch_is_on(bench: RuleBench, switch: str) -> None:
    bench.policies.switch = switch
    with pytest.raises(PurgingSwitchedOff, match="purging is disabled"):
        bench.guard.permit_recurring("rule:1", 3, KIND, 365)


def test_rule_gets_no_permit_for_fewer_days_than_the_matrix(bench: RuleBench) -> None:
    bench.policies.matrix = matrix((365, {}), (366, {"interactionType": "voice"}))
    with pytest.raises(RetentionNotMet, match=r"366 days \(rule 'any': law 1\), not for 365"):
        bench.guard.permit_recurring("rule:1", 3, KIND, 365)
    assert bench.guard.permit_recurring("rule:1", 3, KIND, 366)


def test_rule_gets_no_permit_without_a_matching_matrix_rule(bench: RuleBench) -> None:
    bench.policies.matrix = matrix((30, {"classification": "hipaa"}))
    with pytest.raises(RetentionNotMet, match=r"^no rule of the retention matrix covers"):
        bench.guard.permit_recurring("rule:1", 3, KIND, 36_500)


@pytest.mark.parametrize(
    "held",
    [
        {},
        {"conversation_ids": frozenset({"a1"})},
        {"date_range": builders.window(2, 1)},
        {"released_at": NOON + timedelta(seconds=1)},
    ],
)
def test_rule_gets_no_permit_while_a_hold_is_active(bench: RuleBench, held: dict[str, Any]) -> None:
    bench.holds.placed.append(hold(**held))
    with pytest.raises(OnLegalHold, match="hold h1; release every hold") as refused:
        bench.guard.permit_recurring("rule:1", 3, KIND, 365)
    assert refused.value.entries == frozenset()


def test_released_hold_stops_no_rule(bench: RuleBench) -> None:
    bench.holds.placed.append(hold(released_at=NOON))
    assert bench.guard.permit_recurring("rule:1", 3, KIND, 365)
