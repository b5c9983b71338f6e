"""Compiles conditions into functions; the generated code contains no text of a user.

Attributes and values are constants with numbered names. The text of the code comes from the
tables of this module only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from genesys_purge.campaign_rules.rules import Condition, Rule
from genesys_purge.campaign_rules.values import Operator, ValueType, moment, number, truth

# True if a contact meets every condition, None if no condition is false but a value of the contact
# cannot be read.
Matches = Callable[[Mapping[str, Any]], bool | None]

# The value of a contact, read as the type of the comparison; None if it cannot be read.
READS = {
    ValueType.STRING: "{0} if type({0}) is str else None",
    ValueType.NUMBER: "{0} if type({0}) in numbers else number({0})",
    ValueType.BOOLEAN: "{0} if type({0}) is bool else truth({0})",
    ValueType.DATE: "moment({0})",
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
CONDITION = """
        if {read} is None:
            if {given} is None: return False
            unread = True
        elif not ({test}): return False
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
        self._reads: dict[tuple[str, ValueType], str] = {}

    def require(self, condition: Condition) -> None:
        """Make the function return False unless the condition holds."""
        given, (kind, value) = self._attribute(condition.attribute), condition.reading
        read = self._read(given, kind)
        test = COMPARES[condition.operator].format(read, self._constant(value))
        self._lines.append(CONDITION.strip().format(read=read, given=given, test=test))

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

    def _read(self, attribute: str, kind: ValueType) -> str:
        """The variable for an attribute read as a type, or None; each is read once."""
        if (attribute, kind) not in self._reads:
            self._reads[attribute, kind] = f"r{len(self._reads)}"
            line = f"{self._reads[attribute, kind]} = {READS[kind].format(attribute)}"
            self._lines.append(line)
        return self._reads[attribute, kind]

    def _constant(self, value: object) -> str:
        name = f"c{len(self._constants)}"
        self._constants[name] = value
        return name
