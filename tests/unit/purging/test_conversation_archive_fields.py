"""The fields of a conversation_archive request: its ids, in the request or in S3."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.model.retention import RetentionMatrix

from tests import builders
from tests.unit.purging.fields import not_refused, refused, without
from tests.unit.workbench import Workbench

URL = "s3://id-lists/2026/quarter 3.txt"
EITHER = "give either conversationIds or conversationIdsFrom"
WRONG = [
    ("conversationIds", [], "conversationIds"),
    ("conversationIds", "conversation-1", "conversationIds"),
    ("conversationIds", {"0": "conversation-1"}, "conversationIds"),
    ("conversationIds", ["conversation-1", 2], "conversationIds.1"),
    ("conversationIds", ["conversation-1", None], "conversationIds.1"),
    # A wrong type here is no missing `conversationIds`.
    ("conversationIdsFrom", 7, "conversationIdsFrom"),
    ("permanentDelete", "true", "permanentDelete"),
    ("permanentDelete", None, "permanentDelete"),
    ("classification", "secret", "classification"),
    ("dateRange", {}, "dateRange"),
    ("purgeType", "soft", "purgeType"),
]
NOT_IDS = [
    "",
    " ",
    "conversation",
    "-conversation-1",
    "conversation 1",
    "conversation-1\n",
    "conversation-1\x00",
    'conversation-1"',
    '1") OR ("1"="1',
    "1') OR 1=1 --",
    "1\\",
    "../conversations/1",
    "1?force=true",
    "1%22",
    "{1}",
    "cönversation-1",
    "\u0661",
    "1\u200b",
    "1" * 65,
]
IDS = ["1", "a1", "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "A_1", "conversation-1", "1" * 64]
NOT_URLS = [
    "",
    "s3://",
    "s3://bucket",
    "s3://bucket/",
    "s3:///key",
    "s3://Bucket/key",
    "s3://b/key",
    "s3://-bucket/key",
    "s3://bucket-/key",
    "s3://buc_ket/key",
    "s3://bucket/a\nb",
    " s3://bucket/key",
    "S3://bucket/key",
    "https://bucket.s3.amazonaws.com/key",
    "arn:aws:s3:::bucket/key",
    "file:///etc/passwd",
    "s3://bucket/" + "k" * 1_025,
    "s3://" + "b" * 64 + "/key",
]
URLS = [URL, "s3://abc/k", "s3://a.b-c9/deep/key", "s3://abc/" + "k" * 1_024]


def test_wrong_field_is_the_only_error() -> None:
    assert not_refused(builders.conversation_archive, WRONG) == {}


def test_malformed_ids_are_refused(bench: Workbench) -> None:
    payload = builders.conversation_archive(conversationIds=["conversation-1", *NOT_IDS])
    assert bench.errors(payload) == {
        f"conversationIds.{position}": "is not a conversation id"
        for position in range(1, len(NOT_IDS) + 1)
    }


def test_ids_have_letters_and_digits_and_at_least_one_digit(bench: Workbench) -> None:
    assert bench.errors(builders.conversation_archive(conversationIds=IDS)) == {}


def test_repeated_ids_are_refused_with_the_position_of_the_first(bench: Workbench) -> None:
    payload = builders.conversation_archive(conversationIds=["a1", "b2", "A1", "b2", "a1"])
    assert bench.errors(payload) == {
        "conversationIds.2": "repeats conversationIds.0",
        "conversationIds.3": "repeats conversationIds.1",
        "conversationIds.4": "repeats conversationIds.0",
    }


def test_request_has_at_most_a_thousand_ids(bench: Workbench) -> None:
    ids = builders.conversation_ids(1_001)
    assert bench.errors(builders.conversation_archive(conversationIds=ids[:1_000])) == {}
    assert bench.errors(builders.conversation_archive(conversationIds=ids)) == {
        "conversationIds": "must have at most 1000 ids, not 1001; "
        "put more into an S3 object and name it in conversationIdsFrom"
    }


@pytest.mark.parametrize("fields", [{}, {"conversationIdsFrom": URL}])
def test_ids_come_from_the_request_or_from_s3(bench: Workbench, fields: dict[str, Any]) -> None:
    one = builders.conversation_archive(**fields)
    neither = without(one, "conversationIds", "conversationIdsFrom")
    both = neither | {"conversationIds": ["a1"], "conversationIdsFrom": URL}
    assert bench.errors(one) == {}
    assert bench.errors(neither) == bench.errors(both) == {"conversationIds": EITHER}


def test_malformed_urls_are_refused(bench: Workbench) -> None:
    errors = [
        bench.errors(builders.conversation_archive(conversationIdsFrom=url)) for url in NOT_URLS
    ]
    assert errors == [{"conversationIdsFrom": "must be s3://bucket/key"}] * len(NOT_URLS)


def test_urls_of_s3_objects_are_valid() -> None:
    cases = [{"conversationIdsFrom": url} for url in URLS]
    assert refused(builders.conversation_archive, cases) == {}


def test_request_without_a_matching_retention_rule_is_refused(bench: Workbench) -> None:
    rule = {"name": "other", "match": {"method": "m"}, "minimumDays": 30, "basis": "law"}
    bench.policies.matrix = RetentionMatrix.parse({"rules": [rule]})
    assert bench.errors(builders.conversation_archive()) == {
        "method": "no rule of the retention matrix covers these records"
    }


def test_all_errors_are_reported_together(bench: Workbench) -> None:
    payload = builders.conversation_archive(
        reason="short",
        requestId="a b",
        conversationIds=["a1", "a1", "drop table"],
        conversation_ids=["a1"],
        permanentDelete=1,
        maxRecords=0,
    )
    assert set(bench.errors(payload)) == {
        "reason",
        "requestId",
        "conversationIds.1",
        "conversationIds.2",
        "conversation_ids",
        "permanentDelete",
        "maxRecords",
    }
