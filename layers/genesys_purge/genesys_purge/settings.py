"""The only reader of the environment: typed, frozen, naming what is missing or wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from genesys_purge.model.classification import Classification
from genesys_purge.model.organisation import Organisation
from genesys_purge.model.platform import DOCUMENTED, PLATFORMS
from genesys_purge.model.record_types import DOCUMENTED_TYPES, record_types_in
from genesys_purge.resource_names import (
    VARIABLES,
    Parameters,
    Queues,
    Scheduling,
    Secrets,
    Stack,
    StateMachines,
    Tables,
)

REASONS_OF_CHANGE = ("planned", "compromise")


def _number(kind: type[int] | type[float], least: float, most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = kind(-1)
        if not least <= value <= most:
            raise ValueError(f"must be a number from {least} to {most}, not {text!r}")
        return value

    return read


def _listed(text: str) -> frozenset[str]:
    return frozenset(each.strip() for each in text.split(",") if each.strip())


def _platform(text: str) -> str:
    if text not in PLATFORMS:
        raise ValueError(f"must be {' or '.join(PLATFORMS)}, not {text!r}")
    return text


def _classification(text: str) -> str:
    if text not in set(Classification):
        raise ValueError(f"must be one of {', '.join(Classification)}, not {text!r}")
    return text


def _reason_of_change(text: str) -> str:
    if text not in REASONS_OF_CHANGE:
        raise ValueError(f"must be {' or '.join(REASONS_OF_CHANGE)}, not {text!r}")
    return text


def _read(default: Any, reader: Callable[[str], Any]) -> Any:
    return field(default=default, metadata={"reader": reader})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of the functions; each field but `names` is read from its name in capitals.

    It is no pydantic model: building one costs every cold start more than reading it.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    genesys_secret: str = ""
    controller: str = ""
    genesys_region: str = "us-east-1"
    genesys_platform: str = _read(DOCUMENTED, _platform)
    genesys_api_url: str = ""
    genesys_login_url: str = ""
    notification_hosts: frozenset[str] = _read(frozenset(), _listed)
    notification_retry_seconds: float = _read(30.0, _number(float, 0.0, 43_200))
    export_settling_seconds: float = _read(60.0, _number(float, 0.0, 3_600))
    # Set on a developer's machine alone: the template does not know it.
    loopback_receivers: bool = _read(False, lambda text: text == "allowed")  # noqa: FBT003  the default of the setting
    residency_zones: frozenset[str] = _read(frozenset({"us-east-1"}), _listed)
    record_types: frozenset[str] = _read(DOCUMENTED_TYPES, record_types_in)
    default_classification: str = _read("", _classification)
    max_records: int = _read(100_000, _number(int, 1, 100_000_000))
    concurrent_jobs: int = _read(5, _number(int, 1, 1_000))
    batch_size: int = _read(1_000, _number(int, 1, 1_000))
    requests_per_second: float = _read(8.0, _number(float, 0.01, 1_000_000))
    live_requests_per_second: float = _read(4.0, _number(float, 0.01, 1_000_000))
    circuit_recovery_seconds: int = _read(30, _number(int, 1, 3_600))
    job_time_limit_seconds: int = _read(14_400, _number(int, 60, 31_536_000))
    subject_request_days: int = _read(25, _number(int, 1, 90))
    plan_turn_seconds: int = _read(240, _number(int, 0, 600))
    reconcile_seconds: int = _read(1_800, _number(int, 1, 31_536_000))
    # The key in KMS that signed the log until now, and why another one signs from now on.
    previous_seal_key: str = ""
    seal_key_change: str = _read("planned", _reason_of_change)
    intent_lease_seconds: int = _read(60, _number(int, 1, 900))
    seal_age_seconds: int = _read(3_600, _number(int, 900, 86_400))

    @property
    def stack(self) -> Stack:
        """The stack's name, event bus and bucket."""
        return Stack(self.names)

    @property
    def tables(self) -> Tables:
        """The tables by name."""
        return Tables(self.names)

    @property
    def parameters(self) -> Parameters:
        """The parameters by name."""
        return Parameters(self.names)

    @property
    def secrets(self) -> Secrets:
        """The secrets by name."""
        return Secrets(self.names)

    @property
    def queues(self) -> Queues:
        """The queues by URL."""
        return Queues(self.names)

    @property
    def state_machines(self) -> StateMachines:
        """The state machines by ARN."""
        return StateMachines(self.names)

    @property
    def scheduling(self) -> Scheduling:
        """What the schedules of purge policies need."""
        return Scheduling(self.names)

    @property
    def organisation(self) -> Organisation:
        """The default organisation."""
        return Organisation(
            name="",
            platform=self.genesys_platform,
            region=self.genesys_region,
            api_url_override=self.genesys_api_url,
            login_url_override=self.genesys_login_url,
            secret=self.genesys_secret,
            residency_zones=self.residency_zones,
            record_types=self.record_types,
            default_classification=self.default_classification,
            max_records=self.max_records,
            concurrent_jobs=self.concurrent_jobs,
            requests_per_second=self.requests_per_second,
            live_requests_per_second=self.live_requests_per_second,
        )

    @classmethod
    def from_environment(cls) -> Settings:
        """The settings of this process."""
        return cls.read(os.environ)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        """The settings in `environment`; ValueError naming every variable that is wrong."""
        texts = {name: text.strip() for name, text in environment.items() if text.strip()}
        given: dict[str, Any] = {}
        wrong: list[str] = []
        for each in fields(cls):
            variable = each.name.upper()
            if variable not in texts:
                continue
            try:
                given[each.name] = each.metadata.get("reader", str)(texts[variable])
            except ValueError as error:
                wrong.append(f"{variable} {error}")
        if wrong:
            raise ValueError("; ".join(wrong))
        names = {name: text for name, text in texts.items() if name in VARIABLES}
        return cls(**given | {"names": names})
