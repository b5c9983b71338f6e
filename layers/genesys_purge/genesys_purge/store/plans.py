"""The objects of plans in S3: each is written once, and read back only unchanged."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from genesys_purge.errors import Misconfigured, TryLater
from genesys_purge.model.stored_object import StoredObject
from genesys_purge.store.aws_failures import code_of, passes_with_time

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A fast level: the content is ids, which hardly compress further.
LEVEL = 4
EXISTS = "PreconditionFailed"


class S3Plans:
    """Stores objects by run, name and content; it creates its client on first use."""

    def __init__(self, client: Callable[[], S3Client], bucket: Callable[[], str]) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, run_id: str, name: str, content: bytes) -> StoredObject:
        """Store the content, compressed; an object with the same content is kept as it is."""
        stored = StoredObject(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
        # Without a time in its header, the same content has the same bytes.
        body = gzip.compress(content, LEVEL, mtime=0)
        key = _key(run_id, name, stored)
        try:
            self._client().put_object(Bucket=self._bucket(), Key=key, Body=body, IfNoneMatch="*")
        except (BotoCoreError, ClientError) as error:
            if code_of(error) != EXISTS:
                raise _failed("stored", key, error) from error
        return stored

    def get(self, run_id: str, name: str, stored: StoredObject) -> bytes:
        """The content; Misconfigured if the object is missing or was changed."""
        key = _key(run_id, name, stored)
        try:
            body = self._client().get_object(Bucket=self._bucket(), Key=key)["Body"].read()
        except (BotoCoreError, ClientError) as error:
            raise _failed("read", key, error) from error
        content = _decompressed(body, stored.size)
        if content is None or hashlib.sha256(content).hexdigest() != stored.sha256:
            raise Misconfigured(
                f"{key} in the bucket of plans was changed; restore its first version"
            )
        return content


def _key(run_id: str, name: str, stored: StoredObject) -> str:
    return f"{run_id}/{name}-{stored.sha256}.jsonl.gz"


def _decompressed(body: bytes, size: int) -> bytes | None:
    """The content of at most `size` bytes; None for anything else."""
    try:
        reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        content = reader.decompress(body, size + 1)
    except zlib.error:
        return None
    return content if len(content) == size else None


def _failed(done: str, key: str, error: Exception) -> TryLater | Misconfigured:
    """TryLater with S3's code if the call may succeed later, otherwise Misconfigured."""
    code = code_of(error)
    if passes_with_time(error):
        return TryLater(f"{key} was not {done}: S3 answered {code}")
    return Misconfigured(
        f"{key} was not {done}: S3 answered {code}; restore the object, or correct the bucket of "
        "plans, its key in KMS or the role of this function"
    )
