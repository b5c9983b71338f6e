"""The fields of a conversation_archive request: ids that are ids, from one source."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.model.retention import RetentionMatrix

from tests import builders
from tests.unit.workbench import Workbench

URL = "s3://id-lists/2026/quarter 3.txt"
EITHER = "give either these or conversationIdsFrom"


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("conversationIds", [], "conversationIds"),
        ("conversationIds", "conversation-1", "conversationIds"),
        ("conversationIds", {"0": "conversation-1"}, "conversationIds"),
        ("conversationIds", ["conversation-1", 2], "conversationIds.1"),
        ("conversationIds", ["conversation-1", None], "conversationIds.1"),
        ("permanentDelete", "true", "permanentDelete"),
        ("permanentDelete", None, "permanentDelete"),
        ("classification", "secret", "classification"),
        ("dateRange", {}, "dateRange"),
        ("purgeType", "soft", "purgeType"),
    ],
)
def test_a_wrong_field_is_told_alone_and_by_its_path(
    bench: Workbench, field: str, value: object, path: str
) -> None:
    assert list(bench.errors(builders.conversation_archive(**{field: value}))) == [path]


def test_a_wrong_place_of_ids_is_not_told_as_a_missing_one(bench: Workbench) -> None:
    request = builders.conversation_archive(conversationIdsFrom=7)
    assert list(bench.errors(request)) == ["conversationIdsFrom"]


@pytest.mark.parametrize(
    "not_an_id",
    [
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
    ],
)
def test_what_is_not_an_id_never_gets_into_a_query(bench: Workbench, not_an_id: str) -> None:
    payload = builders.conversation_archive(conversationIds=["conversation-1", not_an_id])
    assert bench.errors(payload) == {"conversationIds.1": "is not a conversation id"}


@pytest.mark.parametrize(
    "conversation_id",
    ["1", "a1", "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "A_1", "conversation-1", "1" * 64],
)
def test_ids_are_uuids_or_anything_like_them(bench: Workbench, conversation_id: str) -> None:
    assert bench.errors(builders.conversation_archive(conversationIds=[conversation_id])) == {}


def test_every_repeated_id_is_told_with_the_place_of_the_first(bench: Workbench) -> None:
    payload = builders.conversation_archive(conversationIds=["a1", "b2", "a1", "b2", "a1"])
    assert bench.errors(payload) == {
        "conversationIds.2": "repeats conversationIds.0",
        "conversationIds.3": "repeats conversationIds.1",
        "conversationIds.4": "repeats conversationIds.0",
    }


def test_a_thousand_ids_may_be_given_inline_and_one_more_may_not(bench: Workbench) -> None:
    ids = builders.conversation_ids(1_001)
    assert bench.errors(builders.conversation_archive(conversationIds=ids[:1_000])) == {}
    assert bench.errors(builders.conversation_archive(conversationIds=ids)) == {
        "conversationIds": "may hold at most 1000 ids, not 1001; "
        "put more into an S3 object and name it in conversationIdsFrom"
    }


@pytest.mark.parametrize("fields", [{}, {"conversationIdsFrom": URL}])
def test_ids_come_from_exactly_one_place(bench: Workbench, fields: dict[str, Any]) -> None:
    one = builders.conversation_archive(**fields)
    neither = {k: v for k, v in one.items() if not k.startswith("conversationIds")}
    both = neither | {"conversationIds": ["a1"], "conversationIdsFrom": URL}
    assert bench.errors(one) == {}
    assert bench.errors(neither) == bench.errors(both) == {"conversationIds": EITHER}


@pytest.mark.parametrize(
    "url",
    [
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
    ],
)
def test_a_malformed_url_is_told_alone(bench: Workbench, url: str) -> None:
    payload = builders.conversation_archive(conversationIdsFrom=url)
    assert bench.errors(payload) == {"conversationIdsFrom": "must be s3://bucket/key"}


@pytest.mark.parametrize(
    "url", [URL, "s3://abc/k", "s3://a.b-c9/deep/key", "s3://abc/" + "k" * 1_024]
)
def test_an_object_in_s3_may_be_named(bench: Workbench, url: str) -> None:
    assert bench.errors(builders.conversation_archive(conversationIdsFrom=url)) == {}


def test_conversations_that_no_rule_covers_are_kept(bench: Workbench) -> None:
    rule = {"name": "other", "match": {"method": "m"}, "minimumDays": 30, "basis": "law"}
    bench.policies.matrix = RetentionMatrix.parse({"rules": [rule]})
    assert bench.errors(builders.conversation_archive()) == {
        "method": "no rule of the retention matrix covers these records"
    }


def test_all_that_is_wrong_is_told_together(bench: Workbench) -> None:
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
