"""Checks a rule set against itself and the deployed rules; reports every error at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

import orjson

from genesys_purge.campaign_rules.ports import Platform, PlatformOf
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

# Two names in one set are a mistake in the document, not a contradiction of its rules.
CONFLICTING = frozenset({"executionOrder"})


class Labelled(NamedTuple):
    """A rule, its label in messages, and its path in the document (None for a deployed rule)."""

    rule: Rule | DeployedRule
    label: str
    path: str | None


def check(
    document: object,
    deployed: Sequence[DeployedRule] = (),
    *,
    exclusive: bool = True,
    platform_of: PlatformOf | None = None,
) -> RuleSet:
    """The rule set in a JSON-like document; InvalidRequest with every error in it.

    A rule of the document replaces the deployed rule of its name; the other deployed rules stay
    and may conflict. Disabled rules conflict as well, because they can be enabled at any time.
    With `exclusive=False`, rules may set one list to different values. `platform_of` adds the
    errors of the organisation's platform.
    """
    given = as_object(document)
    rule_set, errors = read_fields(RuleSet, given)
    if given.get("rules") in ([], ()):
        errors.append(FieldError("rules", "must hold at least one rule"))
    # One wrong rule makes the whole list None; the readable parts are still checked.
    rules = rule_set.rules or tuple(_drafts(given.get("rules")))
    conflicts = _conflicts(rules, deployed, exclusive=exclusive)
    unsupported: Iterable[FieldError] = ()
    if platform_of:
        platform = _platform(rule_set.organisation, platform_of, errors)
        unsupported = platform.errors_in(rules, deployed)
    require_none(chain(errors, conflicts, unsupported))
    return rule_set


def _platform(
    organisation: str | None, platform_of: PlatformOf, errors: list[FieldError]
) -> Platform:
    """The organisation's platform; the default organisation's and an error for unknown names."""
    try:
        return platform_of(organisation)
    except InvalidRequest as unknown:
        errors += unknown.fields
        return platform_of(None)


def _drafts(items: object) -> Iterator[Rule]:
    """The readable parts of each rule; a wrong field is None, a wrong action is empty."""
    for item in _objects(items, MOST_RULES):
        draft, _ = read_fields(Rule, item)
        actions = tuple(_draft_of(action) for action in _objects(item.get("actions"), MOST_ACTIONS))
        yield draft.model_copy(update={"actions": actions})


def _draft_of(item: Mapping[str, Any]) -> Action:
    action, errors = read_fields(Action, item)
    return read_fields(Action, {})[0] if errors else action


def _objects(items: object, most: int) -> Iterator[Mapping[str, Any]]:
    """The items of a list in their positions; an item that is not an object is an empty one."""
    for item in islice(items, most) if isinstance(items, list | tuple) else ():
        yield item if isinstance(item, Mapping) else {}


def _conflicts(
    rules: Sequence[Rule], deployed: Iterable[DeployedRule], *, exclusive: bool
) -> Iterator[FieldError]:
    ours = [
        Labelled(rule, f'rules.{position} "{rule.name or ""}"', f"rules.{position}")
        for position, rule in enumerate(rules)
    ]
    replaced = {rule.name for rule in rules}
    staying = [
        Labelled(rule, f'the deployed rule "{rule.name[:100]}"', None)
        for rule in deployed
        if rule.name not in replaced
    ]
    yield from _missing_list_ids(ours)
    yield from _duplicates(ours, "name", "name", lambda rule: rule.name)
    yield from _duplicates(
        [*staying, *ours], "executionOrder", "execution order", lambda rule: rule.execution_order
    )
    if exclusive:
        yield from _list_conflicts([*staying, *ours])


def _missing_list_ids(labelled: Iterable[Labelled]) -> Iterator[FieldError]:
    for each in labelled:
        for position, action in set_lists(each.rule):
            if action.list_id is None:
                yield FieldError(
                    f"{each.path}.actions.{position}.listId", "is required for setList"
                )


def _duplicates(
    labelled: Iterable[Labelled],
    field: str,
    words: str,
    value_of: Callable[[Rule | DeployedRule], str | int | None],
) -> Iterator[FieldError]:
    """Every pair of rules with the same value of a field that must be unique."""
    holders: dict[str | int, list[Labelled]] = defaultdict(list)
    for each in labelled:
        value = value_of(each.rule)
        if value is None:
            continue
        for other in holders[value] if each.path else ():
            message = f"{other.label} and {each.label} have the same {words}, {value}"
            yield FieldError(f"{each.path}.{field}", message, is_conflict=field in CONFLICTING)
        holders[value].append(each)


def _list_conflicts(labelled: Iterable[Labelled]) -> Iterator[FieldError]:
    """Every pair of rules whose setList actions set one list to different values."""
    setters: dict[str, dict[object, dict[str, Labelled]]] = defaultdict(lambda: defaultdict(dict))
    for each in labelled:
        for position, action in set_lists(each.rule):
            if action.list_id is None:
                continue
            value, by_value = comparable(action.value), setters[action.list_id]
            rivals = chain.from_iterable(
                setting.values() for rival, setting in by_value.items() if rival != value
            )
            for other in rivals if each.path else ():
                if other.label != each.label:
                    yield FieldError(
                        f"{each.path}.actions.{position}.value",
                        f'{other.label} and {each.label} set list "{action.list_id}" '
                        "to different values",
                        is_conflict=True,
                    )
            by_value[value][each.label] = each


def set_lists(rule: Rule | DeployedRule) -> Iterator[tuple[int, Action | DeployedAction]]:
    """The setList actions of a rule, each with its position."""
    actions: Sequence[Action | DeployedAction] = rule.actions or ()
    for position, action in enumerate(actions):
        if action.type == SET_LIST:
            yield position, action


def comparable(value: Any) -> object:
    """Equal for equal JSON values: 1 equals 1.0 and differs from true."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return value
