"""IngestPlatformEvent: events of the live platform's audit from its partner event source."""

from collections.abc import Mapping

from genesys_purge.entrypoint import direct
from genesys_purge.wiring import webhooks


@direct
def handler(event: object) -> Mapping[str, str]:
    return webhooks.ingest_platform_event()(event)
