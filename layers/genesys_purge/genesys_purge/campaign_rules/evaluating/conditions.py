"""Compiles conditions into functions; the generated code contains no text of a user.

Attributes and values are constants with numbered names. The text of the code comes from the
tables of this module only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from genesys_purge.campaign_rules.rules import Condition, Rule
from genesys_purge.campaign_rules.values import (
    Operator,
    ValueType,
    moment,
    number,
    text,
    truth,
)

# True if a contact meets every condition, None if no condition is false but a value of the contact
# cannot be read.
Matches = Callable[[Mapping[str, Any]], bool | None]

IS_OF_TYPE = {
    ValueType.STRING: "type({0}) is str",
    ValueType.NUMBER: "type({0}) in numbers",
    ValueType.BOOLEAN: "type({0}) is bool",
}
READS = {
    ValueType.STRING: "text({0})",
    ValueType.NUMBER: "number({0})",
    ValueType.BOOLEAN: "truth({0})",
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
# No value of another type passes these, so they need no type check before.
AT_ONCE = {
    (ValueType.STRING, Operator.EQUALS): "{0} == {1}",
    (ValueType.BOOLEAN, Operator.EQUALS): "{0} is {1}",
}
# A value of the type is compared as it is, and any other one is read first.
COMPARE_TYPED = """
        if {is_of_type}:
            if not ({test}): return False
"""
COMPARE_AT_ONCE = """
        if {test}: pass
        elif {is_of_type}: return False
"""
COMPARE_READ = """
        else:
            read = {reads}
            if read is not None:
                if not ({test_of_read}): return False
            elif {given} is None: return False
            else: unread = True
"""
COMPARE_MOMENT = """
        if {moment} is not None:
            if not ({test}): return False
        elif {given} is None: return False
        else: unread = True
"""
FRAME = """
def matches(contact):
    unread = False
    try:
        {body}
    except (KeyError, TypeError):
        return False
    return None if unread else True
"""
# The only names that the code may use beside its constants.
VOCABULARY = {
    "__builtins__": {},
    "KeyError": KeyError,
    "TypeError": TypeError,
    "bool": bool,
    "moment": moment,
    "number": number,
    "numbers": frozenset({int, float}),
    "str": str,
    "text": text,
    "truth": truth,
    "type": type,
}


def compile_rule(rule: Rule) -> Matches:
    """A function that returns whether a contact, a JSON object, meets every condition of the rule.

    A disabled rule matches nothing. A condition is false if the attribute is missing or null. If a
    value is there but cannot be read as the type that is compared, the rule does not match either;
    the function returns None if that value alone prevents the match. Every comparison with NaN is
    false, including `notEquals`. The function never raises.
    """
    if not rule.enabled:
        return _never
    code = _Code()
    for condition in rule.conditions:
        code.require(condition)
    return code.compiled()


class Evaluator:
    """Evaluates the enabled rules in execution order, and counts the contacts it cannot read."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        enabled = sorted(
            (rule for rule in rules if rule.enabled), key=lambda rule: rule.execution_order
        )
        self._compiled = [(rule.name, compile_rule(rule)) for rule in enabled]
        self._unreadable = dict.fromkeys((rule.name for rule in enabled), 0)

    def matching(self, contact: Mapping[str, Any]) -> tuple[str, ...]:
        """The names of the rules that match a contact."""
        names = []
        for name, matches in self._compiled:
            outcome = matches(contact)
            if outcome:
                names.append(name)
            elif outcome is None:
                self._unreadable[name] += 1
        return tuple(names)

    def over(self, contacts: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
        """The names of the matching rules for each contact, evaluated one contact at a time."""
        return map(self.matching, contacts)

    @property
    def unreadable(self) -> dict[str, int]:
        """For each rule, the contacts that it left out because of a value that cannot be read.

        Rules without such contacts are left out.
        """
        return {name: count for name, count in self._unreadable.items() if count}


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
        given, (kind, value) = self._attribute(condition.attribute), condition.reading
        constant = self._constant(value)
        if kind is ValueType.DATE:
            at = self._moment(given)
            test = COMPARES[condition.operator].format(at, constant)
            lines = COMPARE_MOMENT.format(moment=at, given=given, test=test)
        else:
            lines = _comparison(kind, condition.operator, given, constant)
        self._lines.append(lines.strip())

    def compiled(self) -> Matches:
        source = FRAME.format(body="\n        ".join([*self._lines, "pass"]))
        namespace: dict[str, Any] = VOCABULARY | self._constants
        exec(compile(source, "<campaign rule>", "exec"), namespace)  # noqa: S102  no user text, see above
        matches: Matches = namespace["matches"]
        return matches

    def _attribute(self, path: str) -> str:
        """The variable for the value at a dotted path; each value is looked up once."""
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


def _comparison(kind: ValueType, operator: Operator, given: str, constant: str) -> str:
    """The lines that compare a value of a contact, which is read unless it has the type."""
    at_once = AT_ONCE.get((kind, operator))
    first = (COMPARE_AT_ONCE if at_once else COMPARE_TYPED).format(
        is_of_type=IS_OF_TYPE[kind].format(given),
        test=(at_once or COMPARES[operator]).format(given, constant),
    )
    otherwise = COMPARE_READ.format(
        reads=READS[kind].format(given),
        given=given,
        test_of_read=COMPARES[operator].format("read", constant),
    )
    return first.rstrip() + otherwise
