"""IngestWebhook: `POST /webhooks/genesys`, with which Genesys reports executions of rules."""

from collections.abc import Mapping

from genesys_purge.callers import HttpCall
from genesys_purge.entrypoint import http
from genesys_purge.wiring import webhooks

LARGEST_BODY = 65_536


@http
def handler(call: HttpCall) -> Mapping[str, str]:
    signature = call.headers.get("x-genesys-webhook-signature") or ""
    return webhooks.ingest_webhook()(call.http_method, signature, call.content(LARGEST_BODY))
