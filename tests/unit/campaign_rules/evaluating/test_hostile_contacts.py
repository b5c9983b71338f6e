"""For any rule and contact, compiled conditions agree with the simple interpreter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import CodeType
from typing import Any

from genesys_purge.campaign_rules.evaluating.conditions import Matches, compile_rule, compile_rules
from genesys_purge.campaign_rules.rules import OPERATORS, Condition, Rule
from genesys_purge.campaign_rules.values import Operator, ValueType
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.campaign_rules.evaluating import reference_interpreter
from tests.unit.campaign_rules.examples import condition, rule, with_conditions

# The interpreter is the oracle of all conditions; an evaluator only combines rules.
MORE = settings(max_examples=settings().max_examples * 2)
FEWER = settings(max_examples=settings().max_examples // 2)
WORDS = "a b __class__ __builtins__ c0 a1 m0 contact 0 {0} {body} None ' \" \\ # ü \u2028 \x00"
HOSTILE = ["return True", '"] or exit() #', "a\n        return True\n"]
parts = st.sampled_from([*WORDS.split(" "), *HOSTILE]) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="."), min_size=1
)
paths = (
    st.lists(parts, min_size=1, max_size=4).map(".".join).filter(lambda path: len(path) <= 200)
    | st.integers(1, 100).map(lambda depth: ".".join(["a"] * depth))
)  # fmt: skip
DATES = ["2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-06-01"]
NUMBERS = [
    "1",
    "1.0",
    "1e0",
    "+1",
    ".5",
    "01",
    "9007199254740993",
    "1" + "0" * 30,
    "1e30",
    "-1E-400",
]
NO_NUMBERS = ["1,000", " 1", "1 ", "1.", "1e400", "NaN", "inf", "1_0", "\u0661", "0x1", "9" * 400]
scalars: dict[ValueType, st.SearchStrategy[Any]] = {
    ValueType.STRING: st.sampled_from(["", "a", "ab", "true", *NUMBERS, *DATES])
    | st.text(max_size=8),
    ValueType.NUMBER: st.sampled_from([0, 1, 1.0, -0.0, 2**53, 2**53 + 1, 1.5, *NUMBERS])
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False),
    ValueType.BOOLEAN: st.booleans() | st.sampled_from(["true", "false"]),
    ValueType.DATE: st.sampled_from(DATES),
}
any_scalar = (
    st.none()
    | st.one_of(*scalars.values())
    | st.floats()
    | st.integers()
    | st.text(st.characters(exclude_categories=[]), max_size=8)
    | st.sampled_from(["2026-01-01T00:00:00", "2026-02-30", "2026-01-01T00:00:60Z", "True"])
    | st.sampled_from(NO_NUMBERS)
)
contacts = st.recursive(
    any_scalar,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(parts, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(ValueType))
    operator = draw(st.sampled_from(sorted(OPERATORS[kind])))
    one = scalars[kind]
    value = st.lists(one, min_size=1, max_size=4) if operator is Operator.IN else one
    return condition(draw(paths), operator, draw(value), kind)


rules = st.builds(
    lambda conditions, enabled: with_conditions(*conditions, enabled=enabled),
    st.lists(conditions(), max_size=5),
    st.sampled_from([True, True, True, False]),
)


def plant(contact: Any, path: str, value: object) -> None:
    """Puts a value at a dotted path, unless another value blocks it."""
    *way, last = path.split(".")
    for part in way:
        contact = contact.setdefault(part, {})
        if not isinstance(contact, dict):
            return
    contact[last] = value


@st.composite
def cases(draw: st.DrawFn) -> tuple[Rule, Any]:
    """A rule, and a contact that has most of its attributes."""
    drawn = draw(rules)
    contact = draw(st.dictionaries(parts, contacts, max_size=3))
    for each in drawn.conditions:
        plant(contact, each.attribute, draw(near(each)))
    return drawn, contact


def near(condition: Condition) -> st.SearchStrategy[object]:
    """Mostly the wanted value or one of its type, sometimes any value."""
    is_list = condition.operator is Operator.IN
    wanted = json.loads(condition.value)[0] if is_list else condition.value
    return st.just(wanted) | st.just(wanted) | scalars[condition.reading.kind] | any_scalar


@MORE
@given(cases())
def test_compiled_rule_agrees_with_the_interpreter(case: tuple[Rule, Any]) -> None:
    drawn, contact = case
    assert compile_rule(drawn)(contact) is reference_interpreter.matches(drawn.to_json(), contact)


@given(rules, contacts)
@example(with_conditions(condition("a", "equals", "x", "string")), None)
@example(with_conditions(condition("a", "equals", "x", "string")), [])
@example(with_conditions(condition("0", "equals", "x", "string")), ["x"])
def test_any_json_value_is_evaluated_as_a_contact(drawn: Rule, contact: Any) -> None:
    assert compile_rule(drawn)(contact) is reference_interpreter.matches(drawn.to_json(), contact)


@FEWER
@given(st.lists(cases(), max_size=3))
def test_evaluator_agrees_with_the_interpreter(drawn: list[tuple[Rule, Any]]) -> None:
    several = [
        each.model_copy(update={"name": f"R{number}", "execution_order": number})
        for number, (each, _) in enumerate(drawn)
    ]
    found = compile_rules(reversed(several)).over(contact for _, contact in drawn)
    assert list(found) == [
        tuple(
            each.name for each in several if reference_interpreter.matches(each.to_json(), contact)
        )
        for _, contact in drawn
    ]


def code_of(matches: Matches) -> CodeType:
    code = getattr(matches, "__code__", None)
    assert isinstance(code, CodeType)
    return code


def plainly(conditions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Conditions of the same shape with other attributes and values."""
    letters: dict[str, str] = {}
    for each in conditions:
        read = with_conditions(each).conditions[0].reading
        path = [
            letters.setdefault(part, chr(0x3B1 + len(letters)))
            for part in each["attribute"].split(".")
        ]
        value = PLAIN[read.kind]
        listed: object = [value] if each["operator"] is Operator.IN else value
        yield each | {"attribute": ".".join(path), "value": listed}


PLAIN = {"string": "x", "number": "7", "boolean": "true", "date": "2020-02-02"}


@given(st.lists(conditions(), max_size=5))
def test_generated_code_contains_no_text_of_a_user(drawn: list[dict[str, Any]]) -> None:
    theirs = compile_rule(with_conditions(*drawn))
    plain = compile_rule(with_conditions(*plainly(drawn)))
    assert code_of(theirs) == code_of(plain)


HOSTILE_NAMES = [
    "__class__",
    "__class__.__name__",
    "__dict__",
    "keys",
    "items.__self__",
    "__builtins__",
    "0",
    "c0",
    "contact",
    'a"] or __import__("os").abort() #',
    "a\n        return True\n",
]


def test_hostile_attribute_name_reads_only_the_contact() -> None:
    for attribute in HOSTILE_NAMES:
        matches = compile_rule(with_conditions(condition(attribute, "notEquals", "x", "string")))
        assert not matches({})
        assert not matches({"a": "b", "items": "c"})
        planted: dict[str, Any] = {}
        plant(planted, attribute, "dict")
        assert matches(planted)


def test_generated_code_has_no_builtins() -> None:
    compiled = compile_rule(with_conditions(condition("a", "equals", "x", "string")))
    assert getattr(compiled, "__globals__", {})["__builtins__"] == {}


def test_contact_may_be_as_deep_as_the_longest_path() -> None:
    contact: Any = "x"
    for _ in range(100):
        contact = {"a": contact}
    deepest = ".".join(["a"] * 100)
    assert compile_rule(with_conditions(condition(deepest, "equals", "x", "string")))(contact)
    shallow = deepest.removesuffix(".a")
    assert not compile_rule(with_conditions(condition(shallow, "equals", "x", "string")))(contact)


def test_largest_rule_compiles() -> None:
    largest = [
        condition(".".join([chr(97 + n % 26)] * 100), "in", [n], "number") for n in range(50)
    ]
    compiled = compile_rule(Rule.parse(rule(conditions=largest)))
    assert not compiled({"a": {"a": 1}})
