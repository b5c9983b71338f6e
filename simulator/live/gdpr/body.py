"""The body of a GDPR request."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from simulator.http.wire import Body


class RequestType(StrEnum):
    """The types of GDPR requests."""

    EXPORT = "GDPR_EXPORT"
    UPDATE = "GDPR_UPDATE"
    DELETE = "GDPR_DELETE"


class SearchType(StrEnum):
    """The kinds of values that identify a person."""

    NAME = "NAME"
    ADDRESS = "ADDRESS"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    TWITTER = "TWITTER"
    INSTAGRAM = "INSTAGRAM"
    FACEBOOK = "FACEBOOK"
    APPLE_MESSAGES = "APPLE_MESSAGES"
    EXTERNAL_ID = "EXTERNAL_ID"


class Subject(Body):
    """A person, by at least one identifier; only `externalContactId` finds conversations."""

    name: str | None = None
    user_id: str | None = None
    external_contact_id: str | None = None
    dialer_contact_id: dict[str, object] | None = None
    journey_customer: dict[str, object] | None = None
    social_handle: dict[str, object] | None = None
    external_id: str | None = None
    addresses: tuple[str, ...] = ()
    phone_numbers: tuple[str, ...] = ()
    email_addresses: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _identified(self) -> Subject:
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise PydanticCustomError("subject", "must have an identifier")
        return self


class ReplacementTerm(Body):
    """A value that an update replaces."""

    type: SearchType
    existing_value: str
    updated_value: str


class GdprBody(Body):
    """The writable fields of a request."""

    name: str | None = None
    request_type: RequestType
    subject: Subject
    replacement_terms: tuple[ReplacementTerm, ...] = Field(default=())

    @model_validator(mode="after")
    def _consistent(self) -> GdprBody:
        if (self.request_type is RequestType.UPDATE) is not bool(self.replacement_terms):
            raise PydanticCustomError(
                "terms", "GDPR_UPDATE needs replacementTerms, other types must not have them"
            )
        return self
