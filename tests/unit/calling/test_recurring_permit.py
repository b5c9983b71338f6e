"""The guard of purge rules: each test removes one condition of the permit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.calling.permit import Permit
from genesys_purge.errors import OnLegalHold, PurgingSwitchedOff, RetentionNotMet
from genesys_purge.model.retention import Kind, values

from tests.clock import NOON
from tests.unit.methods.scene import held_times, hold
from tests.unit.purge_rules.rule_bench import RuleBench, matrix

KIND: Kind = {"method": values("purge_rule"), "classification": values("internal")}


def permit(
    bench: RuleBench, days: int, *, attempt: int = 3, kind: Kind = KIND, default: str = ""
) -> Permit:
    """The permit to create a rule that deletes what is so many days old."""
    return bench.guard.permit_recurring(
        "rule:1", attempt, kind, days, default_classification=default, organisation=None
    )


def test_rule_that_meets_every_condition_gets_a_permit(bench: RuleBench) -> None:
    found = permit(bench, 365)
    assert (found, found.checked_at) == (Permit("rule:1", 0, 3, NOON), NOON)


@pytest.mark.parametrize(("default", "days"), [("", 2_555), ("internal", 365)])
def test_unclassified_rule_is_kept_by_the_default_or_the_longest(
    bench: RuleBench, default: str, days: int
) -> None:
    unclassified: Kind = {**KIND, "classification": values()}
    with pytest.raises(RetentionNotMet, match=f"kept for {days} days"):
        permit(bench, days - 1, kind=unclassified, default=default)
    assert permit(bench, days, kind=unclassified, default=default)


@pytest.mark.parametrize("switch", ["off", "", "ON", "true"])
def test_rule_gets_no_permit_unless_the_switch_is_on(bench: RuleBench, switch: str) -> None:
    bench.policies.switch = switch
    with pytest.raises(PurgingSwitchedOff, match="purging is disabled"):
        permit(bench, 365)


def test_rule_gets_no_permit_for_fewer_days_than_the_matrix(bench: RuleBench) -> None:
    bench.policies.matrix = matrix((365, {}), (366, {"interactionType": "voice"}))
    with pytest.raises(RetentionNotMet, match=r"366 days \(rule 'any': law 1\), not for 365"):
        permit(bench, 365)
    assert permit(bench, 366)


def test_rule_gets_no_permit_without_a_matching_matrix_rule(bench: RuleBench) -> None:
    bench.policies.matrix = matrix((30, {"classification": "hipaa"}))
    with pytest.raises(RetentionNotMet, match=r"^no rule of the retention matrix covers"):
        permit(bench, 36_500)


IDS = frozenset({"a1"})
RANGE = {"start": "2026-01-31T12:00:00Z", "end": "2026-03-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        ({}, "h1 covers everything"),
        ({"conversation_ids": IDS}, "h1 names conversations whose time is unknown: they are not"),
        (
            {"conversation_ids": IDS, "times": held_times(IDS, NOON - timedelta(days=1))},
            "h1 covers records of 2026-11-20, and the rule deletes what is 365 days old",
        ),
        ({"date_range": RANGE}, "h1 covers records of 2026-01-31 to 2026-02-28, and the rule"),
        ({"released_at": NOON + timedelta(seconds=1)}, "h1 covers everything"),
    ],
)
def test_rule_gets_no_permit_while_a_hold_is_active(
    bench: RuleBench, held: dict[str, Any], reason: str
) -> None:
    """A rule has no end: what is held today is old enough one day."""
    bench.holds.placed.append(hold(**held))
    with pytest.raises(OnLegalHold, match=f"^legal hold {reason}.*release every hold") as refused:
        permit(bench, 365)
    assert refused.value.entries == frozenset()


def test_refusal_of_a_rule_names_three_holds_and_counts_all(bench: RuleBench) -> None:
    bench.holds.placed += [hold(hold_id=f"h{number}") for number in range(4)]
    with pytest.raises(OnLegalHold) as refused:
        permit(bench, 365)
    named = "; ".join(f"legal hold h{number} covers everything" for number in range(3))
    assert str(refused.value) == (
        f"{named}. Genesys would run the rule without regard to legal holds (4 active); release "
        "every hold before you create a rule, or purge by requests"
    )


def test_released_hold_stops_no_rule(bench: RuleBench) -> None:
    bench.holds.placed.append(hold(released_at=NOON))
    assert permit(bench, 365)
