"""The additional organisations, in the form in which operators configure them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from genesys_purge.model.classification import Classification
from genesys_purge.model.listing import DEFAULT_ORGANISATION
from genesys_purge.model.organisation import Organisation
from genesys_purge.model.record_types import MOST_TYPES
from genesys_purge.model.record_types import NAME as TYPE_NAME
from genesys_purge.model.regions import DOMAINS
from genesys_purge.model.request import OrganisationName
from genesys_purge.model.wire import Wire

# The client's secret is sent to this URL: only with TLS or to this machine, and without user info.
HOST = r"(https://[A-Za-z0-9][A-Za-z0-9.-]*|http://127\.0\.0\.1)(:[0-9]{1,5})?"
PATH = r"(/[A-Za-z0-9._~/-]*)?"
Url = Annotated[str, StringConstraints(max_length=200, pattern=f"^{HOST}{PATH}$")]
RecordType = Annotated[str, StringConstraints(pattern=TYPE_NAME)]
Rate = Annotated[float, Field(ge=0.01, le=1_000_000)]


def _region(name: str) -> str:
    if name not in DOMAINS:
        raise ValueError(f"must be one of {', '.join(DOMAINS)}")
    return name


Region = Annotated[str, AfterValidator(_region)]


def _not_default(name: str) -> str:
    if name == DEFAULT_ORGANISATION:
        raise ValueError("is the name of the default organisation in lists, logs and metrics")
    return name


AdditionalName = Annotated[OrganisationName, AfterValidator(_not_default)]


class OrganisationSettings(Wire):
    """One organisation. Omitted fields, except URLs, are those of the default organisation."""

    region: Region
    platform: Literal["documented", "live"] | None = None
    api_url: Url | None = None
    login_url: Url | None = None
    residency_zones: Annotated[tuple[Region, ...], Field(min_length=1)] | None = None
    record_types: (
        Annotated[tuple[RecordType, ...], Field(min_length=1, max_length=MOST_TYPES)] | None
    ) = None
    default_classification: Classification | None = None
    max_records: Annotated[int, Field(ge=1, le=100_000_000)] | None = None
    concurrent_jobs: Annotated[int, Field(ge=1, le=1_000)] | None = None
    requests_per_second: Rate | None = None
    live_requests_per_second: Rate | None = None

    def organisation(self, name: str, secret: str, default: Organisation) -> Organisation:
        """The organisation `name`, whose OAuth client is in `secret`."""
        given: dict[str, Any] = {
            "platform": self.platform,
            "residency_zones": frozenset(self.residency_zones) if self.residency_zones else None,
            "record_types": frozenset(self.record_types) if self.record_types else None,
            "default_classification": self.default_classification,
            "max_records": self.max_records,
            "concurrent_jobs": self.concurrent_jobs,
            "requests_per_second": self.requests_per_second,
            "live_requests_per_second": self.live_requests_per_second,
        }
        return replace(
            default,
            name=name,
            secret=secret,
            region=self.region,
            api_url_override=self.api_url or "",
            login_url_override=self.login_url or "",
            **{field: value for field, value in given.items() if value is not None},
        )


class NamedOrganisations(Wire):
    """The additional organisations, not read yet: a malformed one does not affect the others."""

    organisations: Annotated[Mapping[AdditionalName, Mapping[str, Any]], Field(max_length=100)]


class Organisations(Wire):
    """The additional organisations by name; requests name them in the field `organisation`."""

    organisations: Annotated[Mapping[AdditionalName, OrganisationSettings], Field(max_length=100)]
