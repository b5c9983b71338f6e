"""Checks the subscribers to notifications, and prints none of their secrets."""

from typing import Any

from genesys_purge.webhooks.outbound.subscribers import Subscribers

from cli.validation.checked import Checked
from cli.validation.operator_documents import check_document

HIDDEN = "(hidden)"


def check_subscribers(given: Any) -> Checked:
    """The subscribers without their secrets, or every error."""
    checked = check_document(Subscribers, given)
    if checked.errors:
        return checked
    hidden = [_without_secrets(each) for each in checked.shown["subscribers"]]
    return checked._replace(shown=checked.shown | {"subscribers": hidden})


def _without_secrets(subscriber: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in subscriber.items() if name != "secrets"}
    if "secret" in subscriber:
        return shown | {"secret": HIDDEN}
    return shown | {"secrets": [HIDDEN for _ in subscriber["secrets"]]}
