"""Starts the application for a command."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from cli.reports.lines import say
from local import id_lists
from local.application import Application, application
from local.aws import function_log
from local.aws.deviations import DIFFERENCES
from local.genesys.secrets import SWITCH
from local.options.options import Options


@contextmanager
def started(options: Options, console: Console) -> Iterator[Application]:
    """Yields the running application and prints its addresses."""
    say(console, f"Starting the application; waits are scaled by {options.wait_scale:g}.")
    with application(options) as app:
        kind = "The simulated Genesys" if app.genesys.simulator else "Genesys"
        say(console, f"{kind} is at {app.genesys.url}.")
        say(console, f"The embedded AWS is at {app.session.endpoint}, the API at {app.api_url}.")
        say(console, f"The purging switch {SWITCH} of this new stack is set to on.")
        if app.left_out:
            say(console, f"Not deployed here: {', '.join(sorted(app.left_out))}.")
        say(console, f"Unlike AWS: {'; '.join(DIFFERENCES)}.")
        yield app


def provide_ids(app: Application, request: object, console: Console) -> None:
    """Writes the ids of all simulated conversations to each list of the request that is missing."""
    if app.genesys.simulator:
        corpus = app.genesys.simulator.corpus
        for url in id_lists.provide(app.session.client("s3"), request, corpus.ids()):
            say(console, f"{url} now lists all {len(corpus):,} simulated conversations.")


def print_function_errors(app: Application, errors: Console) -> None:
    """Prints the errors that the functions logged."""
    for error in function_log.errors_in(app.session.client("logs")):
        say(errors, f"A function logged:\n{error}")
