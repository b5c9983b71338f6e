"""The guard of batches: a deletion that a legal hold refuses is recorded with the hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from genesys_purge.calling.deletion import Deletion
from genesys_purge.calling.guard import Guard
from genesys_purge.calling.permit import Permit
from genesys_purge.errors import OnLegalHold


class Refusals(Protocol):
    """The audit of legal holds."""

    def note(self, run_id: str, batch: int, holds: Mapping[str, int | None]) -> None:
        """Record once for each hold that it refused records of the batch; None is unknown."""


class RecordingGuard(Guard):
    """Records what legal holds refuse; a refused call is not sent, so recording delays no other."""

    def __init__(self, *checks: Any, refusals: Refusals) -> None:
        super().__init__(*checks)
        self._refusals = refusals

    def permit(self, deletion: Deletion) -> Permit:
        try:
            return super().permit(deletion)
        except OnLegalHold as error:
            self._note(deletion, error)
            raise

    def cleared(self, deletion: Deletion, may_touch: Callable[[Sequence[str]], bool]) -> Deletion:
        try:
            return super().cleared(deletion, may_touch)
        except OnLegalHold as error:
            self._note(deletion, error)
            raise

    def _note(self, deletion: Deletion, error: OnLegalHold) -> None:
        self._refusals.note(deletion.run_id, deletion.batch, error.holds)
