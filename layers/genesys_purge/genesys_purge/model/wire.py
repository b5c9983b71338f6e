"""The one base of every message, request and stored record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from genesys_purge.errors import Misconfigured
from genesys_purge.model.wording import said

W = TypeVar("W", bound="Wire")


class Wire(BaseModel):
    """A frozen record that refuses unknown fields and reads and writes camelCase JSON."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        defer_build=True,
        extra="forbid",
        frozen=True,
        # A validation error is logged, and what it refuses may be anybody's data.
        hide_input_in_errors=True,
        strict=True,
        validate_by_alias=True,
        validate_by_name=True,
    )

    @classmethod
    def parse(cls, payload: object) -> Self:
        """The record in a JSON-like value; strict as in JSON, so `"1"` is no number.

        JSONEncodeError where the value is no JSON that fits: too deep, or an integer over 64 bits.
        """
        return cls.model_validate_json(orjson.dumps(payload), by_name=False)

    @classmethod
    def misnamed(cls, payload: Mapping[str, Any]) -> Iterator[str]:
        """The dotted paths of what is called by its Python name.

        `parse` reads none of it, but pydantic's JSON reader does not tell it as unknown either.
        """
        for name, field in cls.model_fields.items():
            if name in payload and name != field.alias:
                yield name
            value, kind = payload.get(field.alias or name), field.annotation
            if isinstance(value, Mapping) and isinstance(kind, type) and issubclass(kind, Wire):
                yield from (f"{field.alias}.{path}" for path in kind.misnamed(value))

    def to_json(self) -> dict[str, Any]:
        """The record as JSON-ready values; what is not known is absent."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def kept_by_operators(name: str, read: Callable[[], W]) -> W:
    """What `read` makes of a record that people write; Misconfigured, with its wrong fields."""
    try:
        return read()
    except (ValidationError, TypeError) as error:
        raise Misconfigured(f"{name} cannot be read: {_wrong_fields(error)}") from None


def _wrong_fields(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return type(error).__name__
    return "; ".join(
        f"{'.'.join(str(part) for part in each['loc']) or 'all of it'}: {said(each)}"
        for each in error.errors()
    )[:500]
