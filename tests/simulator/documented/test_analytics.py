"""The counting query and the eligibility query."""

import string

import pytest

from simulator import Conversation, Corpus, Fault, FaultKind, Kind, Method, Operation
from simulator.documented.id_query import parse_id_query
from simulator.http.answer import Refusal
from tests.simulator.caller import NOW, OLD, QUERY, start_simulator, window

DOCUMENTED = [Method.DATA_DELETION, Method.INTERACTION_PURGE, Method.CONVERSATION_ARCHIVE]


def test_eligibility_row_has_the_documented_fields() -> None:
    one = Conversation(
        "a", start=NOW, end=NOW, litigation=True, legal_hold=True, attributes={"region": "eu-west"}
    )
    assert start_simulator(Corpus.of([one])).eligibility(["a"]) == [
        {
            "conversationId": "a",
            "conversationStatus": "completed",
            "conversationStart": "2026-03-01T12:00:00.000Z",
            "conversationEnd": "2026-03-01T12:00:00.000Z",
            "customAttributes": {"legal_hold": True, "region": "eu-west"},
        }
    ]


def test_eligibility_row_does_not_show_litigation() -> None:
    caller = start_simulator(Corpus.compose(now=NOW, litigated=1))
    [row] = caller.eligibility(caller.simulator.corpus.ids())
    assert row["customAttributes"]["legal_hold"] is False
    assert "litigation" not in str(row)


def test_unreadable_end_is_absent_or_not_a_time() -> None:
    caller = start_simulator(Corpus.compose(now=NOW, without_end=20))
    rows = caller.eligibility(caller.simulator.corpus.ids())
    assert {row.get("conversationEnd") for row in rows} == {None, "unknown"}


def test_eligibility_omits_unknown_and_repeated_ids() -> None:
    caller = start_simulator(Corpus.compose(now=NOW, eligible=1))
    [known] = caller.simulator.corpus.ids()
    rows = caller.eligibility(["unknown", known, known])
    assert [row["conversationId"] for row in rows] == [known]


def test_list_of_quoted_ids_is_parsed() -> None:
    queries = {
        'conversationId IN ("a")': ["a"],
        'conversationId IN ("a","b-1")': ["a", "b-1"],
        ' conversationId  IN( "a" , "b" ) ': ["a", "b"],
        'conversationId IN ("b","a","b")': ["b", "a"],
    }
    assert {query: parse_id_query(query, 1000) for query in queries} == queries


def test_other_queries_are_400() -> None:
    caller = start_simulator()
    for query in (
        "",
        "conversationId IN ()",
        "conversationId IN (a)",
        "conversationId IN ('a')",
        'conversationId IN ("a",)',
        'conversationId IN ("a" "b")',
        'conversationId IN ("")',
        'conversationId IN ("a\\"b")',
        'conversationId IN ("a") OR 1 = 1',
        'conversationId IN ("a"); DROP',
        'conversationId NOT IN ("a")',
        'queueId IN ("a")',
        'conversationId IN (("a"))',
        f'conversationId IN ("{"a" * 65}")',
        'conversationId IN ("é")',
    ):
        answer = caller.http.post(QUERY, json={"query": query, "view": "default"})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid.query"), query


def test_id_list_over_the_limit_is_400() -> None:
    query = "conversationId IN (" + ",".join(f'"{n}"' for n in range(1000)) + ")"
    assert len(parse_id_query(query, 1000)) == 1000
    with pytest.raises(Refusal) as refused:
        parse_id_query(query, 999)
    assert refused.value.status == 400
    assert len(parse_id_query(query, None)) == 1000


def test_id_query_with_an_unquoted_id_is_refused() -> None:
    for text in (*string.printable, '","a', '" OR "a"', 'x","y"'):
        with pytest.raises(Refusal):
            parse_id_query(f"conversationId IN (x{text})", 1000)


def test_wrong_query_bodies_are_400() -> None:
    caller = start_simulator()
    bodies: list[object] = [
        {"query": 'conversationId IN ("a")', "view": "full"},
        {"query": 'conversationId IN ("a")', "more": 1},
        {"query": 7},
        {"entity": "conversation", "filter": {}, "aggregate": ["count"]},
        {"entity": "user", "filter": {"dateRange": OLD}, "aggregate": ["count"]},
        {"entity": "conversation", "filter": {"dateRange": OLD}, "aggregate": ["sum"]},
        {"entity": "conversation", "filter": {"dateRange": OLD}, "aggregate": []},
        {"entity": "conversation", "filter": {"dateRange": OLD, "a": 1}, "aggregate": ["count"]},
        {"entity": "conversation", "filter": "all", "aggregate": ["count"]},
        [],
        None,
    ]
    for body in bodies:
        assert caller.http.post(QUERY, json=body).status_code == 400, body


def test_query_body_that_is_not_a_json_object_is_400() -> None:
    caller = start_simulator()
    for body in (b"", b"\x00", b"\xff", b"query", b"[]", b"null", b"1", b'"query"', b"{", b"{}"):
        assert caller.http.post(QUERY, content=body).status_code == 400, body


def test_count_window_over_31_days_is_400() -> None:
    assert start_simulator().count(dateRange=window(31, 0)).status_code == 200
    longer = window(31.00001, 0)
    assert start_simulator().count(dateRange=longer).status_code == 400
    assert start_simulator(max_query_days=None).count(dateRange=longer).status_code == 200


def test_count_includes_held_and_excludes_deleted_records() -> None:
    corpus = Corpus.compose(now=NOW, eligible=5, held=3, already_deleted=2, span_days=29)
    assert start_simulator(corpus).counted() == 8


def test_count_uses_the_end_time_of_records() -> None:
    ended = NOW.replace(year=2025)
    one = Conversation("a", start=ended.replace(month=1), end=ended)
    caller = start_simulator(Corpus.of([one]))
    after = {"start": "2025-03-01T12:00:00Z", "end": "2025-03-02T12:00:00Z"}
    before = {"start": "2025-02-28T12:00:00Z", "end": "2025-03-01T12:00:00Z"}
    assert caller.counted(dateRange=after) == 1
    assert caller.counted(dateRange=before) == 0


def test_count_can_be_split_over_several_rows() -> None:
    corpus = Corpus.compose(now=NOW, eligible=8, span_days=29)
    answer = start_simulator(corpus, count_rows=3).count()
    assert answer.json() == {"results": [{"count": 3}, {"count": 3}, {"count": 2}]}


def test_both_queries_lag_behind_a_deletion() -> None:
    corpus = Corpus.compose(now=NOW, eligible=1, span_days=29)
    caller = start_simulator(
        corpus, job_base_seconds=10, job_seconds_per_record=0, verification_lag_seconds=7
    )
    ids = corpus.ids()
    caller.submit_archive(ids)
    caller.clock.advance(16.9)
    assert caller.simulator.corpus.deleted_ids() == ids
    assert caller.eligibility(ids)[0]["conversationStatus"] == "completed"
    assert caller.counted() == 1
    caller.clock.advance(0.1)
    assert caller.eligibility(ids)[0]["conversationStatus"] == "purged"
    assert caller.counted() == 0


def test_eligibility_can_omit_deleted_conversations() -> None:
    corpus = Corpus.compose(now=NOW, already_deleted=1, eligible=1)
    rows = start_simulator(corpus, forgets_deleted=True).eligibility(corpus.ids())
    assert [row["conversationId"] for row in rows] == corpus.ids(Kind.ELIGIBLE)


@pytest.mark.parametrize("method", DOCUMENTED)
def test_fault_of_a_method_affects_only_its_queries(method: Method) -> None:
    caller = start_simulator()
    caller.simulator.faults.add(
        Fault(kind=FaultKind.SERVER_ERROR, operation=Operation.QUERY, method=method)
    )
    caller.count()
    caller.count(interactionType="voice")
    caller.http.post(QUERY, json={"query": 'conversationId IN ("a")'})
    queries = caller.simulator.requests[1:]
    assert [each.method for each in queries] == DOCUMENTED
    assert [each.method for each in queries if each.status == 500] == [method]
