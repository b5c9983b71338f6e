"""An AWS that is a process of this machine: ministack on 127.0.0.1, gone without a trace."""

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

from local.aws_session import ACCESS_KEY, ACCOUNT, REGION, SECRET_KEY
from local.options import PROJECT

HOST = "127.0.0.1"
LOG = "embedded_aws.log"
READY_WITHIN_SECONDS = 60.0


class EmbeddedAwsFailed(Exception):
    """The embedded AWS did not start, or stopped by itself; the message ends with its log."""


class EmbeddedAws:
    """A running embedded AWS."""

    def __init__(self, endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self.endpoint = endpoint
        self._process = process
        self._log = log

    def log_tail(self, lines: int = 30) -> str:
        """The last lines that it and its functions wrote."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    def await_end(self) -> NoReturn:
        """Waits for an end that nobody asked for."""
        self._process.wait()
        raise self.failure()

    def failure(self) -> EmbeddedAwsFailed:
        """The error that its end is."""
        return EmbeddedAwsFailed(f"the embedded AWS ended by itself:\n{self.log_tail()}")

    def await_ready(self) -> None:
        """Returns once it answers."""
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        with httpx.Client(base_url=self.endpoint, trust_env=False, timeout=1) as client:
            while time.monotonic() < deadline:
                if self._process.poll() is not None:
                    self.await_end()
                with suppress(httpx.TransportError):
                    if client.get("/_ministack/health").is_success:
                        return
                time.sleep(0.02)
        raise EmbeddedAwsFailed(f"the embedded AWS does not get ready:\n{self.log_tail()}")


@contextmanager
def embedded_aws(wait_scale: float) -> Iterator[EmbeddedAws]:
    """Runs an embedded AWS whose Step Functions wait `wait_scale` times as long as they say."""
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
    """All that the embedded AWS and its functions know of this machine."""
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
    # It inherits a socket that listens already: nobody else can take the port in between.
    server = ["hypercorn", "--workers", "0", "--bind", f"fd://{listener.fileno()}"]
    with Path(state, LOG).open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own interpreter, no word of the user's in it
            [sys.executable, "-P", "-m", "local.leash", str(state), *server, "ministack.app:app"],
            cwd=state,
            env=environment(state, listener.getsockname()[1], wait_scale),
            pass_fds=[listener.fileno()],
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _kill(process: subprocess.Popen[bytes]) -> None:
    # The functions' processes are of the same group. There is no state worth a graceful end.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        process.stdin.close()
