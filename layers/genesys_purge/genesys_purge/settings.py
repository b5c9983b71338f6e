"""The only reader of the environment: typed, frozen, naming what is missing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, ValidationError, field_validator

from genesys_purge.genesys import regions
from genesys_purge.model.wire import Wire


class Settings(Wire):
    """The settings of the functions; each field is read from its name in capitals."""

    runs_table: str = ""
    audit_table: str = ""
    holds_table: str = ""
    circuit_table: str = ""
    genesys_secret: str = ""
    genesys_region: str = "us-east-1"
    genesys_api_url: str = ""
    genesys_login_url: str = ""
    retention_parameter: str = ""
    switch_parameter: str = ""
    state_machine_arn: str = ""
    residency_zones: frozenset[str] = frozenset({"us-east-1"})
    max_records: Annotated[int, Field(ge=1)] = 100_000
    concurrent_jobs: Annotated[int, Field(ge=1, le=1_000)] = 5
    batch_size: Annotated[int, Field(ge=1, le=1_000)] = 1_000
    requests_per_second: Annotated[float, Field(gt=0)] = 10.0
    circuit_recovery_seconds: Annotated[int, Field(ge=1)] = 30
    job_time_limit_seconds: Annotated[int, Field(ge=60)] = 14_400
    intent_lease_seconds: Annotated[int, Field(ge=1)] = 60

    @field_validator("residency_zones", mode="before")
    @classmethod
    def _zones(cls, value: object) -> object:
        if isinstance(value, str):
            return frozenset(zone.strip() for zone in value.split(",") if zone.strip())
        return value

    def named(self, field: str) -> str:
        """A name that this function cannot do without; ValueError where it is not set."""
        value = getattr(self, field)
        if not value:
            raise ValueError(f"{field.upper()} is not set")
        return str(value)

    @property
    def api_url(self) -> str:
        return self.genesys_api_url.rstrip("/") or regions.api_url(self.genesys_region)

    @property
    def login_url(self) -> str:
        return self.genesys_login_url.rstrip("/") or regions.login_url(self.genesys_region)

    @classmethod
    def from_environment(cls) -> Self:
        """The settings of this process."""
        return cls.read(os.environ)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """The settings in `environment`; ValueError naming every variable that is wrong."""
        given = {
            name: environment[name.upper()]
            for name in cls.model_fields
            if environment.get(name.upper())
        }
        try:
            return cls.model_validate(given, strict=False)
        except ValidationError as error:
            wrong = [f"{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors()]
            raise ValueError("; ".join(wrong)) from None
