"""Stores in a new stack what operators set: the secrets, the purging switch, the webhook URL."""

import json
from typing import Any

from local.aws.deployment import STACK
from local.aws.session import AwsSession
from local.aws.stack import Stack
from local.genesys.server import Genesys
from local.options.partners import Partners
from local.schedule import SCHEDULE

WEBHOOK_PATH = "/webhooks/genesys"
SWITCH = f"/{STACK}/purging"
OVERRIDE_CALLERS = f"/{STACK}/override-callers"
# The callers of `make run` and `make up`, as runs name them.
LOCAL_CALLERS = ["http", "invoke", f"schedule:{SCHEDULE.rpartition('/')[2]}"]


def store(
    session: AwsSession, stack: Stack, server: Genesys, partners: Partners, api_url: str
) -> None:
    """Stores the Genesys client, the partners' secrets and the webhook URL; enables purging.

    Every local caller may override the retention policy of the simulator, but of no other Genesys.
    """
    secrets = {
        "GenesysSecret": {"clientId": server.client_id, "clientSecret": server.client_secret},
        "WebhookSecret": partners.webhook_secret(server.webhook_secret),
        "SubscribersSecret": partners.subscribers(),
    }
    for name, content in secrets.items():
        if content is not None:
            _put(session.client("secretsmanager"), stack.secrets[name], content)
    values = {
        SWITCH: "on",
        OVERRIDE_CALLERS: json.dumps(LOCAL_CALLERS if server.simulator else []),
        f"/{STACK}/webhook-url": api_url + WEBHOOK_PATH,
    }
    for name, value in values.items():
        session.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def _put(client: Any, secret: str, content: dict[str, Any]) -> None:
    client.put_secret_value(SecretId=secret, SecretString=json.dumps(content))
