"""The mirror of one organisation: protects what is held, lifts its own protections, reports."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from genesys_purge.errors import Misconfigured, OutcomeUnknown, PurgeError
from genesys_purge.holds.editing import audited
from genesys_purge.holds.mirroring.ports import MirrorStore, Protector
from genesys_purge.model.audit import Action
from genesys_purge.model.hold_mirror import Mirror, MirrorFacts
from genesys_purge.model.holds import Hold, HoldDocument
from genesys_purge.model.submission import Submission
from genesys_purge.model.wording import UUID

BY_SCHEDULE = Submission({}, "mirror_holds")
# So many conversations can be protected in an organisation, and named in a call.
MOST_PROTECTED, MOST_IN_CALL = 1_000, 100
# The reason of the ids beyond.
NOT_ASKED = "not_asked"

Change = Callable[[Sequence[str]], Mapping[str, str]]


class Mirroring:
    """One pass over an organisation: `protect`, `lift` and `report`, in this order.

    `error` is the first error of a changing call. What could not be changed is tried again in the
    next pass.
    """

    def __init__(
        self, mirror: Mirror, holds: Sequence[Hold], mirrors: MirrorStore, protector: Protector
    ) -> None:
        self._mirror = mirror
        self._holds = holds
        self._mirrors = mirrors
        self._protector = protector
        self._failed: dict[str, str] = {}
        self.error: PurgeError | None = None
        # What is protected stays so: other ids do not take its place.
        wanted = sorted(_ids_of(holds), key=lambda each: each not in mirror.own)
        self._wanted = frozenset(wanted)
        self._asked = wanted[:MOST_PROTECTED]
        known = protector.known(self._asked, mirror.own)
        self._known = known.conversations
        self._protected = known.protected
        self._seen = known.conversations | (known.protected & mirror.own)

    def protect(self) -> None:
        """Protect the held conversations that are not protected yet."""
        self._save(self._mirror.own & self._protected)
        waiting = self._known - self._protected
        for part in _parts([each for each in self._asked if each in waiting]):
            before = self._mirror.own
            if self.error is None:
                # The intent: without an answer, they count as protected by this call.
                self._save(before.union(part))
            protected = self._changed(self._protector.protect, part)
            if not isinstance(self.error, OutcomeUnknown):
                self._save(before.union(protected))
            self._protected |= protected

    def lift(self, readings: Sequence[Hold | Misconfigured]) -> None:
        """Lift the own protections of what no hold covers; none while a hold cannot be read."""
        holds = [each for each in readings if isinstance(each, Hold)]
        if len(holds) == len(readings):
            for part in _parts(sorted(self._mirror.own.difference(_ids_of(holds)))):
                lifted = self._changed(self._protector.lift, part)
                self._save(self._mirror.own - lifted)
                self._protected -= lifted

    def report(self, documents: Callable[[str], object], now: datetime) -> int:
        """Record what changed since the last record of each hold; how much of it failed.

        `documents` reads a hold that is no longer active.
        """
        active = {each.hold_id: each for each in self._holds}
        failed = 0
        for hold_id in sorted(active.keys() | self._mirror.reported.keys()):
            hold = active.get(hold_id) or documents(hold_id)
            if isinstance(hold, HoldDocument):
                failed += self._report(hold, now, is_active=hold_id in active)
        return failed

    def _report(self, hold: HoldDocument, now: datetime, *, is_active: bool) -> int:
        ids = frozenset(_ids_of([hold]))
        facts = self._facts(ids, is_active=is_active)
        reported = dict(self._mirror.reported)
        before = reported.pop(hold.hold_id, None)
        is_new = before is None and (facts.conversations or facts.failed)
        waits = ids & self._mirror.own - self._wanted
        if is_active or waits:
            reported[hold.hold_id] = facts
        if not (before or is_new) or reported == self._mirror.reported:
            return 0
        mirror = self._mirror.model_copy(update={"reported": reported})
        record = audited(Action.HOLD_MIRRORED, hold, BY_SCHEDULE, now)
        self._mirror = self._mirrors.put(mirror, record.model_copy(update={"mirror": facts}))
        return sum(facts.failed.values())

    def _facts(self, ids: frozenset[str], *, is_active: bool) -> MirrorFacts:
        failed = Counter(self._failed[each] for each in ids & self._failed.keys())
        not_asked = ids.difference(self._asked) if is_active else ()
        if not_asked:
            failed[NOT_ASKED] = len(not_asked)
        return MirrorFacts(
            organisation=self._mirror.organisation,
            conversations=len(ids & self._seen),
            protected=len(ids & self._protected),
            failed=dict(failed),
        )

    def _changed(self, change: Change, ids: Sequence[str]) -> frozenset[str]:
        """The ids that were changed; after an error, the others are not tried."""
        if self.error is None:
            try:
                failed = change(ids)
            except PurgeError as error:
                self.error = error
            else:
                self._failed |= failed
                return frozenset(ids).difference(failed)
        self._failed |= dict.fromkeys(ids, type(self.error).__name__)
        return frozenset()

    def _save(self, own: frozenset[str]) -> None:
        if own != self._mirror.own:
            self._mirror = self._mirrors.put(self._mirror.model_copy(update={"own": own}))


def _ids_of(holds: Iterable[HoldDocument]) -> list[str]:
    """The ids that holds name, those of the oldest hold first; the platform has UUIDs only."""
    found: dict[str, None] = {}
    for hold in sorted(holds, key=lambda each: (each.placed_at, each.hold_id)):
        for each in sorted(hold.conversation_ids or ()):
            if re.fullmatch(UUID, each):
                found[each] = None
    return list(found)


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(ids), MOST_IN_CALL):
        yield ids[first : first + MOST_IN_CALL]
