"""EvaluateContacts: contacts in the request or in a file, and every error at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from genesys_purge.campaign_rules.checking import check
from genesys_purge.campaign_rules.evaluating.evaluate_contacts import EvaluateContacts
from genesys_purge.errors import InvalidRequest, TooLarge, TryLater

from tests.change_fakes import MemoryFiles
from tests.fakes import MemoryMeter
from tests.unit.campaign_rules.examples import condition, rule, rule_set, set_list

NORTH = rule("north", 1, conditions=[condition("region", "equals", "north", "string")])
LARGE = rule("large", 2, conditions=[condition("size", "greaterThan", 10, "number")])
URL = "s3://contacts/2026/november.jsonl"


class Bench:
    """The use case over in-memory adapters."""

    def __init__(self) -> None:
        self.files = MemoryFiles()
        self.meter = MemoryMeter()
        self.evaluate = EvaluateContacts(self.files, self.meter)

    def inline(self, *contacts: Any, rules: tuple[Any, ...] = (NORTH, LARGE)) -> dict[str, Any]:
        return self.evaluate(rule_set(*rules, contacts=list(contacts)))

    def errors(self, event: object) -> dict[str, str]:
        with pytest.raises(InvalidRequest) as refused:
            self.evaluate(event)
        return {error.path: error.message for error in refused.value.errors()}


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_contacts_of_the_request_are_answered_in_order(bench: Bench) -> None:
    answer = bench.inline({"region": "north", "size": 11}, {"size": 12}, {})
    assert answer.pop("averageLatencySeconds") >= 0
    assert answer == {
        "matches": [
            {"contact": 0, "rules": ("north", "large")},
            {"contact": 1, "rules": ("large",)},
            {"contact": 2, "rules": ()},
        ],
        "evaluated": 3,
        "conflicts": 0,
        "unreadable": {},
    }
    assert bench.meter.counts == {"Evaluations": 3, "ConflictsDetected": 0}
    assert "EvaluationLatency" in bench.meter.durations


def test_empty_list_of_contacts_is_allowed(bench: Bench) -> None:
    assert bench.inline() == {
        "matches": [],
        "evaluated": 0,
        "conflicts": 0,
        "unreadable": {},
    }


def test_set_with_list_conflicts_can_be_evaluated(bench: Bench) -> None:
    rivals = (
        rule("A", 1, actions=[set_list("L", "x")]),
        rule("B", 2, actions=[set_list("L", "y")]),
    )
    with pytest.raises(InvalidRequest):
        check(rule_set(*rivals))
    assert bench.inline({}, {}, rules=rivals)["conflicts"] == 2
    assert bench.meter.counts["ConflictsDetected"] == 2


def test_answer_counts_unreadable_contacts_of_each_rule(bench: Bench) -> None:
    inline = [{"size": size} for size in ("11", "large", True, 9)] + [{"region": 7}]
    answer = bench.inline(*inline)
    assert [each["rules"] for each in answer["matches"]] == [("large",), (), (), (), ()]
    assert answer["unreadable"] == {"north": 1, "large": 2}
    bench.files.objects[URL] = b'{"size": "large"}'
    assert bench.evaluate(rule_set(LARGE, contactsFrom=URL))["unreadable"] == {"large": 1}


def test_file_is_answered_by_a_file_in_the_same_bucket(bench: Bench) -> None:
    bench.files.objects[URL] = b'{"region": "north"}\n\n{"size": 11}\n'
    event = rule_set(NORTH, LARGE, contactsFrom=URL)
    answer = bench.evaluate(event)
    matches_at = answer["matchesAt"]
    assert matches_at.startswith("s3://contacts/matches/")
    assert matches_at.endswith("/2026/november.jsonl")
    assert (answer["evaluated"], answer["conflicts"]) == (2, 0)
    assert [json.loads(line) for line in bench.files.objects[matches_at].splitlines()] == [
        {"contact": 0, "rules": ["north"]},
        {"contact": 2, "rules": ["large"]},
    ]
    assert bench.evaluate(event)["matchesAt"] == matches_at


def test_each_rule_set_has_its_own_file_of_matches(bench: Bench) -> None:
    bench.files.objects[URL] = b"{}"
    answers = [bench.evaluate(rule_set(each, contactsFrom=URL)) for each in (NORTH, LARGE)]
    assert answers[0]["matchesAt"] != answers[1]["matchesAt"]


def test_wrong_line_is_named_and_nothing_is_stored(bench: Bench) -> None:
    bench.files.objects[URL] = b"{}\n[]\n{}"
    event = rule_set(NORTH, contactsFrom=URL)
    assert bench.errors(event) == {"line 2": "contact 1 is not a JSON object"}
    assert set(bench.files.objects) == {URL}
    assert bench.meter.counts == {}


def test_missing_file_is_refused(bench: Bench) -> None:
    assert set(bench.errors(rule_set(NORTH, contactsFrom=URL))) == {"contactsFrom"}


def test_failed_upload_is_an_error_without_metrics(bench: Bench) -> None:
    bench.files.objects[URL] = b"{}"

    def fail(_: str) -> None:
        raise TryLater("503")

    bench.files.before_put = fail
    with pytest.raises(TryLater):
        bench.evaluate(rule_set(NORTH, contactsFrom=URL))
    assert bench.meter.counts == {}


def test_request_is_a_json_object(bench: Bench) -> None:
    events: list[object] = [None, [], "x", 1]
    for event in events:
        assert bench.errors(event) == {"request": "must be a JSON object"}


def test_contacts_come_from_exactly_one_field(bench: Bench) -> None:
    for fields in ({}, {"contacts": [], "contactsFrom": URL}):
        event = rule_set(NORTH, **fields)
        assert bench.errors(event) == {"request": "needs either contacts or contactsFrom"}


def test_contacts_are_a_list_of_at_most_a_thousand(bench: Bench) -> None:
    wrong: list[object] = [None, {}, "x", [{}] * 1_001]
    for contacts in wrong:
        event = rule_set(NORTH, contacts=contacts)
        assert bench.errors(event) == {"contacts": "must be a list of at most 1000 contacts"}


def test_thousand_contacts_are_allowed(bench: Bench) -> None:
    assert bench.inline(*[{}] * 1_000)["evaluated"] == 1_000


def test_contact_is_a_json_object(bench: Bench) -> None:
    wrong: list[object] = [None, 1, "x", []]
    for contact in wrong:
        event = rule_set(NORTH, contacts=[{}, contact])
        assert bench.errors(event) == {"contacts.1": "must be a JSON object"}


def test_file_is_named_by_bucket_and_key(bench: Bench) -> None:
    wrong: list[object] = [
        None,
        7,
        "",
        "contacts.jsonl",
        "s3://contacts",
        "s3://contacts/",
        "s3:///key",
        "https://contacts/key",
        "s3://CONTACTS/key",
        f"s3://contacts/{'x' * 901}",
    ]
    for url in wrong:
        assert set(bench.errors(rule_set(NORTH, contactsFrom=url))) == {"contactsFrom"}


def test_every_error_is_reported_at_once(bench: Bench) -> None:
    event = rule_set(NORTH, rule("large", 1, priority=0), contacts=[1], surprise=True)
    found = bench.errors(event)
    assert set(found) == {"surprise", "rules.1.priority", "rules.1.executionOrder", "contacts.0"}


def test_answer_above_the_size_limit_is_an_error(bench: Bench) -> None:
    rules = tuple(rule(f"{n}".rjust(100, "x"), n) for n in range(1, 101))
    with pytest.raises(TooLarge, match="use contactsFrom"):
        bench.inline(*[{}] * 1_000, rules=rules)
    assert bench.meter.counts == {}


def test_request_may_have_5_million_bytes_and_no_more(bench: Bench) -> None:
    large = {"note": "x" * 4_900}
    assert bench.inline(*[large] * 1_000)["matches"]
    errors = bench.errors(rule_set(NORTH, contacts=[large | {"more": "x" * 200}] * 1_000))
    assert list(errors) == ["request"]
    assert errors["request"].startswith("may have at most 5000000 bytes, not 5")
    assert bench.meter.counts["Evaluations"] == 1_000


def test_rule_set_is_checked_in_every_other_way(bench: Bench) -> None:
    for spoiled in (NORTH | {"priority": 0}, NORTH | {"name": ""}, None):
        assert bench.errors(rule_set(spoiled, contacts=[]))
