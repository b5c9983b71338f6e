"""RegisterWebhook: retries the registration of our webhook for a purge rule."""

from genesys_purge.consumers import queued
from genesys_purge.ports import Receipt
from genesys_purge.purge_rules.purge_rule import RuleRef
from genesys_purge.wiring import purge_rules


@queued(RuleRef)
def handler(message: RuleRef, receipt: Receipt) -> bool:
    return purge_rules.register_webhook()(message, receipt)
