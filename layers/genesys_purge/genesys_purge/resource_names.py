"""The names of the deployment's resources, by kind; the template gives each as a variable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import overload


class Variable:
    """A name in a group; reading one that is not set raises ValueError with its variable."""

    def __init__(self, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, group: None, kind: type[Names]) -> Variable: ...
    @overload
    def __get__(self, group: Names, kind: type[Names]) -> str: ...
    def __get__(self, group: Names | None, kind: type[Names]) -> Variable | str:
        if group is None:
            return self
        if self.name not in group.given:
            raise ValueError(f"{self.name} is not set")
        return group.given[self.name]


class Names:
    """A group of names; `given` has the variables that are set."""

    __slots__ = ("given",)

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given


class Stack(Names):
    """The stack itself, and what it has few of."""

    __slots__ = ()
    name = Variable("STACK")
    event_bus = Variable("EVENT_BUS")
    changes_bucket = Variable("CHANGES_BUCKET")
    plans_bucket = Variable("PLANS_BUCKET")
    evidence_bucket = Variable("EVIDENCE_BUCKET")
    seal_key = Variable("SEAL_KEY")
    seal_origin = Variable("SEAL_ORIGIN")
    certificate_key = Variable("CERTIFICATE_KEY")


class Tables(Names):
    """DynamoDB tables."""

    __slots__ = ()
    runs = Variable("RUNS_TABLE")
    audit = Variable("AUDIT_TABLE")
    personal = Variable("PERSONAL_TABLE")
    holds = Variable("HOLDS_TABLE")
    approvals = Variable("APPROVALS_TABLE")
    held_ids = Variable("HELD_IDS_TABLE")
    held_times = Variable("HELD_TIMES_TABLE")
    mirrors = Variable("MIRRORS_TABLE")
    purge_policies = Variable("POLICIES_TABLE")
    stops = Variable("STOPS_TABLE")
    settings = Variable("SETTINGS_TABLE")
    seals = Variable("SEALS_TABLE")
    circuit = Variable("CIRCUIT_TABLE")
    rules = Variable("RULES_TABLE")
    deployments = Variable("DEPLOYMENTS_TABLE")
    exports = Variable("EXPORTS_TABLE")


class Parameters(Names):
    """Parameters of Systems Manager."""

    __slots__ = ()
    retention = Variable("RETENTION_PARAMETER")
    switch = Variable("SWITCH_PARAMETER")
    organisations = Variable("ORGANISATIONS_PARAMETER")
    override_callers = Variable("OVERRIDE_CALLERS_PARAMETER")
    webhook_url = Variable("WEBHOOK_URL_PARAMETER")


class Secrets(Names):
    """Secrets of Secrets Manager; `organisations` is the beginning of their names."""

    __slots__ = ()
    organisations = Variable("ORGANISATION_SECRETS")
    webhook = Variable("WEBHOOK_SECRET")
    subscribers = Variable("SUBSCRIBERS_SECRET")


class Queues(Names):
    """SQS queues, and the dead-letter queue of each."""

    __slots__ = ()
    registrations = Variable("REGISTRATIONS_QUEUE")
    abandoned_registrations = Variable("ABANDONED_REGISTRATIONS_QUEUE")
    certificates = Variable("CERTIFICATES_QUEUE")
    abandoned_certificates = Variable("ABANDONED_CERTIFICATES_QUEUE")
    deliveries = Variable("DELIVERIES_QUEUE")
    abandoned_deliveries = Variable("ABANDONED_DELIVERIES_QUEUE")


class StateMachines(Names):
    """State machines, by ARN."""

    __slots__ = ()
    purge_run = Variable("STATE_MACHINE_ARN")
    deploy_campaign_rules = Variable("DEPLOY_STATE_MACHINE_ARN")


class Scheduling(Names):
    """What the schedules of purge policies need: their group, and ARNs for their target."""

    __slots__ = ()
    group = Variable("POLICY_SCHEDULE_GROUP")
    role = Variable("POLICY_SCHEDULE_ROLE")
    target = Variable("RUN_POLICY_FUNCTION")
    dead_letters = Variable("UNDELIVERED_REQUESTS")


GROUPS = (Stack, Tables, Parameters, Secrets, Queues, StateMachines, Scheduling)
VARIABLES = frozenset(
    each.name for group in GROUPS for each in vars(group).values() if isinstance(each, Variable)
)
