"""The adapters behind the ports, and the doors to the world that tests replace."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from genesys_purge import telemetry
from genesys_purge.model.platform import LIVE
from genesys_purge.settings import Settings

if TYPE_CHECKING:
    from genesys_purge.model.organisation import Organisation
    from genesys_purge.store.approvals import DynamoApprovals
    from genesys_purge.store.cancellations import DynamoCancellations
    from genesys_purge.store.directory import StoredDirectory
    from genesys_purge.store.files import S3Files
    from genesys_purge.store.holds import DynamoHolds
    from genesys_purge.store.ledger import Ledger
    from genesys_purge.store.open_runs import DynamoOpenRuns
    from genesys_purge.store.organisations import StoredOrganisations
    from genesys_purge.store.parameters import OptionalParameters, Parameters
    from genesys_purge.store.plans import S3Plans
    from genesys_purge.store.policies import StoredPolicies
    from genesys_purge.store.queues import SqsQueue
    from genesys_purge.store.runs import DynamoRuns
    from genesys_purge.store.secrets import OptionalSecrets, StoredSecret
    from genesys_purge.store.settings import DynamoSettings, RecentSettings
    from genesys_purge.store.slots import DynamoSlots
    from genesys_purge.store.stops import DynamoStops, DynamoStopStore


def now() -> datetime:
    return datetime.now(UTC)


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def random_bytes(size: int) -> bytes:
    return secrets.token_bytes(size)


@cache
def settings() -> Settings:
    return Settings.from_environment()


@cache
def _session() -> Any:
    """The process's one session; botocore's own, for boto3 would load S3's transfer manager."""
    import botocore.session

    return botocore.session.get_session()


@cache
def aws(service: str) -> Any:
    from botocore.config import Config

    config = Config(
        connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 4}
    )
    return _session().create_client(service, config=config)


@cache
def ledger() -> Ledger:
    from genesys_purge.store.ledger import Ledger

    tables = settings().tables
    return Ledger(aws("dynamodb"), tables.audit, tables.personal, sleep)


@cache
def runs() -> DynamoRuns:
    from genesys_purge.store.runs import DynamoRuns

    table, found = settings().tables.runs, telemetry.found
    return DynamoRuns(aws("dynamodb"), table, ledger(), plans(), found)


@cache
def plans() -> S3Plans:
    from genesys_purge.store.plans import S3Plans

    return S3Plans(lambda: aws("s3"), lambda: settings().stack.plans_bucket)


@cache
def open_runs() -> DynamoOpenRuns:
    from genesys_purge.store.open_runs import DynamoOpenRuns

    return DynamoOpenRuns(aws("dynamodb"), settings().tables.runs)


@cache
def slots() -> DynamoSlots:
    from genesys_purge.store.slots import DynamoSlots

    return DynamoSlots(aws("dynamodb"), settings().tables.runs, ledger())


@cache
def holds() -> DynamoHolds:
    from genesys_purge.store.held_ids import HeldIds
    from genesys_purge.store.holds import DynamoHolds

    client, tables = aws("dynamodb"), settings().tables
    ids = HeldIds(client, tables.held_ids)
    return DynamoHolds(client, tables.holds, tables.held_times, ids, ledger(), now)


@cache
def approvals() -> DynamoApprovals:
    from genesys_purge.store.approvals import DynamoApprovals

    return DynamoApprovals(aws("dynamodb"), settings().tables.approvals, ledger())


@cache
def stops() -> DynamoStops:
    from genesys_purge.store.stops import DynamoStops

    return DynamoStops(aws("dynamodb"), settings().tables.stops)


@cache
def stop_store() -> DynamoStopStore:
    from genesys_purge.store.stops import DynamoStopStore

    return DynamoStopStore(aws("dynamodb"), settings().tables.stops, ledger())


@cache
def cancellations() -> DynamoCancellations:
    from genesys_purge.store.cancellations import DynamoCancellations

    return DynamoCancellations(aws("dynamodb"), settings().tables.runs, ledger())


@cache
def ssm() -> OptionalParameters:
    """Powertools' cache of parameters, over our own client."""
    from genesys_purge.store.parameters import OptionalParameters

    return OptionalParameters(boto3_client=aws("ssm"))


@cache
def secrets_manager() -> OptionalSecrets:
    """Powertools' cache of secrets, over our own client."""
    from genesys_purge.store.secrets import OptionalSecrets

    return OptionalSecrets(boto3_client=aws("secretsmanager"))


def parameters() -> Parameters:
    from genesys_purge.store.parameters import Parameters

    return Parameters(ssm())


@cache
def stored_settings() -> DynamoSettings:
    from genesys_purge.store.settings import DynamoSettings

    return DynamoSettings(aws("dynamodb"), settings().tables.settings, ledger())


@cache
def recent_settings() -> RecentSettings:
    from genesys_purge.store.settings import RecentSettings

    return RecentSettings(stored_settings().current, now)


@cache
def policies() -> StoredPolicies:
    from genesys_purge.store.policies import StoredPolicies

    names = settings().parameters
    current = stored_settings().current
    return StoredPolicies(current, parameters(), names.retention, names.switch)


@cache
def files() -> S3Files:
    from genesys_purge.store.files import S3Files

    return S3Files(lambda: aws("s3"))


def secret(secret_id: str, max_age: int) -> StoredSecret:
    from genesys_purge.store.secrets import StoredSecret

    return StoredSecret(secrets_manager(), secret_id, max_age)


@cache
def directory() -> StoredDirectory:
    from genesys_purge.store.directory import MAX_AGE, StoredDirectory

    return StoredDirectory(secret(settings().secrets.subscribers, MAX_AGE))


def queue(url: str, dead_letter_url: str) -> SqsQueue:
    from genesys_purge.store.queues import SqsQueue

    return SqsQueue(aws("sqs"), url, dead_letter_url)


def organisation(name: str | None) -> Organisation:
    """The organisation of that name, the deployment's own for None; InvalidRequest otherwise."""
    found = organisations().default() if name is None else organisations().named(name)
    telemetry.about(organisation=name or telemetry.DEFAULT)
    return found


def is_live(name: str | None) -> bool:
    """Whether that organisation has the live platform; InvalidRequest where it is not known."""
    return organisation(name).platform == LIVE


@cache
def organisations() -> StoredOrganisations:
    from genesys_purge.store.organisations import StoredOrganisations

    this = settings()
    return StoredOrganisations(
        this.organisation,
        recent_settings().current,
        parameters(),
        this.parameters.organisations,
        this.secrets.organisations,
    )


def meter() -> telemetry.EmfMeter:
    return telemetry.EmfMeter(settings().stack.name)
