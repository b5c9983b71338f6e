"""`python -m local COMMAND`: runs the application on this machine, without AWS."""

import sys
from collections.abc import Sequence

from local.commands.interrupts import Stopped, end_at_once, ignore_signals, stop_in_order


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code; a signal ends it without a traceback."""
    # The imports take seconds, and there is nothing to remove yet.
    end_at_once()
    from local.command_line import run_command  # noqa: PLC0415  after the signals are handled

    try:
        stop_in_order()
        try:
            return run_command(arguments)
        finally:
            ignore_signals()
    except Stopped as stopped:
        print("stopped", file=sys.stderr)
        return stopped.exit_code


if __name__ == "__main__":
    sys.exit(main())
