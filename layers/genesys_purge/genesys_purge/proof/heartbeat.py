"""Heartbeat: an entry a day in an idle log, so that a withheld end of the log is noticed."""

from __future__ import annotations

from datetime import timedelta

from genesys_purge.errors import LostRace
from genesys_purge.model.merkle import leaf_hash
from genesys_purge.ports import Clock
from genesys_purge.proof.entries import digest_of, heartbeat, times_in
from genesys_purge.proof.errors import Contradicted
from genesys_purge.proof.ports import Evidence, Seals
from genesys_purge.proof.publish_seals import PublishSeals, checkpoint_name

DAY = timedelta(days=1)


class Heartbeat:
    """A new log begins with its first seal, not with a heartbeat."""

    def __init__(self, seals: Seals, evidence: Evidence, publish: PublishSeals, now: Clock) -> None:
        self._seals = seals
        self._evidence = evidence
        self._publish = publish
        self._now = now

    def __call__(self) -> None:
        """Commit and publish one if the last entry of the log is older than a day."""
        head = self._seals.head()
        if not head.size:
            return
        (last,) = self._seals.entries(head.size - 1, head.size)
        if self._now() - times_in(last)[1] <= DAY:
            return
        self._publish()
        name = checkpoint_name(head.size)
        checkpoint = self._evidence.get(name)
        if checkpoint is None:
            raise Contradicted(f"{name} is missing")
        entry = heartbeat(self._now(), (name, digest_of(checkpoint.content)))
        try:
            self._seals.commit((head, head.extended([leaf_hash(entry)])), [entry], ())
        except LostRace:
            # The log has just grown, so it needs none.
            return
        self._publish()
