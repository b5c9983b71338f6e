"""Files in S3, read in chunks and stored in one request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from genesys_purge.errors import FieldError, InvalidRequest, TryLater
from genesys_purge.store.id_lists import MISSING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PATH = "contactsFrom"
CHUNK_BYTES = 262_144


class S3Files:
    """Implements the `Files` port; it creates its client on first use."""

    def __init__(self, client: Callable[[], S3Client]) -> None:
        self._client = client

    def read(self, url: str) -> Iterator[bytes]:
        bucket, key = _bucket_and_key(url)
        try:
            answer = self._client().get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] not in MISSING:
                raise
            message = f"{url} does not exist or is not readable; upload it to the contacts bucket"
            raise InvalidRequest([FieldError(PATH, message)]) from error
        try:
            yield from answer["Body"].iter_chunks(CHUNK_BYTES)
        except BotoCoreError as error:
            raise TryLater(f"{url} was only partly read: {type(error).__name__}") from error

    def put(self, url: str, file: IO[bytes]) -> None:
        bucket, key = _bucket_and_key(url)
        file.seek(0)
        try:
            self._client().put_object(Bucket=bucket, Key=key, Body=file)
        except (BotoCoreError, ClientError) as error:
            raise TryLater(f"{url} was not stored: {error}") from error


def _bucket_and_key(url: str) -> tuple[str, str]:
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return bucket, key
