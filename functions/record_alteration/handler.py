"""RecordAlteration: changed and removed audit records, for the alarm and the audit."""

from genesys_purge.consumers import altered
from genesys_purge.model.audit import Alteration
from genesys_purge.wiring import auditing


@altered
def handler(event_id: str, alteration: Alteration) -> None:
    auditing.record_alteration()(event_id, alteration)
