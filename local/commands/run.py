"""`python -m local run`: runs one purge request to its end."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from local.application import Application
from local.commands.starting import print_function_errors, started
from local.options.options import Options
from local.reports import results, summary
from local.reports.lines import say, show
from local.reports.observation import Observation
from local.reports.progress import progress_on
from local.requests import id_lists
from local.requests.files import read_request, values_of
from local.requests.purge_api import PurgeApi, PurgeApiFailed
from local.requests.scheduler import as_sent
from local.requests.submission import FUNCTION, Refused, SubmitFailed, submit

STATE_MACHINE = "purge_run"
OBSERVE_EVERY_SECONDS = 0.3


def run(file: Path, options: Options, console: Console, errors: Console) -> int:
    """Runs the request in the file; returns 0 if the run succeeded, else 1."""
    request = as_sent(read_request(file), datetime.now(UTC))
    results.clear(options.out)
    with started(options, console) as app:
        return purge(app, options, console, errors, request)


def purge(
    app: Application, options: Options, console: Console, errors: Console, request: Any
) -> int:
    """Runs the request on a running application; returns 0 if the run succeeded, else 1."""
    one = _Run(app, options, console, errors)
    try:
        return one.purge(request)
    except Refused as refused:
        for line in refused.errors:
            say(errors, line)
        results.write(options.out, Observation(run_id=None, outcome="rejected"), [])
        return 1
    except (SubmitFailed, PurgeApiFailed):
        print_function_errors(app, errors)
        raise


class _Run:
    """One run on a running application."""

    def __init__(
        self, app: Application, options: Options, console: Console, errors: Console
    ) -> None:
        self._app = app
        self._options = options
        self._console = console
        self._errors = errors
        self._step_functions = app.session.client("stepfunctions")

    def purge(self, request: Any) -> int:
        """Submits the request, observes the run and reports it."""
        self._provide_ids(request)
        lambda_client = self._app.session.client("lambda")
        run_id = submit(lambda_client, self._app.stack.functions[FUNCTION], request)
        hours = next(values_of("verifyAfterHours", request), 0)
        latest = Observation(run_id=run_id)
        with PurgeApi(self._app.api_url) as api:
            try:
                with progress_on(self._console) as progress:
                    for latest in self._observations(api, run_id, timedelta(hours=hours)):
                        progress.show(latest)
            finally:
                # Jobs may still run at Genesys when an error or a signal stops the command.
                results.write(self._options.out, latest, api.audit(run_id))
        self._report(latest)
        return 0 if latest.succeeded else 1

    def _provide_ids(self, request: Any) -> None:
        if self._app.genesys.simulator:
            corpus = self._app.genesys.simulator.corpus
            for url in id_lists.provide(self._app.session.client("s3"), request, corpus.ids()):
                say(self._console, f"{url} now lists all {len(corpus):,} simulated conversations.")

    def _observations(
        self, api: PurgeApi, run_id: str, verify_after: timedelta
    ) -> Iterator[Observation]:
        """Observes the run until its execution has ended."""
        machine = self._app.stack.state_machines[STATE_MACHINE]
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{run_id}"
        ended = False
        while not ended:
            execution = self._step_functions.describe_execution(executionArn=arn)
            observed = Observation.read(api.run(run_id), execution["status"], verify_after)
            yield observed
            ended = observed.ended
            time.sleep(0 if ended else OBSERVE_EVERY_SECONDS)

    def _report(self, observed: Observation) -> None:
        show(self._console, summary.summary(observed, self._app.wait_scale))
        if self._app.genesys.simulator:
            show(self._console, summary.simulated(self._app.genesys.simulator))
        show(self._console, summary.files(self._options.out, results.RESULT, results.AUDIT))
        if not observed.succeeded:
            print_function_errors(self._app, self._errors)
