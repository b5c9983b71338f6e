"""The objects of plans: written once, read back only unchanged."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import Stubber
from genesys_purge.errors import Misconfigured, TryLater
from genesys_purge.model.stored_object import StoredObject
from genesys_purge.store.plans import S3Plans
from hypothesis import given
from hypothesis import strategies as st

from tests.mocked_aws import client, mocked_aws, plans

CONTENT = b'["a1"]\n["b2"]\n'


@pytest.fixture
def stored() -> Iterator[S3Plans]:
    with mocked_aws():
        yield plans()


def keys() -> list[str]:
    return [each["Key"] for each in client("s3").list_objects_v2(Bucket="plans")["Contents"]]


def change(body: bytes) -> None:
    """Overwrite the only object."""
    (key,) = keys()
    client("s3").put_object(Bucket="plans", Key=key, Body=body)


def test_object_is_read_as_it_was_stored(stored: S3Plans) -> None:
    found = stored.put("run-1", "manifest-000000", CONTENT)
    assert found.size == len(CONTENT)
    assert stored.get("run-1", "manifest-000000", found) == CONTENT
    assert keys() == [f"run-1/manifest-000000-{found.sha256}.jsonl.gz"]


@given(st.binary(max_size=200))
def test_any_content_is_read_as_it_was_stored(content: bytes) -> None:
    with mocked_aws():
        stored = plans()
        assert stored.get("run-1", "x", stored.put("run-1", "x", content)) == content


def test_same_content_is_stored_once(stored: S3Plans) -> None:
    assert stored.put("run-1", "x", CONTENT) == stored.put("run-1", "x", CONTENT)
    (key,) = keys()
    change(b"as an operator repaired it")
    stored.put("run-1", "x", CONTENT)
    assert client("s3").get_object(Bucket="plans", Key=key)["Body"].read().startswith(b"as an")


def test_other_content_does_not_replace_the_first(stored: S3Plans) -> None:
    first = stored.put("run-1", "x", CONTENT)
    stored.put("run-1", "x", b"other")
    assert stored.get("run-1", "x", first) == CONTENT


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b'["a1"]\n["b3"]\n'),
        gzip.compress(CONTENT + b"\n"),
        gzip.compress(CONTENT[:-1]),
        gzip.compress(b"0" * 1_000_000),
        CONTENT,
        b"",
    ],
    ids=["other bytes", "longer", "shorter", "huge", "not compressed", "empty"],
)
def test_changed_object_is_not_read(stored: S3Plans, body: bytes) -> None:
    found = stored.put("run-1", "x", CONTENT)
    change(body)
    with pytest.raises(Misconfigured, match="was changed; restore its first version"):
        stored.get("run-1", "x", found)


def test_missing_object_is_named(stored: S3Plans) -> None:
    found = stored.put("run-1", "x", CONTENT)
    with pytest.raises(Misconfigured, match=r"run-2/x-.* was not read: S3 answered NoSuchKey"):
        stored.get("run-2", "x", found)


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [("SlowDown", 503, TryLater), ("AccessDenied", 403, Misconfigured)],
)
def test_failure_of_s3_says_who_must_act(code: str, status: int, error: type[Exception]) -> None:
    def call(name: str, act: Any) -> None:
        with Stubber(client("s3")) as stubber:
            stubber.add_client_error(name, code, http_status_code=status)
            with pytest.raises(error, match=f"S3 answered {code}"):
                act(S3Plans(lambda: client("s3"), lambda: "plans"))

    call("put_object", lambda each: each.put("run-1", "x", CONTENT))
    missing = StoredObject(sha256="0" * 64, size=1)
    call("get_object", lambda each: each.get("run-1", "x", missing))
