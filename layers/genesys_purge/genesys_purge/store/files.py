"""Files in S3, read in chunks and stored in one request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING

from genesys_purge.store.objects import opened, partly_read, stored

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PATH = "contactsFrom"
CHUNK_BYTES = 262_144


class S3Files:
    """Implements the `Files` port; it creates its client on first use."""

    def __init__(self, client: Callable[[], S3Client]) -> None:
        self._client = client

    def read(self, url: str) -> Iterator[bytes]:
        answer = opened(self._client(), PATH, url)
        with partly_read(url):
            yield from answer["Body"].iter_chunks(CHUNK_BYTES)

    def put(self, url: str, file: IO[bytes]) -> None:
        file.seek(0)
        stored(self._client(), url, file)
