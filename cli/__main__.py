"""The program `genesys-purge`."""

import sys
from collections.abc import Sequence

from cli.interrupts import Stopped, end_at_once, ignore_signals, stop_in_order


def main(arguments: Sequence[str] | None = None, *, is_alias: bool = False) -> int:
    """Run a command and return its exit code; a signal ends it without a traceback."""
    # The imports take seconds, and there is nothing to remove yet.
    end_at_once()
    from cli.command_line import run_alias, run_command  # noqa: PLC0415  after the signals are handled

    given = sys.argv[1:] if arguments is None else arguments
    try:
        stop_in_order()
        try:
            return run_alias(given) if is_alias else run_command(given)
        finally:
            ignore_signals()
    except Stopped as stopped:
        print("stopped", file=sys.stderr)
        return stopped.exit_code


if __name__ == "__main__":
    sys.exit(main())
