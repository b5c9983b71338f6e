"""Lists of conversation ids in S3, which purge requests refer to."""

from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from local.options.options import IdList

FIELD = "conversationIdsFrom"


def upload(s3: Any, lists: Iterable[IdList]) -> None:
    """Uploads each file to the object of its request."""
    for each in lists:
        s3.put_object(Bucket=each.bucket, Key=each.key, Body=each.file.read_bytes())


def provide(s3: Any, request: object, ids: Iterable[str]) -> list[str]:
    """Writes `ids` to each list of the request that is missing; returns the URLs written."""
    written = []
    for url in lists_in(request):
        bucket, _, key = url.removeprefix("s3://").partition("/")
        if key and _is_missing(s3, bucket, key):
            s3.put_object(Bucket=bucket, Key=key, Body="\n".join(ids).encode())
            written.append(url)
    return written


def lists_in(request: object) -> Iterator[str]:
    """The lists that a request refers to, at any depth of the event."""
    return (each for each in values_of(FIELD, request) if isinstance(each, str))


def values_of(field: str, event: object) -> Iterator[Any]:
    """The values of a field, at any depth of the event."""
    if isinstance(event, dict):
        for name, value in event.items():
            if name == field:
                yield value
            else:
                yield from values_of(field, value)
    elif isinstance(event, list):
        for value in event:
            yield from values_of(field, value)


def _is_missing(s3: Any, bucket: str, key: str) -> bool:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        return False
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError:
        return True
    return False
