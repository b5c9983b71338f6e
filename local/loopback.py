"""Checks that programs on this machine can call each other."""

import socket

from local.errors import CommandFailed

HOST = "127.0.0.1"
WITHIN_SECONDS = 2.0


class NoLoopback(CommandFailed):
    """127.0.0.1 cannot be used, so nothing could be started."""


def require_loopback() -> None:
    """Raises NoLoopback unless a connection to 127.0.0.1 can be opened."""
    try:
        with (
            socket.create_server((HOST, 0)) as server,
            socket.create_connection(server.getsockname(), WITHIN_SECONDS),
        ):
            return
    except OSError as error:
        raise NoLoopback(
            f"{HOST} cannot be used here ({error}), but all parts of the application call each "
            "other there; switch the loopback interface on, for example with `ip link set lo up`"
        ) from error
