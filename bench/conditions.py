"""The cost of a campaign rule on one contact: compiled, naive, by hand, and with a date."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from timeit import Timer
from typing import Any

import orjson
from genesys_purge.campaign_rules.evaluating.conditions import Matches, compile_rule
from genesys_purge.campaign_rules.rules import Rule

from tests.unit.campaign_rules.evaluating import reference_interpreter

ROUNDS, CALLS = 31, 10_000
NANOSECONDS = 1e9
OF_NAIVE, OF_BY_HAND, OF_LOADS = 0.25, 1.8, 0.5

RULE: dict[str, Any] = {
    "name": "VIP callbacks in Central Europe",
    "version": 1,
    "priority": 10,
    "executionOrder": 1,
    "enabled": True,
    "conditions": [
        {"attribute": "status", "operator": "equals", "value": "active", "type": "string"},
        {
            "attribute": "customFields.lifetimeValue",
            "operator": "greaterThanOrEqual",
            "value": "500",
            "type": "string",
        },
        {
            "attribute": "consent.marketing",
            "operator": "equals",
            "value": "true",
            "type": "boolean",
        },
        {
            "attribute": "timeZone",
            "operator": "in",
            "value": '["Europe/Berlin", "Europe/Vienna", "Europe/Zurich"]',
            "type": "string",
        },
        {"attribute": "phone.attempts", "operator": "lessThan", "value": "5", "type": "number"},
    ],
}
DATE = {
    "attribute": "phone.lastAttemptAt",
    "operator": "lessThan",
    "value": "2026-11-21",
    "type": "date",
}
# Every condition is true, so every condition is evaluated.
CONTACT: dict[str, Any] = {
    "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
    "contactListId": "list-2026-q3",
    "firstName": "Ada",
    "lastName": "Example",
    "status": "active",
    "timeZone": "Europe/Berlin",
    "language": "de-DE",
    "callable": True,
    "phone": {
        "number": "+493012345678",
        "type": "mobile",
        "attempts": 2,
        "lastResult": "ININ-OUTBOUND-NO-ANSWER",
        "lastAttemptAt": "2026-11-20T16:21:09Z",
    },
    "address": {"country": "DE", "city": "Berlin", "postalCode": "10115"},
    "consent": {"marketing": True, "channel": "web", "recordedAt": "2026-01-02T10:00:00Z"},
    "customFields": {
        "lifetimeValue": 1250.5,
        "tier": "gold",
        "openTickets": 0,
        "segment": "retail-premium",
        "accountOwner": "team-7",
        "balance": -3.2,
    },
}
ZONES = frozenset({"Europe/Berlin", "Europe/Vienna", "Europe/Zurich"})
# For each condition the section and name of its attribute, and a value that makes it false.
BREAKING: list[tuple[str, str, object]] = [
    ("", "status", "inactive"),
    ("customFields", "lifetimeValue", 499.99),
    ("consent", "marketing", False),
    ("", "timeZone", "Europe/Lisbon"),
    ("phone", "attempts", 5),
]


@dataclass(frozen=True)
class Costs:
    """Median nanoseconds for one contact."""

    evaluator: float
    naive: float
    by_hand: float
    loads: float
    with_date: float


def by_hand(contact: Mapping[str, Any]) -> bool:
    """The rule written by hand, for contacts with the right types."""
    try:
        return (
            contact["status"] == "active"
            and contact["customFields"]["lifetimeValue"] >= 500  # noqa: PLR2004  the value in the rule
            and contact["consent"]["marketing"] is True
            and contact["timeZone"] in ZONES
            and contact["phone"]["attempts"] < 5  # noqa: PLR2004  the value in the rule
        )
    except (KeyError, TypeError):
        return False


def measure(rounds: int = ROUNDS, calls: int = CALLS) -> Costs:
    """Medians over the rounds; each round measures all programs in turn."""
    dated = RULE | {"conditions": [*RULE["conditions"], DATE]}
    evaluator, with_date = compile_rule(Rule.parse(RULE)), compile_rule(Rule.parse(dated))
    _agree(evaluator)
    text = orjson.dumps(CONTACT)
    # Parsed from JSON, because its names are then other objects than the strings in our code.
    contact = orjson.loads(text)
    naive = [*map(reference_interpreter.prepared, RULE["conditions"])]
    timers = {
        "evaluator": _timer(evaluator, contact),
        "naive": _timer(partial(reference_interpreter.all_hold, naive), contact),
        "by_hand": _timer(by_hand, contact),
        "loads": _timer(orjson.loads, text),
        "with_date": _timer(with_date, contact),
    }
    times: dict[str, list[float]] = {name: [] for name in timers}
    for _ in range(rounds):
        for name, timer in timers.items():
            times[name].append(timer.timeit(calls) / calls * NANOSECONDS)
    return Costs(**{name: statistics.median(taken) for name, taken in times.items()})


def print_conditions() -> None:
    costs = measure()
    print(f"Five conditions on one contact: medians of {ROUNDS} rounds of {CALLS} calls")
    print(f"compiled       {costs.evaluator:6.0f} ns")
    for name, cost, bound in (
        ("naive loop", costs.naive, OF_NAIVE),
        ("by hand", costs.by_hand, OF_BY_HAND),
        ("orjson.loads", costs.loads, OF_LOADS),
    ):
        ratio = costs.evaluator / cost
        late = "  above the bound" if ratio > bound else ""
        print(f"{name:<15}{cost:6.0f} ns  compiled is {ratio:4.2f} x  (target {bound}){late}")
    print(f"and a date     {costs.with_date:6.0f} ns")


def _timer(call: Callable[[Any], object], argument: object) -> Timer:
    """A timer of the bare call, without a wrapping function."""
    return Timer("call(argument)", globals={"call": call, "argument": argument})


def _agree(evaluator: Matches) -> None:
    """Raises RuntimeError unless all three programs return the same answers."""
    contacts: list[dict[str, Any]] = [CONTACT]
    for section, field, value in BREAKING:
        changed = {field: value}
        contacts.append(CONTACT | ({section: CONTACT[section] | changed} if section else changed))
    for position, contact in enumerate(contacts):
        answers = evaluator(contact), reference_interpreter.matches(RULE, contact), by_hand(contact)
        if answers != (position == 0,) * len(answers):
            raise RuntimeError(f"the programs disagree on contact {position}: {answers}")
