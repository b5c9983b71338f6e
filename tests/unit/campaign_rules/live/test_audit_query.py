"""The audit query: its answers, its pages, and the entries that are changes of rules."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.campaign_rules.live import audit_query
from genesys_purge.campaign_rules.live.audit_entry import AuditEntry, entry_in
from genesys_purge.campaign_rules.live.audit_query import (
    FIRST_PAGE,
    NEXT_PAGE,
    POLL_SECONDS,
    START,
    STATE,
    AuditQuery,
)
from genesys_purge.errors import NotAtGenesys, RefusedByGenesys, TryLater, UnreadableAnswer
from genesys_purge.model.dates import Window

from tests.clock import NOON
from tests.scripted_genesys import Reply, ScriptedGenesys

WINDOW = Window(start=NOON - timedelta(hours=1), end=NOON)
ENTRY: dict[str, Any] = {
    "id": "entry-1",
    "serviceName": "Outbound",
    "eventDate": "2026-11-21T11:30:00Z",
    "action": "Update",
    "entityType": "CampaignRule",
    "entity": {"id": "rule-1", "name": "slow"},
    "status": "SUCCESS",
}
TOO_LARGE = RefusedByGenesys("400", status=400, code="response.entity.too.large")


def scripted(*pages: Reply) -> ScriptedGenesys:
    """Both queries succeed at once and answer with these pages."""
    genesys = ScriptedGenesys()
    genesys.on(START, {"id": "query-1"})
    genesys.on(STATE, {"state": "Succeeded"})
    genesys.on(FIRST_PAGE, pages[0] if pages else {"entities": []})
    genesys.on(NEXT_PAGE, *pages[1:])
    return genesys


def read(genesys: ScriptedGenesys) -> list[AuditEntry]:
    query = AuditQuery(genesys, lambda _: None, lambda: math.inf)
    assert query.running(WINDOW, ()) == ()
    return query.entries(WINDOW)


def page(*numbers: int, cursor: object = None) -> dict[str, Any]:
    entries = [ENTRY | {"id": f"entry-{each}"} for each in numbers]
    return {"entities": entries} | ({"cursor": cursor} if cursor else {})


def test_every_page_is_read_and_repeated_entries_count_once() -> None:
    genesys = scripted(page(1, 2, cursor="a/b"), page(2, 3))
    assert [each.id for each in read(genesys)] == ["entry-1", "entry-2", "entry-3"]
    cursors = [call.path["cursor"] for call in genesys.calls if call.operation == NEXT_PAGE]
    assert cursors == ["a/b", "a/b"]


def test_entries_are_in_order_of_time() -> None:
    early = ENTRY | {"id": "entry-0", "eventDate": "2026-11-21T11:00:00.5Z"}
    assert [each.id for each in read(scripted({"entities": [ENTRY, early]}))] == [
        "entry-0",
        "entry-1",
    ]


@pytest.mark.parametrize("pages", [({},), ({"entities": {}},), (page(1, cursor=5),)])
def test_unreadable_page_is_an_error(pages: tuple[Reply, ...]) -> None:
    with pytest.raises(UnreadableAnswer):
        read(scripted(*pages))


def test_pages_that_lead_in_a_circle_are_an_error() -> None:
    with pytest.raises(UnreadableAnswer, match="in a circle"):
        read(scripted(page(1, cursor="a"), page(2, cursor="a")))


def test_pages_that_do_not_end_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_query, "MOST_PAGES", 2)
    with pytest.raises(UnreadableAnswer, match="more than 2 pages"):
        read(scripted(page(1, cursor="a"), page(2, cursor="b")))


def test_too_large_pages_are_read_again_in_smaller_ones() -> None:
    genesys = scripted()
    genesys.on(FIRST_PAGE, TOO_LARGE, TOO_LARGE, page(1))
    assert len(read(genesys)) == 1
    sizes = [call.path["size"] for call in genesys.calls if call.operation == FIRST_PAGE]
    assert sizes == ["500", "50", "5", "500"]


def test_page_that_is_refused_for_another_reason_is_an_error() -> None:
    with pytest.raises(RefusedByGenesys, match="bad request"):
        read(scripted(RefusedByGenesys("bad request", status=400, code="bad.request")))


def test_page_that_stays_too_large_is_an_error() -> None:
    with pytest.raises(RefusedByGenesys):
        read(scripted(TOO_LARGE))


@pytest.mark.parametrize("operation", [STATE, FIRST_PAGE])
def test_forgotten_query_is_tried_later(operation: Any) -> None:
    genesys = scripted()
    genesys.on(operation, NotAtGenesys("404"))
    with pytest.raises(TryLater, match="no longer knows an audit query; export again"):
        read(genesys)


@pytest.mark.parametrize("query_id", [None, "", 7, "../x"])
def test_query_without_a_usable_id_is_an_error(query_id: object) -> None:
    genesys = scripted()
    genesys.on(START, {"id": query_id})
    with pytest.raises(UnreadableAnswer, match="without a usable id"):
        read(genesys)


def test_unknown_state_counts_as_running() -> None:
    genesys, waits = scripted(), list[float]()
    genesys.on(STATE, {"state": "Queued"}, {"state": "Napping"}, {}, {"state": "SUCCEEDED"})
    assert AuditQuery(genesys, waits.append, lambda: math.inf).running(WINDOW, ()) == ()
    assert waits == [POLL_SECONDS] * 3


def test_started_queries_are_not_started_again() -> None:
    genesys = scripted(page(1))
    query = AuditQuery(genesys, lambda _: None, lambda: math.inf)
    assert query.running(WINDOW, ("query-7",)) == ()
    assert len(query.entries(WINDOW)) == 1
    assert {call.path["query_id"] for call in genesys.calls} == {"query-7"}


@pytest.mark.parametrize(
    ("action", "event"),
    [
        ("Create", "outbound.rule.created"),
        ("Edit", "outbound.rule.updated"),
        ("Delete", "outbound.rule.deleted"),
        ("ApplyProtection", "outbound.rule.applyProtection"),
    ],
)
def test_action_of_the_platform_is_an_event_of_d5(action: str, event: str) -> None:
    entry = entry_in(ENTRY | {"action": action})
    assert entry is not None
    assert entry.event == event


@pytest.mark.parametrize(
    "other",
    [
        {"action": "View"},
        {"status": "FAILURE"},
        {"entityType": "Campaign", "entity": None},
        {"serviceName": "Quality"},
    ],
)
def test_entry_that_changed_no_rule_is_left_out(other: dict[str, Any]) -> None:
    assert entry_in(ENTRY | other) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"eventDate": "yesterday"},
        {"eventDate": None},
        {"action": ""},
        {"action": ["Create"]},
        {"entity": None},
        {"entity": {"id": "../x"}},
        {"propertyChanges": [5]},
    ],
)
def test_entry_that_cannot_be_read_is_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswer):
        entry_in(ENTRY | wrong)
    with pytest.raises(UnreadableAnswer):
        entry_in("entry")


def test_campaigns_of_an_entry_are_read_from_entities_and_from_text() -> None:
    changed = {
        "propertyChanges": [
            {"property": "campaignRuleEntities", "newValues": ['{"campaigns": [{"id": "c-1"}]}']},
            {"property": "name", "oldValues": ["c-2 slow"]},
        ],
        "entityChanges": [
            {"entityType": "Campaign", "entityId": "c-3"},
            {"entityType": "Sequence", "entityId": "s-4"},
        ],
    }
    entry = entry_in(ENTRY | changed)
    assert entry is not None
    assert entry.campaigns == {"c-1", "c-3"}
    assert {"c-1", "c-2", "c-3", "s-4"} <= entry.mentions
