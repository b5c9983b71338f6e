"""Plans the calls that lead from the deployed rules to a rule set, without any collision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count

import orjson

from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.campaign_rules.deploying.deployment_steps import Step, StepAction, StepState
from genesys_purge.campaign_rules.ports import Stage, Staging
from genesys_purge.campaign_rules.rule_content import is_same
from genesys_purge.campaign_rules.rules import LARGEST, DeployedRule, Rule
from genesys_purge.errors import FieldError

# Genesys returns a rule in the terms of D5 and in its own terms, with ids and dates.
FORMS, IDS_AND_DATES = 3, 1_000


def ambiguous(rules: Sequence[Rule], deployed: Iterable[DeployedRule]) -> Iterator[FieldError]:
    """A name that several deployed rules share does not say which of them to update."""
    times: dict[str, int] = defaultdict(int)
    for each in deployed:
        times[each.name] += 1
    for position, rule in enumerate(rules):
        if times[rule.name] > 1:
            message = f"names {times[rule.name]} rules at Genesys; delete all but one there"
            yield FieldError(f"rules.{position}.name", message)


def plan(
    rules: Sequence[Rule], deployed: Sequence[DeployedRule], staging: Staging
) -> tuple[Step, ...]:
    """A step for each rule, with interim steps for rules that must be moved or disabled first.

    The steps follow the execution order where possible, because Genesys refuses an execution order
    that another rule still has. `rules` must be checked against `deployed` before.
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
    """The execution order of each rule while the calls are made."""

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
        """The rule, or the one that must move before it; None if the rules wait for each other."""
        waiting: set[str] = set()
        while others := self._others(rule):
            if rule.name in waiting:
                return None
            waiting.add(rule.name)
            rule = pending[min(others)]
        return rule

    def holder(self, rule: Rule) -> str:
        """The rule that has the wanted execution order."""
        return min(self._others(rule))

    def _others(self, rule: Rule) -> set[str]:
        return self._holders[rule.execution_order] - {rule.name}

    def move(self, name: str, order: int) -> None:
        if name in self._of:
            self._holders[self._of[name]].discard(name)
        self._of[name] = order
        self._holders[order].add(name)

    def park(self, name: str) -> int:
        """Moves the rule to an order that no rule has or wants, above all others if possible."""
        above = range(max(self._never) + 1, LARGEST + 1)
        order = next(each for each in chain(above, count(1)) if each not in self._never)
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


def _staged(step: Step, stages: Sequence[Stage]) -> Iterator[Step]:
    """The step and its interim steps; `before` of a later step is read before its call."""
    later = Step(name=step.name, action=StepAction.UPDATE, rule_id=step.rule_id)
    for number, stage in enumerate(stages):
        yield (later if number else step).model_copy(update={"stage": stage})
    yield later if stages else step


def growth(deployment: Deployment) -> int:
    """Bytes by which the steps of a plan may grow until the last one is applied."""
    found = 0
    largest: dict[str, int] = defaultdict(int)
    for step in deployment.steps:
        if step.before is not None:
            largest[step.name] = max(largest[step.name], len(orjson.dumps(step.before)))
        elif step.action is StepAction.UPDATE:
            rule = orjson.dumps(deployment.rule(step.name))
            wanted = FORMS * len(rule) + IDS_AND_DATES
            found += max(wanted, largest[step.name])
    return found


def changes(steps: Iterable[Step]) -> dict[str, int]:
    """How many rules are created, updated and unchanged."""
    actions = [*{step.name: step.action for step in reversed([*steps])}.values()]
    return {
        "create": actions.count(StepAction.CREATE),
        "update": actions.count(StepAction.UPDATE),
        "unchanged": actions.count(StepAction.NONE),
    }
