"""Files in S3: read piece by piece, stored whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber
from genesys_purge.campaign_rules.ports import Files
from genesys_purge.errors import InvalidRequest, TryLater
from genesys_purge.store.files import PIECE, S3Files

from tests.change_fakes import MemoryFiles
from tests.unit.aws import client, mocked_aws

URL = "s3://files/2026/q 3.jsonl"
CONTENT = b"{}\n" * 200_000


@pytest.fixture
def bucket() -> Iterator[Any]:
    with mocked_aws():
        client("s3").create_bucket(Bucket="files")
        yield client("s3")


@pytest.fixture(params=["twin", "s3"])
def files(request: pytest.FixtureRequest) -> Files:
    if request.param == "twin":
        return MemoryFiles(piece=PIECE)
    request.getfixturevalue("bucket")
    return S3Files(lambda: client("s3"))


def test_a_file_is_read_back_as_it_was_put(files: Files) -> None:
    files.put(URL, io.BytesIO(CONTENT))
    assert b"".join(files.read(URL)) == CONTENT


def test_a_file_is_put_from_its_beginning_wherever_it_was_left(files: Files) -> None:
    file = io.BytesIO(CONTENT)
    file.seek(0, io.SEEK_END)
    files.put(URL, file)
    assert b"".join(files.read(URL)) == CONTENT


def test_an_empty_file_is_a_file(files: Files) -> None:
    files.put(URL, io.BytesIO())
    assert b"".join(files.read(URL)) == b""


def test_a_file_is_read_in_pieces(files: Files) -> None:
    files.put(URL, io.BytesIO(CONTENT))
    sizes = [len(piece) for piece in files.read(URL)]
    assert sizes == [PIECE, PIECE, len(CONTENT) - 2 * PIECE]


def test_putting_a_file_again_replaces_it(files: Files) -> None:
    files.put(URL, io.BytesIO(b"first"))
    files.put(URL, io.BytesIO(b"second"))
    assert b"".join(files.read(URL)) == b"second"


def test_a_file_that_is_not_there_is_refused_by_its_field(files: Files) -> None:
    with pytest.raises(InvalidRequest) as refused:
        list(files.read("s3://files/other"))
    assert refused.value.errors()[0].path == "contactsFrom"


@pytest.mark.usefixtures("bucket")
def test_a_bucket_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="does not exist or may not be read"):
        list(S3Files(lambda: client("s3")).read("s3://nowhere/key"))


@pytest.mark.usefixtures("bucket")
def test_a_file_that_cannot_be_stored_may_be_tried_again() -> None:
    with pytest.raises(TryLater, match=r"s3://nowhere/key was not stored: .*NoSuchBucket"):
        S3Files(lambda: client("s3")).put("s3://nowhere/key", io.BytesIO(b"x"))


def test_a_connection_that_breaks_while_storing_is_told_as_such() -> None:
    s3 = client("s3")
    broken = ConnectionClosedError(endpoint_url="https://s3")
    with patch.object(s3, "put_object", side_effect=broken), pytest.raises(TryLater):
        S3Files(lambda: s3).put(URL, io.BytesIO(b"x"))


@pytest.mark.parametrize("code", ["AccessDenied", "403"])
def test_a_file_that_may_not_be_read_is_refused_like_one_that_is_not_there(code: str) -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", code, expected_params={"Bucket": ANY, "Key": ANY})
        with pytest.raises(InvalidRequest):
            list(S3Files(lambda: s3).read(URL))


def test_another_error_of_s3_is_not_the_callers() -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", "SlowDown")
        with pytest.raises(ClientError):
            list(S3Files(lambda: s3).read(URL))


def test_a_file_that_breaks_off_is_no_shorter_file() -> None:
    s3 = client("s3")
    body = StreamingBody(io.BytesIO(b"{}\n"), content_length=1_000)
    with Stubber(s3) as stub:
        stub.add_response("get_object", {"Body": body})
        with pytest.raises(TryLater, match="was not read to its end: IncompleteReadError"):
            list(S3Files(lambda: s3).read(URL))


def test_the_client_is_made_when_it_is_first_needed() -> None:
    def make() -> Any:
        raise AssertionError("made")

    assert S3Files(make).read(URL)
