"""From a rule set and what is deployed to the calls that lead there, none of which collides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count

import orjson

from genesys_purge.campaign_rules.contents import is_same
from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.campaign_rules.deploying.deployment_steps import (
    DisabledAs,
    Step,
    StepAction,
    StepState,
)
from genesys_purge.campaign_rules.deploying.ports import Staging
from genesys_purge.campaign_rules.documented.platform import at_once
from genesys_purge.campaign_rules.rules import LARGEST, DeployedRule, Rule
from genesys_purge.errors import FieldError

# A rule as Genesys answers with it has D5's words and its own, and ids, dates and the like.
WORDS_OF_BOTH, IDS_AND_DATES = 3, 1_000


def ambiguous(rules: Sequence[Rule], deployed: Iterable[DeployedRule]) -> Iterator[FieldError]:
    """A name that several deployed rules have says nothing of which of them to update."""
    times: dict[str, int] = defaultdict(int)
    for each in deployed:
        times[each.name] += 1
    for position, rule in enumerate(rules):
        if times[rule.name] > 1:
            message = f"Genesys has {times[rule.name]} rules of this name; leave it one"
            yield FieldError(f"rules.{position}.name", message)


def plan(
    rules: Sequence[Rule], deployed: Sequence[DeployedRule], staging: Staging = at_once
) -> tuple[Step, ...]:
    """A step for each rule, and more for each that must first make way for another or be disabled.

    In execution order, as far as it goes: Genesys refuses an execution order that another rule
    still has. `rules` were checked against `deployed`.
    """
    known = {rule.name: rule for rule in deployed}
    orders = Orders(deployed, rules)
    pending = {rule.name: rule for rule in sorted(rules, key=lambda each: each.execution_order)}
    steps: list[Step] = []
    parked: dict[str, Step] = {}
    while pending:
        first = next(iter(pending.values()))
        rule = orders.first_to_move(first, pending)
        if rule is None:
            name = orders.holder(first)
            parked[name] = _parking(known[name], orders.park(name))
            steps.append(parked[name])
            continue
        del pending[rule.name]
        orders.move(rule.name, rule.execution_order)
        current = known.get(rule.name)
        step = _step(rule, current, parked.get(rule.name))
        is_done = step.state is StepState.UNCHANGED
        steps += [step] if is_done else _staged(step, staging(rule, current))
    return tuple(steps)


class Orders:
    """Which rule has which execution order, as the calls go on."""

    def __init__(self, deployed: Sequence[DeployedRule], rules: Sequence[Rule]) -> None:
        self._of = {
            rule.name: rule.execution_order for rule in deployed if rule.execution_order is not None
        }
        self._holders: dict[int, set[str]] = defaultdict(set)
        for rule in deployed:
            if rule.execution_order is not None:
                self._holders[rule.execution_order].add(rule.name)
        self._never = set(self._holders)
        self._never |= {rule.execution_order for rule in rules}

    def first_to_move(self, rule: Rule, pending: Mapping[str, Rule]) -> Rule | None:
        """The rule itself, or who must go before it; None where each waits for another."""
        waiting: set[str] = set()
        while others := self._others(rule):
            if rule.name in waiting:
                return None
            waiting.add(rule.name)
            rule = pending[min(others)]
        return rule

    def holder(self, rule: Rule) -> str:
        """Who has the order that the rule wants."""
        return min(self._others(rule))

    def _others(self, rule: Rule) -> set[str]:
        return self._holders[rule.execution_order] - {rule.name}

    def move(self, name: str, order: int) -> None:
        if name in self._of:
            self._holders[self._of[name]].discard(name)
        self._of[name] = order
        self._holders[order].add(name)

    def park(self, name: str) -> int:
        """Moves the rule to an order that nobody has or wants, a high one where there is room."""
        above = range(max(self._never) + 1, LARGEST + 1)
        order = next(each for each in chain(above, count()) if each not in self._never)
        self._never.add(order)
        self.move(name, order)
        return order


def _parking(rule: DeployedRule, order: int) -> Step:
    return Step(
        name=rule.name,
        action=StepAction.UPDATE,
        parked_at=order,
        rule_id=rule.id,
        before=rule.to_json(),
    )


def _step(rule: Rule, current: DeployedRule | None, parking: Step | None) -> Step:
    if current is None:
        return Step(name=rule.name, action=StepAction.CREATE)
    before = current.to_json()
    if is_same(before, rule.to_json()):
        return Step(
            name=rule.name,
            action=StepAction.NONE,
            rule_id=current.id,
            state=StepState.UNCHANGED,
        )
    if parking:
        before = {**before, "executionOrder": parking.parked_at}
    return Step(name=rule.name, action=StepAction.UPDATE, rule_id=current.id, before=before)


def _staged(step: Step, stages: Sequence[DisabledAs]) -> Iterator[Step]:
    """The step, by way of its stages; what is there before a later one is read before its call."""
    later = Step(name=step.name, action=StepAction.UPDATE, rule_id=step.rule_id)
    for number, stage in enumerate(stages):
        yield (later if number else step).model_copy(update={"disabled_as": stage})
    yield later if stages else step


def growth(deployment: Deployment) -> int:
    """Bytes that the steps of a plan may grow by until the last of them is made."""
    found = 0
    largest: dict[str, int] = defaultdict(int)
    for step in deployment.steps:
        if step.before is not None:
            largest[step.name] = max(largest[step.name], len(orjson.dumps(step.before)))
        elif step.action is StepAction.UPDATE:
            rule = orjson.dumps(deployment.rule(step.name))
            wanted = WORDS_OF_BOTH * len(rule) + IDS_AND_DATES
            found += max(wanted, largest[step.name])
    return found


def summary(steps: Iterable[Step]) -> str:
    """How many rules are created, updated and left alone."""
    actions = [*{step.name: step.action for step in reversed([*steps])}.values()]
    return (
        f"{actions.count(StepAction.CREATE)} to create, "
        f"{actions.count(StepAction.UPDATE)} to update, "
        f"{actions.count(StepAction.NONE)} unchanged"
    )
