"""What reads runs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters, purging

if TYPE_CHECKING:
    from genesys_purge.purging.read_purge import ReadPurge


@cache
def read_purge() -> ReadPurge:
    from genesys_purge.purging.list_records import ListRecords
    from genesys_purge.purging.list_runs import ListRuns
    from genesys_purge.purging.read_purge import ReadPurge
    from genesys_purge.store.conversation_search import DynamoConversations
    from genesys_purge.store.manifests import S3Manifests
    from genesys_purge.store.run_list import DynamoRunList

    client, table, runs = adapters.aws("dynamodb"), adapters.settings().tables.runs, adapters.runs()
    conversations = DynamoConversations(client, table, S3Manifests(adapters.plans()))
    list_runs = ListRuns(DynamoRunList(client, table), conversations)
    return ReadPurge(
        runs,
        adapters.cancellations(),
        purging.poll_store(),
        adapters.ledger(),
        list_runs,
        ListRecords(runs),
    )
