"""What submitting, polling and verifying work on: a batch with its run and its organisation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from genesys_purge.methods.method import Method, Part
from genesys_purge.methods.parts import part_of
from genesys_purge.model.batch import Batch, Entry
from genesys_purge.model.messages import BatchStep
from genesys_purge.model.request import PurgeRequest
from genesys_purge.model.run import Run
from genesys_purge.ports import Clock, Genesys, GenesysOf, OrganisationOf, Runs
from genesys_purge.purging.requests import request_of
from genesys_purge.purging.whereto import genesys_for


class Case(NamedTuple):
    """One batch with all that is needed to work on it, as of `now`."""

    run: Run
    request: PurgeRequest
    method: Method
    batch: Batch
    entries: Sequence[Entry]
    genesys: Genesys
    now: datetime

    @property
    def part(self) -> Part:
        """What the next submit asks for."""
        positions = self.batch.candidates if self.entries else ()
        return part_of(self.batch, self.entries, positions, self.now)

    @property
    def is_empty(self) -> bool:
        """Whether the next part has nothing left to submit, all of it being protected."""
        return self.batch.window is None and not self.batch.candidates

    @property
    def size(self) -> int:
        """How many records the next part, or the job that runs, is about."""
        if self.batch.window is None:
            return len(self.batch.candidates)
        return self.before

    @property
    def before(self) -> int:
        """How many records were there right before the submit."""
        return self.batch.before or 0

    @property
    def whole(self) -> Part:
        """All that the batch may delete."""
        positions = set(range(len(self.entries))) - self.batch.protected
        return part_of(self.batch, self.entries, positions, self.now)


class Cases:
    """Reads a batch for its step."""

    def __init__(
        self, runs: Runs, organisation_of: OrganisationOf, genesys_of: GenesysOf, now: Clock
    ) -> None:
        self._runs = runs
        self._organisation_of = organisation_of
        self._genesys_of = genesys_of
        self._now = now

    def read(self, step: BatchStep, *, with_entries: bool = True) -> Case:
        run = self._runs.get(step.run_id)
        batch = self._runs.batch(step.run_id, step.batch)
        needed = with_entries and batch.window is None
        entries = self._runs.manifest(step.run_id, step.batch) if needed else ()
        genesys = genesys_for(run, self._organisation_of, self._genesys_of)
        return Case(run, *request_of(run), batch, entries, genesys, self._now())
