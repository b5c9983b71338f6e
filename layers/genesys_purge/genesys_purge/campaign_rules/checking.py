"""A rule set held against itself and against what is deployed: every error at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

import orjson

from genesys_purge.campaign_rules.deploying.ports import Platform, PlatformOf
from genesys_purge.campaign_rules.documented.platform import documented
from genesys_purge.campaign_rules.rules import (
    MOST_ACTIONS,
    MOST_RULES,
    SET_LIST,
    Action,
    DeployedAction,
    DeployedRule,
    Rule,
    RuleSet,
)
from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.request import as_object, read_fields, require_none


class Placed(NamedTuple):
    """A rule, what errors call it, and its path; what is deployed has none."""

    rule: Rule | DeployedRule
    called: str
    path: str | None


def check(
    document: object,
    deployed: Sequence[DeployedRule] = (),
    *,
    exclusive: bool = True,
    platform_of: PlatformOf = documented,
) -> RuleSet:
    """The rule set in a JSON-like document; InvalidRequest with every error of it.

    A deployed rule is replaced by the document's rule of its name and clashes with none; the
    others stay. Rules that are not enabled clash like any other: they may be enabled any time.
    Rules that are not to be `exclusive` may set one list to different values. What the `platform`
    cannot take is an error, too.
    """
    given = as_object(document)
    rule_set, errors = read_fields(RuleSet, given)
    if given.get("rules") in ([], ()):
        errors.append(FieldError("rules", "must hold at least one rule"))
    # A set with a wrong rule has none at all, and the others may clash nevertheless.
    rules = rule_set.rules or tuple(_drafts(given.get("rules")))
    conflicts = _conflicts(rules, deployed, exclusive=exclusive)
    platform = _platform(rule_set.organisation, platform_of, errors)
    require_none(chain(errors, conflicts, platform.refused(rules, deployed)))
    return rule_set


def _platform(
    organisation: str | None, platform_of: PlatformOf, errors: list[FieldError]
) -> Platform:
    """The organisation's; where none has that name, the deployment's own and an error."""
    try:
        return platform_of(organisation)
    except InvalidRequest as unknown:
        errors += unknown.fields
        return platform_of(None)


def _drafts(items: object) -> Iterator[Rule]:
    """What can be read of each rule; a wrong field is None, a wrong action says nothing."""
    for item in _objects(items, MOST_RULES):
        draft, _ = read_fields(Rule, item)
        actions = tuple(_draft_of(action) for action in _objects(item.get("actions"), MOST_ACTIONS))
        yield draft.model_copy(update={"actions": actions})


def _draft_of(item: Mapping[str, Any]) -> Action:
    action, errors = read_fields(Action, item)
    return read_fields(Action, {})[0] if errors else action


def _objects(items: object, most: int) -> Iterator[Mapping[str, Any]]:
    """The items of a list, each in its place; what is no object is an empty one."""
    for item in islice(items, most) if isinstance(items, list | tuple) else ():
        yield item if isinstance(item, Mapping) else {}


def _conflicts(
    rules: Sequence[Rule], deployed: Iterable[DeployedRule], *, exclusive: bool
) -> Iterator[FieldError]:
    ours = [
        Placed(rule, f'rules.{position} "{rule.name or ""}"', f"rules.{position}")
        for position, rule in enumerate(rules)
    ]
    replaced = {rule.name for rule in rules}
    staying = [
        Placed(rule, f'the deployed rule "{rule.name[:100]}"', None)
        for rule in deployed
        if rule.name not in replaced
    ]
    yield from _lists_not_named(ours)
    yield from _shared(ours, "name", "name", lambda rule: rule.name)
    yield from _shared(
        [*staying, *ours], "executionOrder", "execution order", lambda rule: rule.execution_order
    )
    if exclusive:
        yield from _lists_set_differently([*staying, *ours])


def _lists_not_named(placed: Iterable[Placed]) -> Iterator[FieldError]:
    for each in placed:
        for position, action in set_lists(each.rule):
            if action.list_id is None:
                yield FieldError(f"{each.path}.actions.{position}.listId", "is required to setList")


def _shared(
    placed: Iterable[Placed],
    field: str,
    words: str,
    value_of: Callable[[Rule | DeployedRule], str | int | None],
) -> Iterator[FieldError]:
    """Every pair of rules that have the same of what each must have for itself."""
    holders: dict[str | int, list[Placed]] = defaultdict(list)
    for each in placed:
        value = value_of(each.rule)
        if value is None:
            continue
        for other in holders[value] if each.path else ():
            message = f"{other.called} and {each.called} have the same {words}, {value}"
            yield FieldError(f"{each.path}.{field}", message)
        holders[value].append(each)


def _lists_set_differently(placed: Iterable[Placed]) -> Iterator[FieldError]:
    """Every pair of rules whose setList actions name one list and different values."""
    setters: dict[str, dict[object, dict[str, Placed]]] = defaultdict(lambda: defaultdict(dict))
    for each in placed:
        for position, action in set_lists(each.rule):
            if action.list_id is None:
                continue
            value, by_value = comparable(action.value), setters[action.list_id]
            rivals = chain.from_iterable(
                setting.values() for rival, setting in by_value.items() if rival != value
            )
            for other in rivals if each.path else ():
                if other.called != each.called:
                    yield FieldError(
                        f"{each.path}.actions.{position}.value",
                        f'{other.called} and {each.called} set list "{action.list_id}" '
                        "to different values",
                    )
            by_value[value][each.called] = each


def set_lists(rule: Rule | DeployedRule) -> Iterator[tuple[int, Action | DeployedAction]]:
    actions: Sequence[Action | DeployedAction] = rule.actions or ()
    for position, action in enumerate(actions):
        if action.type == SET_LIST:
            yield position, action


def comparable(value: Any) -> object:
    """Equal for the same JSON value: 1 is 1.0 and is not true."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return value
