"""`genesys-purge local run`: runs one purge request to its end."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from cli.documents.files import read_request
from cli.documents.scheduler import as_sent
from cli.errors import NoAccess, WrongInput
from cli.evidence.proving import prove
from cli.following import Follower
from cli.local_commands.local_api import api_of
from cli.local_commands.starting import print_function_errors, provide_ids, started
from cli.reports import results, summary
from cli.reports.bars import Bars, can_draw_on
from cli.reports.lines import show
from cli.reports.observation import Observation
from cli.reports.progress import Lines
from cli.stack.api import Api
from cli.stack.functions import FUNCTION, Refused, SubmitFailed, submit
from cli.stack.lists import entries
from local import id_lists
from local.application import Application
from local.options.options import Options

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
    """Runs the request on a running application; returns 0 if the run succeeded, else 1.

    WrongInput if the request is refused.
    """
    one = _Run(app, options, console, errors)
    try:
        return one.purge(request)
    except Refused as refused:
        results.write(options.out, Observation(run_id=None, outcome="rejected"), [])
        raise WrongInput(*refused.errors) from refused
    except (SubmitFailed, NoAccess):
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
        provide_ids(self._app, request, self._console)
        lambda_client = self._app.session.client("lambda")
        run_id = submit(lambda_client, self._app.stack.functions[FUNCTION], request)
        hours = next(id_lists.values_of("verifyAfterHours", request), 0)
        latest = Observation(run_id=run_id)
        bars = Bars(self._console) if can_draw_on(self._console) else Lines(self._console)
        with closing(api_of(self._app)) as api:
            try:
                with bars as shown:
                    for latest in self._observations(api, run_id, timedelta(hours=hours)):
                        shown.show(latest)
            finally:
                # Jobs may still run at Genesys when an error or a signal stops the command.
                audit = entries(api, f"/purges/{run_id}/audit", "records")
                results.write(self._options.out, latest, audit)
        self._report(latest)
        if latest.is_certified:
            prove(self._app, run_id, self._options.out, self._console)
        return 0 if latest.succeeded else 1

    def _observations(
        self, api: Api, run_id: str, verify_after: timedelta
    ) -> Iterator[Observation]:
        """Observes the run until its execution has ended."""
        machine = self._app.stack.state_machines[STATE_MACHINE]
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{run_id}"
        ended, follower = False, Follower(api, run_id)
        while not ended:
            execution = self._step_functions.describe_execution(executionArn=arn)
            answer = follower.observed_whole().answer
            observed = Observation.read(answer, execution["status"], verify_after)
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
