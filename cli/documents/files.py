"""Reads documents from files."""

import sys
from pathlib import Path
from typing import Any

from genesys_purge.methods import METHODS
from genesys_purge.model import strict_json
from genesys_purge.model.strict_json import InvalidJson

from cli.errors import WrongInput
from local.project import PROJECT

MOST_LEVELS = 100
SAMPLES = (PROJECT / "events" / "invoke", PROJECT / "events" / "schedule")


class UnreadableFile(WrongInput):
    """A file cannot be read or parsed, because of this `problem`."""

    def __init__(self, file: Path, problem: str) -> None:
        super().__init__(f"{file}: {problem}")
        self.problem = problem


def read_request(file: Path) -> Any:
    """The purge request in a file; raises UnreadableFile, which lists the methods for a sample."""
    if file.resolve().parent in SAMPLES and not file.exists():
        problem = f"there is no sample request {file.stem!r}; the methods are {', '.join(METHODS)}"
        raise UnreadableFile(file, problem)
    return read_document(file)


def read_document(file: Path) -> Any:
    """The JSON document in a file; raises UnreadableFile."""
    return document_in(_content(file), file)


def read_given(file: Path) -> Any:
    """The JSON document in a file, or for `-` on standard input; raises UnreadableFile."""
    is_input = str(file) == "-"
    return document_in(sys.stdin.buffer.read(), file) if is_input else read_document(file)


def read_text(file: Path) -> str:
    """The text in a file; raises UnreadableFile."""
    try:
        return _content(file).decode()
    except UnicodeDecodeError as error:
        raise UnreadableFile(file, "is not UTF-8") from error


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnreadableFile(file, f"cannot be read: {error.strerror}") from error


def document_in(content: bytes, file: Path) -> Any:
    """The JSON document in the content of a file; raises UnreadableFile."""
    try:
        document = strict_json.parsed(content)
    except InvalidJson as error:
        problem = str(error) if error.path else f"{error}: {error.detail}"
        raise UnreadableFile(file, problem) from error
    if _is_deeper_than(MOST_LEVELS, document):
        raise UnreadableFile(file, f"has more than {MOST_LEVELS} levels; remove some")
    return document


def _is_deeper_than(levels: int, value: object) -> bool:
    """Whether objects and lists are nested deeper than any document needs."""
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper_than(levels - 1, each) for each in inner)
