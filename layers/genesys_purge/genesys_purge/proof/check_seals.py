"""CheckSeals: stores how long records wait for their seal, and seals what the stream lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from genesys_purge.model.seal_health import SealHealth
from genesys_purge.ports import Clock, Isolate, Meter
from genesys_purge.proof.heartbeat import Heartbeat
from genesys_purge.proof.ports import Health
from genesys_purge.proof.seal_audit import SealAudit
from genesys_purge.proof.unsealed import FindUnsealed, Unsealed

# The stream gathers records for up to five minutes; they are sealed within one more.
LATE = timedelta(minutes=6)
# Names the log in the lines about work that is about no run.
LOG = "seals"


class CheckSeals:
    """The guard of deleting calls reads what is stored here.

    It is stored before anything is repaired: the age must grow while the key or the bucket fails.
    """

    def __init__(
        self,
        find_unsealed: FindUnsealed,
        health: Health,
        fill_gaps: Callable[[str], None],
        seal_audit: SealAudit,
        heartbeat: Heartbeat,
        meter: Meter,
        now: Clock,
    ) -> None:
        self._find_unsealed = find_unsealed
        self._health = health
        self._fill_gaps = fill_gaps
        self._seal_audit = seal_audit
        self._heartbeat = heartbeat
        self._meter = meter
        self._now = now

    def __call__(self, isolate: Isolate) -> None:
        """One check. An error while reading leaves the last check in place, which grows old."""
        found = self._check()
        if found.oldest and self._is_late(found.oldest):
            self._repair(found, isolate)
            self._check()
        isolate(LOG, self._heartbeat)

    def _check(self) -> Unsealed:
        began = self._now()
        found = self._find_unsealed(began)
        self._health.put(SealHealth(checked_at=began, oldest_unsealed_at=found.oldest))
        age = began - found.oldest if found.oldest else timedelta()
        self._meter.seconds("SealAge", max(age.total_seconds(), 0.0))
        return found

    def _repair(self, found: Unsealed, isolate: Isolate) -> None:
        """Seal what waits for too long, and publish what is committed."""
        late = {name: each for name, each in found.runs.items() if self._is_late(each.since)}
        for run_id, waiting in late.items():
            if waiting.has_gap:
                isolate(run_id, partial(self._fill_gaps, run_id))
        isolate(LOG, partial(self._seal_audit, dict.fromkeys(late, ())))

    def _is_late(self, at: datetime) -> bool:
        return self._now() - at > LATE
