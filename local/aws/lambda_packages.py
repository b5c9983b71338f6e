"""Packages function folders as Lambda functions that run on this machine's Python."""

import io
import shlex
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

RUNTIME = "provided.al2023"
EXECUTABLE = 0o755 << 16


def function_package(folder: Path, layers: Sequence[Path]) -> bytes:
    """A zip of the folder and of a bootstrap that starts AWS's runtime client with the layers."""
    return _zipped([("bootstrap", bootstrap(layers).encode()), *_files(folder)])


def layer_package() -> bytes:
    """A layer without content; functions import the layer from its folder in the project."""
    return _zipped([("README", b"The functions import the layer from the project's folder.\n")])


def bootstrap(layers: Sequence[Path], python: str = sys.executable) -> str:
    """The start script of a custom runtime.

    The Python runtime of the embedded AWS loses the class names of exceptions. The state machines
    need these names to retry and catch.
    """
    path = shlex.quote(":".join(map(str, layers)))
    return (
        "#!/bin/sh\n"
        f"export PYTHONPATH={path} PYTHONUNBUFFERED=1\n"
        f'exec {shlex.quote(python)} -m awslambdaric "$_HANDLER"\n'
    )


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield str(path.relative_to(folder)), path.read_bytes()


def _zipped(files: Sequence[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files:
            # ZipInfo has a constant time, so that equal folders make equal packages.
            entry = zipfile.ZipInfo(name)
            entry.external_attr = EXECUTABLE
            archive.writestr(entry, content)
    return buffer.getvalue()
