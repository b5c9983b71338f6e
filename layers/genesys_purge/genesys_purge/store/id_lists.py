"""Lists of conversation ids in S3: one id a line, or a JSON array of strings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

import orjson
from botocore.exceptions import ClientError

from genesys_purge.errors import FieldError, InvalidRequest

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PATH = "conversationIdsFrom"
LARGEST_OBJECT = 100 * 1024 * 1024
MISSING = frozenset(
    {
        "NoSuchKey",
        "NoSuchBucket",
        "InvalidBucketName",
        "KeyTooLongError",
        "404",
        "AccessDenied",
        "403",
    }
)


class Readable(Protocol):
    """Bytes to be read at once."""

    def read(self) -> bytes: ...


class S3IdLists:
    """Implements the `IdLists` port; its client is made when the first list is read."""

    def __init__(self, client: Callable[[], S3Client]) -> None:
        self._client = client

    def read(self, url: str) -> Iterator[str]:
        bucket, _, key = url.removeprefix("s3://").partition("/")
        try:
            answer = self._client().get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] not in MISSING:
                raise
            raise _refused(f"{url} does not exist or may not be read") from error
        if answer["ContentLength"] > LARGEST_OBJECT:
            raise _refused(f"{url} has more than {LARGEST_OBJECT} bytes")
        return ids_in(answer["Body"])


def ids_in(stream: Readable) -> Iterator[str]:
    """The ids of a list, in order; InvalidRequest where it is neither of the two forms."""
    try:
        text = stream.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused("is not UTF-8 text") from error
    if not text.lstrip().startswith("["):
        return (line.strip() for line in text.splitlines() if line.strip())
    try:
        ids = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _refused("begins like a JSON array and is none") from error
    if not all(isinstance(one, str) for one in ids):
        raise _refused("holds something else than strings")
    return iter(ids)


def _refused(message: str) -> InvalidRequest:
    return InvalidRequest([FieldError(PATH, message)])
