"""MirrorHolds: put held conversations under the deletion protection of the live platform."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from genesys_purge.errors import Misconfigured
from genesys_purge.holds.mirroring.mirroring import Mirroring
from genesys_purge.holds.mirroring.ports import MirrorStore, Protector
from genesys_purge.holds.ports import HoldStore
from genesys_purge.model.held_times import DEFAULT
from genesys_purge.model.holds import Hold
from genesys_purge.ports import Clock, Isolate, Meter

FAILED = "HoldMirrorsFailed"


class MirrorHolds:
    """One sweep over the organisations of the live platform; it may be repeated.

    It is a second net: a hold is in force without it, and a failure changes no hold. It changes
    only the protection of conversations, and lifts only what it has protected itself.
    """

    def __init__(
        self,
        holds: HoldStore,
        mirrors: MirrorStore,
        names: Callable[[], Sequence[str]],
        protector_of: Callable[[str | None], Protector | None],
        meter: Meter,
        now: Clock,
    ) -> None:
        self._holds = holds
        self._mirrors = mirrors
        self._names = names
        self._protector_of = protector_of
        self._meter = meter
        self._now = now

    def __call__(self, isolate: Isolate) -> None:
        """Bring every organisation up to date; one that fails does not stop the others."""
        failed: list[int] = []
        for name in (None, *self._names()):
            is_done = isolate(f"mirror-{name or DEFAULT}", partial(self._mirror, name, failed))
            failed.append(not is_done)
        self._meter.count(FAILED, sum(failed))

    def _mirror(self, name: str | None, failed: list[int]) -> None:
        """Bring one organisation up to date, and add what newly failed to `failed`."""
        protector = self._protector_of(name)
        if protector is None:
            return
        mirror = self._mirrors.get(name or DEFAULT)
        holds = [each for each in self._readings(name) if isinstance(each, Hold)]
        if not (mirror.own or mirror.reported or any(each.conversation_ids for each in holds)):
            return
        work = Mirroring(mirror, holds, self._mirrors, protector)
        work.protect()
        # Another hold may have been placed since.
        work.lift(self._readings(name))
        failed.append(work.report(self._holds.get, self._now()))
        if work.error:
            raise work.error

    def _readings(self, name: str | None) -> Sequence[Hold | Misconfigured]:
        """The active holds of the organisation, and the errors of those that cannot be read."""
        return [
            each
            for each in self._holds.readings()
            if isinstance(each, Misconfigured) or each.scope.is_in(name)
        ]
