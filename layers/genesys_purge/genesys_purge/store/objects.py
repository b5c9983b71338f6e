"""Objects in S3: who must act if one cannot be read or stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from genesys_purge.errors import FieldError, InvalidRequest, Misconfigured, TryLater
from genesys_purge.store.aws_failures import code_of, passes_with_time

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef


def opened(client: S3Client, path: str, url: str) -> GetObjectOutputTypeDef:
    """The object at the URL that the caller gave in the field `path`.

    InvalidRequest with S3's own code if S3 refuses it for good, TryLater if it may be read later.
    """
    bucket, key = _bucket_and_key(url)
    try:
        return client.get_object(Bucket=bucket, Key=key)
    except (BotoCoreError, ClientError) as error:
        code = code_of(error)
        if passes_with_time(error):
            raise TryLater(f"{url} cannot be read now: S3 answered {code}") from error
        message = (
            f"{url} cannot be read: S3 answered {code} for the key {key!r} in the bucket "
            f"{bucket}; give a readable object in a bucket that this stack may read"
        )
        raise refused(path, message) from error


@contextmanager
def partly_read(url: str) -> Iterator[None]:
    """Raises TryLater if the connection breaks while the object is read."""
    try:
        yield
    except BotoCoreError as error:
        raise TryLater(f"{url} was only partly read: {code_of(error)}") from error


def stored(client: S3Client, url: str, file: IO[bytes]) -> None:
    """Store the whole file in a bucket of this stack.

    Misconfigured with S3's own code if S3 refuses it for good, TryLater if it may succeed later.
    """
    bucket, key = _bucket_and_key(url)
    try:
        client.put_object(Bucket=bucket, Key=key, Body=file)
    except (BotoCoreError, ClientError) as error:
        code = code_of(error)
        if passes_with_time(error):
            raise TryLater(f"{url} was not stored: S3 answered {code}") from error
        message = (
            f"{url} was not stored: S3 answered {code} for the key {key!r} in the bucket {bucket}; "
            "correct the bucket, its key in KMS or the role of this function"
        )
        raise Misconfigured(message) from error


def refused(path: str, message: str) -> InvalidRequest:
    """The error of one field."""
    return InvalidRequest([FieldError(path, message)])


def _bucket_and_key(url: str) -> tuple[str, str]:
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return bucket, key
