"""The embedded AWS: ministack in a process on 127.0.0.1, removed without a trace at the end."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import httpx
from botocore.exceptions import BotoCoreError

from local.aws.session import ACCESS_KEY, ACCOUNT, REGION, SECRET_KEY
from local.errors import CommandFailed
from local.project import PROJECT

HOST = "127.0.0.1"
LOG = "embedded_aws.log"
APP = "local.aws.server:app"
READY_WITHIN_SECONDS = 60.0


class EmbeddedAwsFailed(CommandFailed):
    """The embedded AWS did not start, or it crashed; the message ends with its log."""


class EmbeddedAws:
    """A running embedded AWS."""

    def __init__(self, endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self.endpoint = endpoint
        self._process = process
        self._log = log

    def log_tail(self, lines: int = 30) -> str:
        """The last lines of its log, which includes the functions' output."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    def await_end(self) -> NoReturn:
        """Waits for the process to end, and raises EmbeddedAwsFailed."""
        self._process.wait()
        raise self.failure()

    def failure(self) -> EmbeddedAwsFailed:
        """The error that reports an unexpected end."""
        return EmbeddedAwsFailed(f"the embedded AWS ended unexpectedly:\n{self.log_tail()}")

    def await_ready(self) -> None:
        """Returns when it answers; raises EmbeddedAwsFailed after a minute."""
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        with httpx.Client(base_url=self.endpoint, trust_env=False, timeout=1) as client:
            while time.monotonic() < deadline:
                if self._process.poll() is not None:
                    self.await_end()
                with suppress(httpx.TransportError):
                    if client.get("/_ministack/health").is_success:
                        return
                time.sleep(0.02)
        raise EmbeddedAwsFailed(f"the embedded AWS did not start in time:\n{self.log_tail()}")


@contextmanager
def embedded_aws(wait_scale: float) -> Iterator[EmbeddedAws]:
    """Runs an embedded AWS that multiplies the waits of Step Functions by `wait_scale`."""
    with TemporaryDirectory(prefix="genesys-purge-", ignore_cleanup_errors=True) as folder:
        with socket.create_server((HOST, 0)) as listener:
            process = _start(listener, Path(folder), wait_scale)
            endpoint = f"http://{HOST}:{listener.getsockname()[1]}"
        aws = EmbeddedAws(endpoint, process, Path(folder, LOG))
        try:
            aws.await_ready()
            yield aws
        except (BotoCoreError, httpx.TransportError) as error:
            if process.poll() is None:
                raise
            raise aws.failure() from error
        finally:
            _kill(process)


def environment(state: Path, port: int, wait_scale: float) -> dict[str, str]:
    """The environment of the embedded AWS and its functions; nothing else is inherited."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(PROJECT),
        "PYTHONUNBUFFERED": "1",
        "HOME": str(state),
        "TMPDIR": str(state),
        "STATE_DIR": str(state),
        "S3_DATA_DIR": str(state),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "NO_PROXY": "*",
        "DOCKER_HOST": f"unix://{state}/no-docker",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": HOST,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AUTH": "true",
        "SFN_WAIT_SCALE": str(wait_scale),
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _start(listener: socket.socket, state: Path, wait_scale: float) -> subprocess.Popen[bytes]:
    # The process inherits a listening socket, so that no other process can take the port.
    server = ["hypercorn", "--workers", "0", "--bind", f"fd://{listener.fileno()}"]
    with Path(state, LOG).open("wb") as log:
        return subprocess.Popen(  # noqa: S603  our own interpreter, without user input
            [sys.executable, "-P", "-m", "local.aws.leash", str(state), *server, APP],
            cwd=state,
            env=environment(state, listener.getsockname()[1], wait_scale),
            pass_fds=[listener.fileno()],
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _kill(process: subprocess.Popen[bytes]) -> None:
    # The functions run in the same process group. No state needs a graceful end.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        process.stdin.close()
