"""Files in S3: read in chunks, stored as a whole."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ConnectionClosedError
from botocore.response import StreamingBody
from botocore.stub import Stubber
from genesys_purge.campaign_rules.ports import Files
from genesys_purge.errors import InvalidRequest, Misconfigured, TryLater
from genesys_purge.store.files import CHUNK_BYTES, S3Files

from tests.change_fakes import MemoryFiles
from tests.mocked_aws import client, mocked_aws

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
        return MemoryFiles(piece=CHUNK_BYTES)
    request.getfixturevalue("bucket")
    return S3Files(lambda: client("s3"))


def test_file_is_read_as_it_was_stored(files: Files) -> None:
    files.put(URL, io.BytesIO(CONTENT))
    assert b"".join(files.read(URL)) == CONTENT


def test_file_is_stored_from_its_start_at_any_position(files: Files) -> None:
    file = io.BytesIO(CONTENT)
    file.seek(0, io.SEEK_END)
    files.put(URL, file)
    assert b"".join(files.read(URL)) == CONTENT


def test_empty_file_is_stored(files: Files) -> None:
    files.put(URL, io.BytesIO())
    assert b"".join(files.read(URL)) == b""


def test_file_is_read_in_chunks(files: Files) -> None:
    files.put(URL, io.BytesIO(CONTENT))
    sizes = [len(piece) for piece in files.read(URL)]
    assert sizes == [CHUNK_BYTES, CHUNK_BYTES, len(CONTENT) - 2 * CHUNK_BYTES]


def test_storing_a_file_again_replaces_it(files: Files) -> None:
    files.put(URL, io.BytesIO(b"first"))
    files.put(URL, io.BytesIO(b"second"))
    assert b"".join(files.read(URL)) == b"second"


def test_missing_file_is_an_error_of_its_field(files: Files) -> None:
    with pytest.raises(InvalidRequest) as refused:
        list(files.read("s3://files/other"))
    assert refused.value.errors()[0].path == "contactsFrom"


@pytest.mark.usefixtures("bucket")
def test_missing_bucket_is_an_invalid_request() -> None:
    with pytest.raises(InvalidRequest, match="S3 answered NoSuchBucket"):
        list(S3Files(lambda: client("s3")).read("s3://nowhere/key"))


@pytest.mark.usefixtures("bucket")
def test_lasting_refusal_to_store_a_file_names_object_and_code() -> None:
    message = r"s3://nowhere/key was not stored: S3 answered NoSuchBucket for the key 'key' in .*"
    with pytest.raises(Misconfigured, match=message):
        S3Files(lambda: client("s3")).put("s3://nowhere/key", io.BytesIO(b"x"))


def test_temporary_failure_to_store_a_file_raises_try_later() -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("put_object", "SlowDown", http_status_code=503)
        with pytest.raises(TryLater, match="was not stored: S3 answered SlowDown"):
            S3Files(lambda: s3).put(URL, io.BytesIO(b"x"))


def test_broken_connection_while_storing_raises_try_later() -> None:
    s3 = client("s3")
    broken = ConnectionClosedError(endpoint_url="https://s3")
    with patch.object(s3, "put_object", side_effect=broken), pytest.raises(TryLater):
        S3Files(lambda: s3).put(URL, io.BytesIO(b"x"))


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidObjectState", "KMS.DisabledException"])
def test_lasting_refusal_of_a_file_names_object_and_code(code: str) -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", code, http_status_code=403)
        with pytest.raises(InvalidRequest) as refused:
            list(S3Files(lambda: s3).read(URL))
    (error,) = refused.value.errors()
    assert error.path == "contactsFrom"
    for named in (code, "'2026/q 3.jsonl'", "bucket files"):
        assert named in error.message


def test_temporary_failure_to_read_a_file_raises_try_later() -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", "SlowDown", http_status_code=503)
        with pytest.raises(TryLater, match="cannot be read now: S3 answered SlowDown"):
            list(S3Files(lambda: s3).read(URL))


def test_partly_read_file_raises_try_later() -> None:
    s3 = client("s3")
    body = StreamingBody(io.BytesIO(b"{}\n"), content_length=1_000)
    with Stubber(s3) as stub:
        stub.add_response("get_object", {"Body": body})
        with pytest.raises(TryLater, match="was only partly read: IncompleteReadError"):
            list(S3Files(lambda: s3).read(URL))


def test_s3_client_of_files_is_created_on_first_use() -> None:
    def make() -> Any:
        raise AssertionError("made")

    assert S3Files(make).read(URL)
