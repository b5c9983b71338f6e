"""The evidence bucket: files that S3 Object Lock keeps, each written once."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from genesys_purge.errors import LostRace
from genesys_purge.proof.errors import Contradicted
from genesys_purge.proof.ports import Version
from genesys_purge.store.aws_failures import code_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MISSING = "NoSuchKey"
EXISTS = "PreconditionFailed"
# S3 asks to repeat a conditional write that met another one.
AT_ONCE = "ConditionalRequestConflict"


class S3Evidence:
    """Implements the port `Evidence`; the bucket locks each version of a file by default."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def get(self, key: str) -> Version | None:
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if code_of(error) == MISSING:
                return None
            raise
        return Version(answer["Body"].read(), answer["ETag"])

    def put_once(self, key: str, content: bytes) -> None:
        try:
            self._put(key, content, IfNoneMatch="*")
        except LostRace:
            stored = self.get(key)
            if stored is None:
                raise
            if stored.content != content:
                raise Contradicted(
                    f"{key} in the bucket {self._bucket} has another content than is sealed"
                ) from None

    def put_first(self, key: str, content: bytes) -> None:
        with suppress(LostRace):
            self._put(key, content, IfNoneMatch="*")

    def replace(self, key: str, content: bytes, before: Version | None) -> None:
        condition = {"IfMatch": before.tag} if before else {"IfNoneMatch": "*"}
        self._put(key, content, **condition)

    def _put(self, key: str, content: bytes, **condition: Any) -> None:
        """LostRace if the condition is not met."""
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=content, ChecksumAlgorithm="SHA256", **condition
            )
        except ClientError as error:
            if code_of(error) in (EXISTS, AT_ONCE):
                raise LostRace(f"{key} was stored by another sealer") from error
            raise
