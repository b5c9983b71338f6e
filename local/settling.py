"""Puts into a new stack what only its surroundings know: secrets, and where its own API is."""

import json
from typing import Any

from local.aws_session import AwsSession
from local.deployment import STACK
from local.genesys import Genesys
from local.partners import Partners
from local.stack import Stack

WEBHOOK_PATH = "/webhooks/genesys"


def settle(
    session: AwsSession, stack: Stack, server: Genesys, partners: Partners, api_url: str
) -> None:
    """Stores the client, the partners' secrets and the webhook's URL."""
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
