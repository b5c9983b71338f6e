"""Objects of S3 in files, so that they do not count as the memory of the process."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from botocore.exceptions import ClientError


class FileBody:
    """The body of an object, which is open only while it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> bytes:
        return self._path.read_bytes()

    def iter_chunks(self, chunk_size: int) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while chunk := file.read(chunk_size):
                yield chunk


class DiskBucket:
    """Answers `PutObject` and `GetObject` of boto3 for all buckets."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def call(self, name: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of S3; an object that exists is not overwritten."""
        path = self._folder / hashlib.sha256(asked["Key"].encode()).hexdigest()
        if name == "PutObject":
            return self._put(path, asked["Body"])
        return {
            "ContentLength": path.stat().st_size,
            "ETag": path.name,
            "Body": FileBody(path),
        }

    def _put(self, path: Path, body: bytes | IO[bytes]) -> dict[str, Any]:
        if path.exists():
            error = {"Error": {"Code": "PreconditionFailed", "Message": ""}}
            raise ClientError(error, "PutObject")  # type: ignore[arg-type]  # has all that is read
        with path.open("wb") as file:
            shutil.copyfileobj(io.BytesIO(body) if isinstance(body, bytes) else body, file)
        return {}
