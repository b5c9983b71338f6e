"""Stores in a new stack the secrets and the webhook URL, which are not template parameters."""

import json
from typing import Any

from local.aws.deployment import STACK
from local.aws.session import AwsSession
from local.aws.stack import Stack
from local.genesys.server import Genesys
from local.options.partners import Partners

WEBHOOK_PATH = "/webhooks/genesys"


def store(
    session: AwsSession, stack: Stack, server: Genesys, partners: Partners, api_url: str
) -> None:
    """Stores the Genesys client, the partners' secrets and the webhook URL."""
    secrets = {
        "GenesysSecret": {"clientId": server.client_id, "clientSecret": server.client_secret},
        "WebhookSecret": partners.webhook_secret(server.webhook_secret),
        "SubscribersSecret": partners.subscribers(),
    }
    for name, content in secrets.items():
        if content is not None:
            _put(session.client("secretsmanager"), stack.secrets[name], content)
    session.client("ssm").put_parameter(
        Name=f"/{STACK}/webhook-url", Value=api_url + WEBHOOK_PATH, Overwrite=True
    )


def _put(client: Any, secret: str, content: dict[str, Any]) -> None:
    client.put_secret_value(SecretId=secret, SecretString=json.dumps(content))
