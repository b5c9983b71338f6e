"""Strict parsing of JSON bodies: unknown fields, wrong types and bad times are refused with 400."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from simulator.http.answer import Refusal
from simulator.http.request import Request

BODY = "body"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")


def parse_instant(value: object) -> datetime:
    """Parses an RFC 3339 time to an aware datetime in UTC."""
    if isinstance(value, str) and RFC3339.fullmatch(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise PydanticCustomError("instant", "must be an RFC 3339 time with an offset")


def format_instant(moment: datetime) -> str:
    """Formats a time as RFC 3339 in UTC with milliseconds."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


Instant = Annotated[datetime, BeforeValidator(parse_instant)]


class Body(BaseModel):
    """A JSON object in camelCase, parsed strictly."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)


BodyT = TypeVar("BodyT", bound=Body)


class DateRange(Body):
    """The half-open window `start <= time < end`."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _in_order(self) -> "DateRange":
        if self.start >= self.end:
            raise PydanticCustomError("inverted", "start must be before end")
        return self

    def overlaps(self, other: "DateRange") -> bool:
        """Whether both windows share a moment; adjacent windows do not overlap."""
        return self.start < other.end and other.start < self.end

    def require_at_most(self, days: int | None) -> None:
        """Refuses a longer window with 400."""
        if days is not None and self.end - self.start > timedelta(days=days):
            raise Refusal(400, f"dateRange: must not be longer than {days} days")

    @property
    def wire(self) -> dict[str, str]:
        """The window as JSON."""
        return {"start": format_instant(self.start), "end": format_instant(self.end)}


def field_errors(invalid: ValidationError) -> list[dict[str, str]]:
    """`[{path, message}]`; a path has dotted parts, and `body` is the whole body."""
    return [
        {"path": ".".join(str(part) for part in error["loc"]) or BODY, "message": error["msg"]}
        for error in invalid.errors(include_url=False, include_input=False)
    ]


def parse_body(model: type[BodyT], request: Request, code: str = "invalid.body") -> BodyT:
    """Parses the body; refuses with 400 and `code`, and names every wrong field."""
    try:
        return model.model_validate_json(request.body)
    except ValidationError as invalid:
        details = field_errors(invalid)
    message = "; ".join(f"{each['path']}: {each['message']}" for each in details)
    raise Refusal(400, message, code=code, details=details)
