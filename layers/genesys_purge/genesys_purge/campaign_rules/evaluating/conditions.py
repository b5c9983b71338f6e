"""Conditions compiled into functions: generated code, in which nothing is what a user wrote.

Which attributes are read and which values they are held against are constants that the code
knows by numbered names; its text is put together from the tables below alone.
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
# No JSON value of another type passes these, so its type need not be asked for; a list or an
# object in place of text is not hashable: a TypeError.
TELLS_THE_TYPE = {
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
# All that the code may call or name beside its constants.
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
    """Whether a contact, an object as JSON has them, meets every condition of an enabled rule.

    A condition is false where the attribute is missing or null, where something on the way to it
    is no object, and where the value is not of the condition's type: `true` and `"1"` are no
    numbers, a date is RFC 3339 text with an offset or YYYY-MM-DD. NaN compares false, `notEquals`
    included. It never raises and keeps nothing of a contact.
    """
    if not rule.enabled:
        return _never
    code = _Code()
    for condition in rule.conditions:
        code.require(condition)
    return code.compiled()


class Evaluator:
    """The enabled rules, compiled; in execution order."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        enabled = sorted(
            (rule for rule in rules if rule.enabled), key=lambda rule: rule.execution_order
        )
        self._compiled = [(rule.name, compile_rule(rule)) for rule in enabled]

    def matching(self, contact: Mapping[str, Any]) -> tuple[str, ...]:
        """The names of the rules that match the contact."""
        return tuple([name for name, matches in self._compiled if matches(contact)])

    def over(self, contacts: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
        """The names of the rules that match, contact by contact, as they are asked for."""
        return map(self.matching, contacts)


def compile_rules(rules: Iterable[Rule]) -> Evaluator:
    """An evaluator of all rules that are enabled."""
    return Evaluator(rules)


def _never(_: Mapping[str, Any]) -> bool:
    return False


class _Code:
    """A function's lines, and the constants that they name.

    Only what is numbered, or stands in a table of this module, becomes text.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._constants: dict[str, object] = {}
        self._attributes: dict[tuple[str, ...], str] = {(): "contact"}
        self._moments: dict[str, str] = {}

    def require(self, condition: Condition) -> None:
        """The function is true only where the condition holds."""
        actual = self._attribute(condition.attribute)
        if condition.type is ValueType.DATE:
            actual = self._moment(actual)
        constant = self._constant(_constant_of(condition))
        test = TELLS_THE_TYPE.get((condition.type, condition.operator)) or (
            f"{IS_OF_TYPE[condition.type]} and {COMPARES[condition.operator]}"
        )
        self._lines.append(f"if not ({test.format(actual, constant)}): return False")

    def compiled(self) -> Matches:
        source = FRAME.format(body="\n        ".join(self._lines))
        namespace: dict[str, Any] = VOCABULARY | self._constants
        # The text holds no word of a user's; see the class.
        exec(compile(source, "<campaign rule>", "exec"), namespace)  # noqa: S102
        matches: Matches = namespace["matches"]
        return matches

    def _attribute(self, path: str) -> str:
        """The variable that holds what is at a dotted path; each is fetched once."""
        parts = tuple(path.split("."))
        for end, part in enumerate(parts, start=1):
            if parts[:end] not in self._attributes:
                variable = f"a{len(self._attributes)}"
                parent, key = self._attributes[parts[: end - 1]], self._constant(part)
                self._lines.append(f"{variable} = {parent}[{key}]")
                self._attributes[parts[:end]] = variable
        return self._attributes[parts]

    def _moment(self, attribute: str) -> str:
        """The variable that holds an attribute's moment, or None; each is read once."""
        if attribute not in self._moments:
            self._moments[attribute] = f"m{len(self._moments)}"
            self._lines.append(f"{self._moments[attribute]} = moment({attribute})")
        return self._moments[attribute]

    def _constant(self, value: object) -> str:
        name = f"c{len(self._constants)}"
        self._constants[name] = value
        return name


def _constant_of(condition: Condition) -> object:
    """What the contact's value is compared with."""
    read = moment if condition.type is ValueType.DATE else _as_it_is
    if isinstance(condition.value, tuple):
        return frozenset(read(each) for each in condition.value)
    return read(condition.value)


def _as_it_is(value: object) -> object:
    return value
