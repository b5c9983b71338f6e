"""Evaluates the rules of a set on contacts, and counts and times it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, Any

import orjson

from genesys_purge.campaign_rules.checking import comparable, set_lists
from genesys_purge.campaign_rules.evaluating.conditions import compile_rules
from genesys_purge.campaign_rules.rules import RuleSet
from genesys_purge.model.organisation import name_in_metrics
from genesys_purge.ports import Meter


class Evaluation:
    """Counts the evaluated contacts, their conflicts and the seconds.

    A contact is a conflict if two rules that match it set one list to different values.
    """

    def __init__(self, rule_set: RuleSet, clock: Callable[[], float] = time.perf_counter) -> None:
        self.evaluated = 0
        self.conflicts = 0
        self.seconds = 0.0
        self._evaluator = compile_rules(rule_set.rules)
        self._rivals = rivals_in(rule_set)
        self._clock = clock
        self._organisation = name_in_metrics(rule_set.organisation)

    def matching(self, contact: Mapping[str, Any]) -> tuple[str, ...]:
        """The names of the rules that match, in execution order."""
        began = self._clock()
        names = self._evaluator.matching(contact)
        self.seconds += self._clock() - began
        self.evaluated += 1
        self.conflicts += any(not self._rivals[name].isdisjoint(names) for name in names)
        return names

    def matches(
        self, contacts: Iterable[tuple[int, Mapping[str, Any]]]
    ) -> Iterator[dict[str, Any]]:
        """`{"contact": n, "rules": [names]}` for each numbered contact, one at a time."""
        for number, contact in contacts:
            yield {"contact": number, "rules": self.matching(contact)}

    def write(self, contacts: Iterable[tuple[int, Mapping[str, Any]]], file: IO[bytes]) -> None:
        """Write the same as JSON Lines."""
        for match in self.matches(contacts):
            file.write(orjson.dumps(match, option=orjson.OPT_APPEND_NEWLINE))

    @property
    def unreadable(self) -> dict[str, int]:
        """For each rule, the contacts that it left out because of a value that cannot be read."""
        return self._evaluator.unreadable

    @property
    def average(self) -> float | None:
        """Seconds for each contact; None without contacts."""
        return self.seconds / self.evaluated if self.evaluated else None

    def counted(self) -> dict[str, Any]:
        """The counts in an answer."""
        average = {} if self.average is None else {"averageLatencySeconds": self.average}
        counts = {"evaluated": self.evaluated, "conflicts": self.conflicts}
        return {**counts, "unreadable": self.unreadable, **average}

    def report(self, meter: Meter) -> None:
        """Record the counts, and the average latency if there is one."""
        meter.count("Evaluations", self.evaluated, organisation=self._organisation)
        meter.count("ConflictsDetected", self.conflicts, organisation=self._organisation)
        if self.average is not None:
            meter.seconds("EvaluationLatency", self.average, organisation=self._organisation)


def rivals_in(rule_set: RuleSet) -> Mapping[str, set[str]]:
    """For each rule, by name, the rules that set one of its lists to a different value."""
    setters: dict[str | None, dict[object, set[str]]] = defaultdict(lambda: defaultdict(set))
    for rule in rule_set.rules:
        for _, action in set_lists(rule):
            setters[action.list_id][comparable(action.value)].add(rule.name)
    rivals = defaultdict[str, set[str]](set)
    for by_value in setters.values():
        for value, names in by_value.items():
            others = set().union(*(each for rival, each in by_value.items() if rival != value))
            for name in names:
                rivals[name] |= others - {name}
    return rivals
