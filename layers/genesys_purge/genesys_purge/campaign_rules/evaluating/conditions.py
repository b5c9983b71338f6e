"""Compiles conditions into functions; the generated code contains no text of a user.

Attributes and values are constants with numbered names. The text of the code comes from the
tables of this module only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from genesys_purge.campaign_rules.rules import Condition, Operator, Rule, ValueType, moment

Matches = Callable[[Mapping[str, Any]], bool]

IS_OF_TYPE = {
    ValueType.STRING: "type({0}) is str",
    ValueType.NUMBER: "type({0}) in numbers",
    ValueType.BOOLEAN: "type({0}) is bool",
    ValueType.DATE: "{0} is not None",
}
COMPARES = {
    Operator.EQUALS: "{0} == {1}",
    # NaN differs even from itself, and a comparison with it is false.
    Operator.NOT_EQUALS: "{0} == {0} != {1}",
    Operator.GREATER_THAN: "{0} > {1}",
    Operator.GREATER_THAN_OR_EQUAL: "{0} >= {1}",
    Operator.LESS_THAN: "{0} < {1}",
    Operator.LESS_THAN_OR_EQUAL: "{0} <= {1}",
    Operator.CONTAINS: "{1} in {0}",
    Operator.IN: "{0} in {1}",
}
# No JSON value of another type passes these, so they need no type check. A list or an object in
# place of a string is not hashable, which is a TypeError.
NEEDS_NO_TYPE_CHECK = {
    (ValueType.STRING, Operator.EQUALS): "{0} == {1}",
    (ValueType.STRING, Operator.IN): "{0} in {1}",
    (ValueType.BOOLEAN, Operator.EQUALS): "{0} is {1}",
}
FRAME = """
def matches(contact):
    try:
        {body}
        return True
    except (KeyError, TypeError):
        return False
"""
# The only names that the code may use beside its constants.
VOCABULARY = {
    "__builtins__": {},
    "KeyError": KeyError,
    "TypeError": TypeError,
    "bool": bool,
    "moment": moment,
    "numbers": frozenset({int, float}),
    "str": str,
    "type": type,
}


def compile_rule(rule: Rule) -> Matches:
    """A function that returns whether a contact, a JSON object, meets every condition of the rule.

    A disabled rule matches nothing. A condition is false if the attribute is missing or null, or
    if its value does not have the condition's type. For example, `true` and `"1"` are not numbers.
    Every comparison with NaN is false, including `notEquals`. The function never raises.
    """
    if not rule.enabled:
        return _never
    code = _Code()
    for condition in rule.conditions:
        code.require(condition)
    return code.compiled()


class Evaluator:
    """Evaluates the enabled rules in execution order."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        enabled = sorted(
            (rule for rule in rules if rule.enabled), key=lambda rule: rule.execution_order
        )
        self._compiled = [(rule.name, compile_rule(rule)) for rule in enabled]

    def matching(self, contact: Mapping[str, Any]) -> tuple[str, ...]:
        """The names of the rules that match a contact."""
        return tuple([name for name, matches in self._compiled if matches(contact)])

    def over(self, contacts: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
        """The names of the matching rules for each contact, evaluated one contact at a time."""
        return map(self.matching, contacts)


def compile_rules(rules: Iterable[Rule]) -> Evaluator:
    """An evaluator of the enabled rules."""
    return Evaluator(rules)


def _never(_: Mapping[str, Any]) -> bool:
    return False


class _Code:
    """The lines of a function and its constants.

    Only numbered names and the tables of this module become text.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._constants: dict[str, object] = {}
        self._attributes: dict[tuple[str, ...], str] = {(): "contact"}
        self._moments: dict[str, str] = {}

    def require(self, condition: Condition) -> None:
        """Make the function return False unless the condition holds."""
        actual = self._attribute(condition.attribute)
        if condition.type is ValueType.DATE:
            actual = self._moment(actual)
        constant = self._constant(_constant_of(condition))
        test = NEEDS_NO_TYPE_CHECK.get((condition.type, condition.operator)) or (
            f"{IS_OF_TYPE[condition.type]} and {COMPARES[condition.operator]}"
        )
        self._lines.append(f"if not ({test.format(actual, constant)}): return False")

    def compiled(self) -> Matches:
        source = FRAME.format(body="\n        ".join(self._lines))
        namespace: dict[str, Any] = VOCABULARY | self._constants
        exec(compile(source, "<campaign rule>", "exec"), namespace)  # noqa: S102  no user text, see above
        matches: Matches = namespace["matches"]
        return matches

    def _attribute(self, path: str) -> str:
        """The variable for the value at a dotted path; each value is read once."""
        parts = tuple(path.split("."))
        for end, part in enumerate(parts, start=1):
            if parts[:end] not in self._attributes:
                variable = f"a{len(self._attributes)}"
                parent, key = self._attributes[parts[: end - 1]], self._constant(part)
                self._lines.append(f"{variable} = {parent}[{key}]")
                self._attributes[parts[:end]] = variable
        return self._attributes[parts]

    def _moment(self, attribute: str) -> str:
        """The variable for an attribute's time, or None; each time is parsed once."""
        if attribute not in self._moments:
            self._moments[attribute] = f"m{len(self._moments)}"
            self._lines.append(f"{self._moments[attribute]} = moment({attribute})")
        return self._moments[attribute]

    def _constant(self, value: object) -> str:
        name = f"c{len(self._constants)}"
        self._constants[name] = value
        return name


def _constant_of(condition: Condition) -> object:
    """The value that the contact's value is compared with."""
    read = moment if condition.type is ValueType.DATE else _unchanged
    if isinstance(condition.value, tuple):
        return frozenset(read(each) for each in condition.value)
    return read(condition.value)


def _unchanged(value: object) -> object:
    return value
