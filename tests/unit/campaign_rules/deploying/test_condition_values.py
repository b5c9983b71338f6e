"""Values of conditions at Genesys: text on the wire, compared by their meaning."""

from __future__ import annotations

import json
from typing import Any

import pytest
from genesys_purge.campaign_rules.evaluating.evaluate_contacts import EvaluateContacts

from simulator import Fault, FaultKind, Operation
from tests.change_fakes import MemoryFiles
from tests.fakes import MemoryMeter
from tests.template import ROOT
from tests.unit.campaign_rules.deploying.bench import DeployBench
from tests.unit.campaign_rules.deploying.live_bench import RULE_SETS, LiveBench, contact_rule
from tests.unit.campaign_rules.deploying.live_bench import trigger_rule as live_trigger
from tests.unit.campaign_rules.examples import condition, rule

D5: dict[str, Any] = json.loads((ROOT / "events" / "documents" / "D5.json").read_text())


def valued(value: object, kind: str, operator: str = "greaterThan") -> dict[str, Any]:
    return rule("A", 1, conditions=[condition("value", operator, value, kind)])


def sent(bench: DeployBench) -> object:
    """The value at Genesys of the rule's only condition."""
    return bench.at_genesys("A")["conditions"][0]["value"]


# Forms of one value, and the text that Genesys stores for the first one.
ONE_MEANING: list[tuple[str, str, list[object], str]] = [
    ("greaterThan", "number", [5000, "5000", "5e3", 5000.0], "5000"),
    ("greaterThan", "number", ["5e3", 5000], "5e3"),
    ("greaterThan", "string", ["5000", "5e3"], "5000"),
    ("equals", "boolean", [True, "true"], "true"),
    ("lessThan", "date", ["2026-06-01", "2026-06-01T02:00:00+02:00"], "2026-06-01"),
    ("in", "string", [["a", "b"], '["b", "a"]', ["b", "a"]], '["a","b"]'),
    ("in", "number", [[1, 2.5], '["2.5", 1]'], '["1","2.5"]'),
]


def test_value_is_sent_as_text_and_its_other_forms_change_nothing() -> None:
    for operator, kind, (first, *others), text in ONE_MEANING:
        bench = DeployBench()
        assert bench.deploy(valued(first, kind, operator)).outcome == "deployed"
        assert sent(bench) == text
        for other in (first, *others):
            again = bench.deploy(valued(other, kind, operator))
            assert (again.outcome, sent(bench)) == ("unchanged", text), other


def test_other_value_or_type_updates_the_rule() -> None:
    bench = DeployBench()
    bench.deploy(valued("5000", "string"))
    for value, kind in (("5000.5", "string"), ("5000.5", "number"), ("5,000", "string")):
        assert bench.deploy(valued(value, kind)).outcome == "deployed"
        assert sent(bench) == value


def test_rules_of_the_document_are_deployed_and_select_contacts() -> None:
    bench = DeployBench()
    assert bench.deploy(*D5["rules"]).outcome == "deployed"
    (first, second) = D5["rules"]
    assert bench.at_genesys(first["name"])["conditions"] == first["conditions"]
    assert bench.deploy(*D5["rules"]).outcome == "unchanged"
    values: list[object] = [10_000, "10000", 5000.01, "5e4", 5000, "900", "n/a", None]
    contacts: list[Any] = [{"customFields": {"lifetimeValue": value}} for value in values]
    consents = [{"customFields": {"consent": value}} for value in (False, "false", True, "true")]
    evaluate = EvaluateContacts(MemoryFiles(), MemoryMeter())
    answer = evaluate({**D5, "contacts": [*contacts, *consents]})
    found = [list(each["rules"]) for each in answer["matches"]]
    assert found[: len(values)] == [[first["name"]]] * 4 + [[]] * 4
    assert found[len(values) :] == [[second["name"]]] * 2 + [[]] * 2
    assert answer["unreadable"] == {first["name"]: 1}


ORDERINGS = [
    ("greaterThan", "5000", "GREATER_THAN", "NUMERIC", "5000"),
    ("lessThanOrEqual", "5e3", "LESS_THAN_EQUALS", "NUMERIC", "5000"),
    ("greaterThan", "2026-06-01", "AFTER", "DATETIME", "2026-06-01"),
]


@pytest.mark.parametrize(("operator", "value", "term", "kind", "text"), ORDERINGS)
def test_live_platform_compares_a_string_as_its_value_reads(
    operator: str, value: str, term: str, kind: str, text: str
) -> None:
    bench = LiveBench()
    condition_of_d5 = condition("customFields.lifetimeValue", operator, value, "string")
    rules = [contact_rule("A", conditions=[condition_of_d5])]
    assert bench.deploy(*rules).outcome == "deployed"
    ((stored,),) = [each["conditions"] for each in bench.all(RULE_SETS)[0]["rules"]]
    found = {name: stored[name] for name in ("operator", "valueType", "value", "inverted")}
    assert found == {"operator": term, "valueType": kind, "value": text, "inverted": False}
    assert bench.deploy(*rules).outcome == "unchanged"
    changed = condition_of_d5 | {"value": f"{value[:3]}7{value[4:]}" if "-" in value else "6"}
    assert bench.deploy(contact_rule("A", conditions=[changed])).outcome == "deployed"


def test_live_trigger_compares_a_string_that_reads_as_a_number() -> None:
    bench = LiveBench()
    progress = condition("campaign.campaignProgress", "greaterThan", "5e-1", "string")
    rules = [live_trigger(conditions=[progress])]
    assert bench.deploy(*rules).outcome == "deployed"
    assert bench.deploy(live_trigger()).outcome == "unchanged"
    assert bench.deploy(*rules).outcome == "unchanged"


def test_roll_back_restores_values_as_they_were_read() -> None:
    bench = DeployBench()
    bench.deploy(valued("5e3", "number"))
    bench.simulator.faults.add(
        Fault(FaultKind.RATE_LIMITED, Operation.CREATE_CAMPAIGN_RULE, times=5)
    )
    assert bench.deploy(valued("6000", "number"), rule("B", 7)).outcome == "rolled_back"
    values = [body["conditions"][0]["value"] for verb, body in bench.sent() if verb == "PUT"]
    assert (values, sent(bench)) == (["6000", "5e3"], "5e3")
