"""The use cases that watch the audit and erase beside it, and the reader of its records."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters

if TYPE_CHECKING:
    from genesys_purge.auditing.erase_personal_data import ErasePersonalData
    from genesys_purge.auditing.record_alteration import RecordAlteration
    from genesys_purge.store.audit_items import StoredRecords
    from genesys_purge.store.personal_data import PersonalData


@cache
def record_alteration() -> RecordAlteration:
    from genesys_purge.auditing.record_alteration import RecordAlteration

    return RecordAlteration(adapters.ledger(), adapters.meter(), adapters.now)


@cache
def personal_data() -> PersonalData:
    from genesys_purge.store.personal_data import PersonalData

    return PersonalData(adapters.aws("dynamodb"), adapters.settings().tables.personal)


@cache
def erase_personal_data() -> ErasePersonalData:
    from genesys_purge.auditing.erase_personal_data import ErasePersonalData
    from genesys_purge.store.erasures import DynamoErasures
    from genesys_purge.store.trail import StoredTrail

    trail = StoredTrail(adapters.aws("dynamodb"), adapters.settings().tables.audit)
    erasures = DynamoErasures(trail, personal_data(), adapters.ledger())
    return ErasePersonalData(erasures, adapters.runs(), adapters.now)


@cache
def stored_records() -> StoredRecords:
    from genesys_purge.store.audit_items import StoredRecords

    return StoredRecords(personal_data)
