"""Lists of ids in S3: one id per line, or a JSON array; all else is refused."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ConnectionClosedError
from botocore.response import StreamingBody
from botocore.stub import Stubber
from genesys_purge.errors import FieldError, InvalidRequest, TryLater
from genesys_purge.methods.ports import IdLists
from genesys_purge.store import id_lists
from genesys_purge.store.id_lists import MAX_OBJECT_BYTES, S3IdLists, ids_in
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import MemoryIdLists
from tests.mocked_aws import client, mocked_aws

ids = st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,20}", fullmatch=True))


def read(content: bytes) -> list[str]:
    return list(ids_in(StreamingBody(io.BytesIO(content), len(content))))


def s3() -> S3IdLists:
    return S3IdLists(lambda: client("s3"))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", []),
        (b"\n \r\n\t\n", []),
        (b"[]", []),
        (b"a1", ["a1"]),
        (b"a1\nb2\n", ["a1", "b2"]),
        (b"a1\r\nb2\r\n\r\n", ["a1", "b2"]),
        (b"a1\rb2", ["a1", "b2"]),
        (b"  a1\t\n\n  b2", ["a1", "b2"]),
        (b"b2\na1\nb2", ["b2", "a1", "b2"]),
        (b"\xef\xbb\xbfa1\r\nb2", ["a1", "b2"]),
        (b'["a1", "b2"]', ["a1", "b2"]),
        (b'\n  ["a1"]\n', ["a1"]),
        (b'\xef\xbb\xbf["a1"]', ["a1"]),
        (b'{"ids": ["a1"]}', ['{"ids": ["a1"]}']),
    ],
)
def test_id_list_is_lines_or_a_json_array(content: bytes, found: list[str]) -> None:
    assert read(content) == found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfea\x001\x00", "must be UTF-8 text"),
        (b"a1\n\xe4\n", "must be UTF-8 text"),
        (b'["a1"', "starts with [ but is not a JSON array"),
        (b'["a1",]', "starts with [ but is not a JSON array"),
        (b"[a1]", "starts with [ but is not a JSON array"),
        (b'["a1"] ["b2"]', "starts with [ but is not a JSON array"),
        (b'["a1", 2]', "must contain only strings"),
        (b'["a1", null]', "must contain only strings"),
        (b'[["a1"]]', "must contain only strings"),
        (b'[{"id": "a1"}]', "must contain only strings"),
        (b'[{"id": "a1", "id": "b2"}]', "has the key 0.id twice; it may contain only strings"),
        (b"[" * 5_000, "starts with [ but is not a JSON array"),
    ],
)
def test_malformed_id_list_is_refused_with_its_error(content: bytes, message: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read(content)
    assert refused.value.errors() == (FieldError("conversationIdsFrom", message),)


@given(ids, st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_id_list_is_read_as_it_was_written(given_ids: list[str], end: str) -> None:
    assert read(end.join(given_ids).encode()) == given_ids
    assert read(json.dumps(given_ids).encode()) == given_ids


@given(st.binary())
def test_id_list_of_any_bytes_is_read_or_refused(content: bytes) -> None:
    try:
        found = read(content)
    except InvalidRequest:
        found = []
    assert all(one.strip() for one in found) or content.lstrip(b"\xef\xbb\xbf \n\r\t").startswith(
        b"["
    )


@pytest.fixture
def bucket() -> Iterator[Any]:
    with mocked_aws():
        client("s3").create_bucket(Bucket="ids")
        yield client("s3")


@pytest.fixture(params=["twin", "s3"])
def one_list(request: pytest.FixtureRequest) -> IdLists:
    """`s3://ids/2026/q 3.txt` with two ids."""
    if request.param == "twin":
        twin = MemoryIdLists()
        twin.objects["s3://ids/2026/q 3.txt"] = ["b2", "a1"]
        return twin
    bucket = request.getfixturevalue("bucket")
    bucket.put_object(Bucket="ids", Key="2026/q 3.txt", Body=b"b2\na1")
    return s3()


def test_id_list_is_read_by_its_url_in_order(one_list: IdLists) -> None:
    assert list(one_list.read("s3://ids/2026/q 3.txt").ids) == ["b2", "a1"]


@pytest.mark.parametrize(
    "url", ["s3://ids/2026/q 4.txt", "s3://other/2026/q 3.txt", "s3://ids/2026"]
)
def test_missing_id_list_is_an_error_of_its_field(one_list: IdLists, url: str) -> None:
    with pytest.raises(InvalidRequest, match=r"does not exist|cannot be read") as refused:
        list(one_list.read(url).ids)
    assert [error.path for error in refused.value.errors()] == ["conversationIdsFrom"]


LASTING = [
    ("NoSuchKey", 404),
    ("NoSuchBucket", 404),
    ("AccessDenied", 403),
    ("InvalidObjectState", 403),
    ("PermanentRedirect", 301),
    ("KeyTooLongError", 400),
    ("KMS.DisabledException", 400),
    ("KMS.NotFoundException", 400),
    ("KMS.InvalidStateException", 400),
    ("ACodeOfTomorrow", 400),
    ("403", 403),
]
PASSING = [
    ("SlowDown", 503),
    ("InternalError", 500),
    ("ServiceUnavailable", 503),
    ("RequestTimeout", 400),
    ("OperationAborted", 409),
    ("ConditionalRequestConflict", 409),
    ("KMS.ThrottlingException", 400),
    ("ACodeOfTomorrow", 502),
]


@pytest.mark.parametrize(("code", "status"), LASTING)
def test_lasting_refusal_of_an_id_list_names_object_and_code(code: str, status: int) -> None:
    with Stubber(client("s3")) as stubber:
        stubber.add_client_error("get_object", code, http_status_code=status)
        with pytest.raises(InvalidRequest) as refused:
            s3().read("s3://ids/2026/q 3.txt")
    (error,) = refused.value.errors()
    assert error.path == "conversationIdsFrom"
    for named in (code, "'2026/q 3.txt'", "bucket ids"):
        assert named in error.message


@pytest.mark.parametrize(("code", "status"), PASSING)
def test_temporary_failure_to_read_an_id_list_raises_try_later(code: str, status: int) -> None:
    with Stubber(client("s3")) as stubber:
        stubber.add_client_error("get_object", code, http_status_code=status)
        with pytest.raises(TryLater, match=f"s3://ids/key cannot be read now: S3 answered {code}"):
            s3().read("s3://ids/key")


def test_broken_connection_to_s3_raises_try_later() -> None:
    broken = ConnectionClosedError(endpoint_url="https://s3")
    with (
        patch.object(client("s3"), "get_object", side_effect=broken),
        pytest.raises(TryLater, match="ConnectionClosedError"),
    ):
        s3().read("s3://ids/key")


def test_partly_read_id_list_raises_try_later() -> None:
    body = StreamingBody(io.BytesIO(b"a1"), content_length=1_000)
    with Stubber(client("s3")) as stubber:
        stubber.add_response("get_object", {"ContentLength": 1_000, "ETag": "e", "Body": body})
        with pytest.raises(TryLater, match="was only partly read: IncompleteReadError"):
            list(s3().read("s3://ids/key").ids)


class Unread:
    """A body that fails the test if it is read."""

    def read(self) -> bytes:
        raise AssertionError("a huge list was read into memory")


def test_too_long_id_list_is_refused_before_it_is_read() -> None:
    with Stubber(client("s3")) as stubber:
        answer = {"ContentLength": MAX_OBJECT_BYTES + 1, "Body": Unread()}
        stubber.add_response("get_object", answer, {"Bucket": "ids", "Key": "key"})
        with pytest.raises(InvalidRequest, match="more than 104857600 bytes"):
            s3().read("s3://ids/key")


def test_compressed_id_list_is_refused_and_not_decompressed() -> None:
    with mocked_aws():
        client("s3").create_bucket(Bucket="ids")
        body = gzip.compress(b"a1\n" * 1_000)
        client("s3").put_object(Bucket="ids", Key="key", Body=body, ContentEncoding="gzip")
        with pytest.raises(InvalidRequest, match="must be UTF-8 text"):
            list(s3().read("s3://ids/key").ids)


def test_array_longer_than_the_limit_is_refused() -> None:
    with patch.object(id_lists, "MAX_ARRAY_BYTES", 9), pytest.raises(InvalidRequest) as refused:
        read(b'["a1","b2"]')
    assert "is a JSON array of more than 9 bytes; list one id per line" in str(refused.value)


def test_list_that_changed_since_its_version_is_refused(one_list: IdLists, bucket: Any) -> None:
    url = "s3://ids/2026/q 3.txt"
    version = one_list.read(url).version
    assert list(one_list.read(url, version).ids) == ["b2", "a1"]
    if isinstance(one_list, MemoryIdLists):
        one_list.objects[url] = ["c3"]
    else:
        bucket.put_object(Bucket="ids", Key="2026/q 3.txt", Body=b"c3")
    with pytest.raises(InvalidRequest, match="was changed"):
        one_list.read(url, version)


@given(ids, st.integers(1, 40))
def test_lines_are_the_same_for_chunks_of_any_size(given_ids: list[str], size: int) -> None:
    content = "\r\n".join(given_ids).encode()
    with patch.object(id_lists, "CHUNK_BYTES", size):
        assert read(content) == given_ids


def test_s3_client_of_id_lists_is_created_on_first_use() -> None:
    def no_client() -> Any:
        raise AssertionError("a client was made")

    lists = S3IdLists(no_client)
    with pytest.raises(AssertionError, match="a client was made"):
        lists.read("s3://ids/key")
