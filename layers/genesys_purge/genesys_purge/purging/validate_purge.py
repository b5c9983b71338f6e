"""ValidatePurge: check a request against the rules in force, in a run or by itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from genesys_purge.model.messages import RunRef
from genesys_purge.ports import Clock, Runs
from genesys_purge.purging.overrides import Overrides
from genesys_purge.purging.requests import Requests, normalised


class ValidatePurge:
    """The first state of a run, and a check that pipelines can invoke."""

    def __init__(self, requests: Requests, overrides: Overrides, runs: Runs, now: Clock) -> None:
        self._requests = requests
        self._overrides = overrides
        self._runs = runs
        self._now = now

    def __call__(self, event: object) -> Mapping[str, Any]:
        """A run's message unchanged, or a request normalised; InvalidRequest lists every error.

        A request alone has no caller, so it may override the retention policy.
        """
        if isinstance(event, Mapping) and event.keys() == {"runId"}:
            return self._run(RunRef.parse(event)).to_json()
        now = self._now()
        return normalised(self._requests.check(event, now), now)

    def _run(self, message: RunRef) -> RunRef:
        run = self._runs.get(message.run_id)
        # The error reaches the history of the execution, which names no callers.
        conflicts, actor = self._overrides.conflicts, run.submitted_by
        allowed = partial(conflicts, actor=actor, named="of this run")
        self._requests.check(run.request, run.reference_time, allowed)
        return message
