"""`python -m local run`: one purge from the request to its audit."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from local import function_log, id_lists, results, summary
from local.application import Application, application
from local.observation import Observation
from local.options import Options
from local.progress import progress_on
from local.purge_api import PurgeApi, PurgeApiFailed
from local.scheduler import as_sent
from local.submission import FUNCTION, Refused, SubmitFailed, read_request, submit, values_of

STATE_MACHINE = "purge_run"
LOOK_EVERY_SECONDS = 0.3


def run(file: Path, options: Options, console: Console, errors: Console) -> int:
    """Runs the request in the file and returns the exit code: 0 where the run ended well."""
    request = as_sent(read_request(file), datetime.now(UTC))
    results.clear(options.out)
    say(console, f"Starting the application; waits are scaled by {options.wait_scale:g}.")
    with application(options) as app:
        announce(app, console)
        return purge(app, options, console, errors, request)


def purge(
    app: Application, options: Options, console: Console, errors: Console, request: Any
) -> int:
    """Runs the request on an application that is up; 0 where the run ended well."""
    one = _Run(app, options, console, errors)
    try:
        return one.purge(request)
    except Refused as refused:
        for line in refused.errors:
            say(errors, line)
        results.write(options.out, Observation(run_id=None, outcome="rejected"), [])
        return 1
    except (SubmitFailed, PurgeApiFailed):
        one.tell_errors()
        raise


class _Run:
    """One run of one application."""

    def __init__(
        self, app: Application, options: Options, console: Console, errors: Console
    ) -> None:
        self._app = app
        self._options = options
        self._console = console
        self._errors = errors
        self._step_functions = app.session.client("stepfunctions")

    def purge(self, request: Any) -> int:
        """Submits the request, follows the run and reports."""
        self._provide_ids(request)
        lambda_client = self._app.session.client("lambda")
        run_id = submit(lambda_client, self._app.stack.functions[FUNCTION], request)
        hours = next(values_of("verifyAfterHours", request), 0)
        seen = Observation(run_id=run_id)
        with PurgeApi(self._app.api_url) as api:
            try:
                with progress_on(self._console) as progress:
                    for seen in self._looks(api, run_id, timedelta(hours=hours)):
                        progress.show(seen)
            finally:
                # Whatever stops us, jobs may be running at Genesys: what is known stays.
                results.write(self._options.out, seen, api.audit(run_id))
        self._report(seen)
        return 0 if seen.succeeded else 1

    def _provide_ids(self, request: Any) -> None:
        if self._app.genesys.simulator:
            corpus = self._app.genesys.simulator.corpus
            for url in id_lists.provide(self._app.session.client("s3"), request, corpus.ids()):
                say(self._console, f"{url} now lists all {len(corpus):,} simulated conversations.")

    def _looks(self, api: PurgeApi, run_id: str, verify_after: timedelta) -> Iterator[Observation]:
        """Looks at the run until its execution ended; the last look is one after the end."""
        machine = self._app.stack.state_machines[STATE_MACHINE]
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{run_id}"
        ended = False
        while not ended:
            execution = self._step_functions.describe_execution(executionArn=arn)
            seen = Observation.read(api.run(run_id), execution["status"], verify_after)
            yield seen
            ended = seen.ended
            time.sleep(0 if ended else LOOK_EVERY_SECONDS)

    def _report(self, seen: Observation) -> None:
        lines = [*summary.summary(seen, self._app.wait_scale)]
        if self._app.genesys.simulator:
            lines += summary.simulated(self._app.genesys.simulator)
        lines += summary.files(self._options.out, results.RESULT, results.AUDIT)
        for label, value in lines:
            say(self._console, f"{label:>10}  {value}")
        if not seen.succeeded:
            self.tell_errors()

    def tell_errors(self) -> None:
        """Prints what the functions logged as errors."""
        for error in function_log.errors_in(self._app.session.client("logs")):
            say(self._errors, f"A function logged:\n{error}")


def announce(app: Application, console: Console) -> None:
    """Says where everything is, and what is not as on AWS."""
    kind = "A simulated Genesys" if app.genesys.simulator else "Genesys"
    say(console, f"{kind} is at {app.genesys.url}.")
    say(console, f"AWS is embedded at {app.session.endpoint}, the API at {app.api_url}.")
    if app.left_out:
        say(console, f"Not deployed here: {', '.join(sorted(app.left_out))}.")


def say(console: Console, text: str) -> None:
    """Prints text as it is."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
