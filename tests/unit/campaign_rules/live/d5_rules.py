"""Strategies for rules of D5 that the live platform supports."""

from __future__ import annotations

from typing import Any

from genesys_purge.campaign_rules.condition_meaning import EXACT
from genesys_purge.campaign_rules.live.terms import (
    CAMPAIGN,
    CAMPAIGN_ACTIONS,
    CAMPAIGN_NUMBERS,
    CAMPAIGN_OPERATORS,
    COMPARISONS,
    CONTACT_ACTIONS,
)
from genesys_purge.campaign_rules.rules import Rule
from genesys_purge.campaign_rules.values import ORDERING, ValueType
from hypothesis import strategies as st

from tests.unit.campaign_rules.deploying.live_bench import contact_rule, trigger_rule
from tests.unit.campaign_rules.examples import condition

NUMBERS = st.one_of(
    st.integers(1 - EXACT, EXACT - 1),
    st.floats(1 - EXACT, EXACT - 1, allow_nan=False),
)
COLUMNS = st.from_regex(r"[A-Za-z][A-Za-z _-]{0,20}(\.[a-z]+)?", fullmatch=True)
VALUES = {
    ValueType.STRING: st.text(max_size=30),
    ValueType.NUMBER: NUMBERS,
    ValueType.DATE: st.sampled_from(["2026-11-21", "2026-11-21T10:00:00.5+01:00"]),
}
NAMES = st.text("abc #/%ä", min_size=1, max_size=64).filter(str.strip)


@st.composite
def contact_rules(draw: st.DrawFn) -> dict[str, Any]:
    compared = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(sorted(COMPARISONS)))
        operator = draw(st.sampled_from(sorted(COMPARISONS[kind])))
        value = draw(VALUES[kind])
        if operator in ORDERING and draw(st.booleans()):
            # A string that reads as a number or a date.
            kind, value = ValueType.STRING, str(value)
        compared.append(condition(draw(COLUMNS), operator, value, kind))
    actions = draw(st.lists(st.sampled_from(sorted(CONTACT_ACTIONS)), min_size=1, max_size=3))
    order = draw(st.integers(1, 2**31 - 1))
    typed = [{"type": each} for each in actions]
    return contact_rule(draw(NAMES), order, conditions=compared, actions=typed)


@st.composite
def trigger_rules(draw: st.DrawFn) -> dict[str, Any]:
    terms = st.sampled_from(sorted(CAMPAIGN_NUMBERS))
    operators = st.sampled_from(sorted(CAMPAIGN_OPERATORS))
    compared = [
        condition(CAMPAIGN + draw(terms), draw(operators), draw(NUMBERS), "number")
        for _ in range(draw(st.integers(1, 3)))
    ]
    actions = draw(st.lists(st.sampled_from(sorted(CAMPAIGN_ACTIONS)), min_size=1, max_size=3))
    fields: dict[str, Any] = {
        "conditions": compared,
        "actions": [{"type": each} for each in actions],
        "enabled": draw(st.booleans()),
    }
    return trigger_rule(draw(NAMES), **fields)


def wanted(rule: dict[str, Any]) -> dict[str, Any]:
    """The rule in the form that a deployment stores."""
    return Rule.parse(rule).to_json()
