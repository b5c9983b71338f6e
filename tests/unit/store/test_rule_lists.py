"""DynamoPurgeRules and its twin as lists: newest first, filtered, page by page."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.dates import LAST_MOMENT, Window
from genesys_purge.model.list_filters import FIRST_MOMENT, Listing
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleStatus
from genesys_purge.store import newest_first
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.purge_rules import DynamoPurgeRules

from tests.clock import NOON
from tests.fakes import MemoryAuditLog
from tests.mocked_aws import client, direct_calls, mocked_aws, pause
from tests.rule_fakes import MemoryPurgeRules
from tests.unit.purge_rules.rule_bench import rule

EVERYTHING = Window(start=FIRST_MOMENT, end=LAST_MOMENT)
A_MICROSECOND = timedelta(microseconds=1)
Rules = MemoryPurgeRules | DynamoPurgeRules


@pytest.fixture(params=["twin", "dynamodb"])
def rules(request: pytest.FixtureRequest) -> Any:
    if request.param == "twin":
        yield MemoryPurgeRules(MemoryAuditLog())
        return
    with mocked_aws("RulesTable", "AuditTable"), direct_calls():
        ledger = Ledger(client("dynamodb"), "AuditTable", sleep=pause)
        yield DynamoPurgeRules(client("dynamodb"), "RulesTable", ledger)


def numbered(number: int, **changes: Any) -> PurgeRule:
    """A rule that was requested so many seconds after noon."""
    at = NOON + timedelta(seconds=number)
    return rule(**{"name": f"rule {number}", "requested_at": at} | changes)


def listing(
    limit: int = 100,
    token: str | None = None,
    window: Window = EVERYTHING,
    **filters: Any,
) -> Listing:
    return Listing(window, filters, token, limit)


def put(rules: Rules, *stored: PurgeRule) -> None:
    for each in stored:
        rules.put(each)


def names(found: Sequence[PurgeRule]) -> list[str]:
    return [each.name for each in found]


def test_rule_is_found_by_its_id_once_it_has_one(rules: Rules) -> None:
    put(rules, rule(), numbered(1))
    assert rules.by_id("rule-1") is None
    created = rule().to(RuleStatus.CREATED, rule_id="rule-1")
    put(rules, created)
    assert rules.by_id("rule-1") == created
    assert rules.by_id("rule-2") is None


def test_newer_of_two_rules_with_one_id_is_found(rules: Rules) -> None:
    theirs = numbered(1, organisation="emea", rule_id="rule-1")
    put(rules, numbered(0, rule_id="rule-1"), theirs)
    assert rules.by_id("rule-1") == theirs


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_rules_are_listed_newest_first_at_any_page_size(rules: Rules, limit: int) -> None:
    put(rules, *(numbered(number) for number in (3, 1, 6, 2, 5, 4)))
    put(rules, rule(name="rule 4b", requested_at=NOON + timedelta(seconds=4)))
    pages, token = list[list[str]](), None
    while not pages or token:
        page = rules.newest_first(listing(limit, token))
        pages.append(names(page.rules))
        token = page.following
    listed = [name for page in pages for name in page]
    assert [*listed[:2], *listed[4:]] == ["rule 6", "rule 5", "rule 3", "rule 2", "rule 1"]
    assert sorted(listed[2:4]) == ["rule 4", "rule 4b"]
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)


def test_list_has_the_latest_version_of_a_rule(rules: Rules) -> None:
    put(rules, rule(), rule().to(RuleStatus.FAILED))
    (found,) = rules.newest_first(listing()).rules
    assert found == rule().to(RuleStatus.FAILED)


def test_filters_on_status_and_organisation_are_combined(rules: Rules) -> None:
    failed = {"status": RuleStatus.FAILED}
    put(rules, numbered(1), numbered(2, organisation="emea"))
    put(rules, numbered(3, **failed), numbered(4, organisation="emea", **failed))

    def found(**filters: Any) -> list[str]:
        return names(rules.newest_first(listing(**filters)).rules)

    assert found(status="failed") == ["rule 4", "rule 3"]
    assert found(organisation="emea") == ["rule 4", "rule 2"]
    assert found(organisation="default") == ["rule 3", "rule 1"]
    assert found(organisation="emea", status="creating") == ["rule 2"]


def test_window_contains_its_start_and_not_its_end(rules: Rules) -> None:
    put(rules, *(numbered(number) for number in range(4)))
    put(rules, rule(name="rule 2.9", requested_at=NOON + timedelta(seconds=3) - A_MICROSECOND))
    window = Window(start=NOON + timedelta(seconds=1), end=NOON + timedelta(seconds=3))
    found = names(rules.newest_first(listing(window=window)).rules)
    assert found == ["rule 2.9", "rule 2", "rule 1"]


def token_of(text: bytes) -> str:
    return urlsafe_b64encode(text).decode()


@pytest.mark.parametrize(
    "token",
    [
        "",
        "made up",
        "ü",
        token_of(b""),
        token_of(b"5"),
        token_of(b'{"a": 1, "a": 2}'),
        token_of(b'["2026-11-21T12:00:01+00:00"]'),
        token_of(b'["2026-11-21T12:00:01+00:00", 5]'),
        token_of(b'["2026-11-21T12:00:01+00:00", ""]'),
        token_of(b'["2026-11-21T12:00:01+00:00", "a", "b"]'),
        token_of(b'["zzzz", "rule 1"]'),
        token_of(b'["2026-11-21T12:00:01+00:00", "' + b"x" * 1_025 + b'"]'),
    ],
)
def test_token_of_another_form_is_refused(rules: Rules, token: str) -> None:
    put(rules, numbered(1), numbered(2))
    with pytest.raises(InvalidRequest, match="next: must be the next of an earlier answer"):
        rules.newest_first(listing(token=token))


def test_token_of_a_page_outside_the_window_is_refused(rules: Rules) -> None:
    put(rules, *(numbered(number) for number in range(4)))
    token = rules.newest_first(listing(1)).following
    earlier = Window(start=FIRST_MOMENT, end=NOON + timedelta(seconds=2))
    with pytest.raises(InvalidRequest, match="next: must be the next"):
        rules.newest_first(listing(token=token, window=earlier))


def test_page_ends_after_ten_queries_that_find_little() -> None:
    with mocked_aws("RulesTable", "AuditTable"), direct_calls():
        ledger = Ledger(client("dynamodb"), "AuditTable", sleep=pause)
        rules = DynamoPurgeRules(client("dynamodb"), "RulesTable", ledger)
        put(rules, numbered(0, status=RuleStatus.FAILED), *(numbered(n) for n in range(1, 25)))
        with patch.object(newest_first, "READ_AT_ONCE", 2):
            first = rules.newest_first(listing(status="failed"))
            assert names(first.rules) == []
            last = rules.newest_first(listing(status="failed", token=first.following))
    assert (names(last.rules), last.following) == (["rule 0"], None)
