"""Lists of conversation ids in S3: one id per line, or a JSON array of strings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

from genesys_purge.model import strict_json
from genesys_purge.model.strict_json import BYTE_ORDER_MARK, InvalidJson
from genesys_purge.store.objects import opened, partly_read, refused

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PATH = "conversationIdsFrom"
MAX_OBJECT_BYTES = 100 * 1024 * 1024


class Readable(Protocol):
    """A stream that returns all of its bytes."""

    def read(self) -> bytes: ...


class S3IdLists:
    """Implements the `IdLists` port; it creates its client on first use."""

    def __init__(self, client: Callable[[], S3Client]) -> None:
        self._client = client

    def read(self, url: str) -> Iterator[str]:
        answer = opened(self._client(), PATH, url)
        if answer["ContentLength"] > MAX_OBJECT_BYTES:
            raise refused(PATH, f"{url} has more than {MAX_OBJECT_BYTES} bytes; split it")
        with partly_read(url):
            return ids_in(answer["Body"])


def ids_in(stream: Readable) -> Iterator[str]:
    """The ids of a list, in order; raises InvalidRequest if it has neither form."""
    content = stream.read().removeprefix(BYTE_ORDER_MARK)
    if content.lstrip().startswith(b"["):
        return iter(_array_in(content))
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise refused(PATH, "must be UTF-8 text") from error
    return (line.strip() for line in text.splitlines() if line.strip())


def _array_in(content: bytes) -> list[str]:
    try:
        ids: list[str] = strict_json.parsed(content)
    except InvalidJson as error:
        if error.path:
            message = f"has the key {error.path} twice; it may contain only strings"
            raise refused(PATH, message) from error
        raise refused(PATH, "starts with [ but is not a JSON array") from error
    if not all(isinstance(one, str) for one in ids):
        raise refused(PATH, "must contain only strings")
    return ids
