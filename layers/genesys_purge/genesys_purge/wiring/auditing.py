"""The use case that watches the audit."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters

if TYPE_CHECKING:
    from genesys_purge.auditing.record_alteration import RecordAlteration


@cache
def record_alteration() -> RecordAlteration:
    from genesys_purge.auditing.record_alteration import RecordAlteration

    return RecordAlteration(adapters.ledger(), adapters.meter(), adapters.now)
