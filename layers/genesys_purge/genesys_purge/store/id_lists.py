"""Lists of conversation ids in S3: one id per line, or a JSON array of strings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from genesys_purge.methods.ports import IdList
from genesys_purge.model import strict_json
from genesys_purge.model.strict_json import BYTE_ORDER_MARK, InvalidJson
from genesys_purge.store.objects import opened, partly_read, refused

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PATH = "conversationIdsFrom"
MAX_OBJECT_BYTES = 100 * 1024 * 1024
# An array is parsed as a whole; lines are read one after the other.
MAX_ARRAY_BYTES = 20 * 1024 * 1024
CHUNK_BYTES = 256 * 1024
# Longer than any id; the rest of such a line does not matter.
LONGEST_LINE = 1_000


class Readable(Protocol):
    """A stream of bytes."""

    def iter_chunks(self, chunk_size: int) -> Iterator[bytes]: ...


class S3IdLists:
    """Implements the `IdLists` port; it creates its client on first use."""

    def __init__(self, client: Callable[[], S3Client]) -> None:
        self._client = client

    def read(self, url: str, version: str | None = None) -> IdList:
        answer = opened(self._client(), PATH, url)
        if answer["ContentLength"] > MAX_OBJECT_BYTES:
            raise refused(PATH, f"{url} has more than {MAX_OBJECT_BYTES} bytes; split it")
        if version not in (None, answer["ETag"]):
            raise refused(PATH, f"{url} was changed while the plan was made; submit a new request")
        return IdList(answer["ETag"], _read(url, answer["Body"]))


def _read(url: str, stream: Readable) -> Iterator[str]:
    with partly_read(url):
        yield from ids_in(stream)


def ids_in(stream: Readable) -> Iterator[str]:
    """The ids of a list, in order; raises InvalidRequest if it has neither form."""
    chunks = stream.iter_chunks(CHUNK_BYTES)
    first = next(chunks, b"").removeprefix(BYTE_ORDER_MARK)
    if first.lstrip().startswith(b"["):
        yield from _array_in(_joined(chain([first], chunks)))
        return
    for line in _lines(chain([first], chunks)):
        if text := _decoded(line).strip():
            yield text


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).replace(b"\r", b"\n").split(b"\n")
        yield from lines
        if len(rest) > LONGEST_LINE:
            break
    yield rest


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise refused(PATH, "must be UTF-8 text") from error


def _joined(chunks: Iterable[bytes]) -> bytes:
    content = b""
    for chunk in chunks:
        content += chunk
        if len(content) > MAX_ARRAY_BYTES:
            message = f"is a JSON array of more than {MAX_ARRAY_BYTES} bytes; list one id per line"
            raise refused(PATH, message)
    return content


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
