"""The base class of all messages, requests and stored records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Self, TypeVar, Union, get_args, get_origin

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from genesys_purge.errors import Misconfigured
from genesys_purge.model.wording import message_for

W = TypeVar("W", bound="Wire")


class Wire(BaseModel):
    """A frozen record in camelCase JSON that refuses unknown fields."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        defer_build=True,
        extra="forbid",
        frozen=True,
        # Validation errors are logged, and an input may contain personal data.
        hide_input_in_errors=True,
        strict=True,
        validate_by_alias=True,
        validate_by_name=True,
    )

    @classmethod
    def parse(cls, payload: object) -> Self:
        """The record in a JSON-like value. Parsing is strict: `"1"` is not a number.

        Raises JSONEncodeError for values that JSON cannot hold, such as integers over 64 bits.
        """
        return cls.model_validate_json(orjson.dumps(payload), by_name=False)

    @classmethod
    def python_names_in(cls, payload: Mapping[str, Any]) -> Iterator[str]:
        """The dotted paths of fields that the payload gives by their Python name.

        `parse` ignores these fields, but pydantic does not report them as unknown.
        """
        for name, field in cls.model_fields.items():
            if name in payload and name != field.alias:
                yield name
            alias = field.alias or name
            yield from _nested_python_names(field.annotation, payload.get(alias), alias)

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values, without fields that are None."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def _nested_python_names(kind: Any, value: object, path: str) -> Iterator[str]:
    """As `python_names_in`, for a value whose type is or contains a record."""
    if isinstance(kind, type) and issubclass(kind, Wire):
        names = kind.python_names_in(value) if isinstance(value, Mapping) else ()
        yield from (f"{path}.{name}" for name in names)
    elif get_origin(kind) is tuple and isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _nested_python_names(get_args(kind)[0], item, f"{path}.{index}")
    elif get_origin(kind) in (Annotated, Union, UnionType):
        for each in get_args(kind):
            yield from _nested_python_names(each, value, path)


def innermost(errors: Iterable[Any]) -> list[Any]:
    """The errors of pydantic without those of a list that lacks its own wrong items."""
    found = list(errors)
    above = {each["loc"][:depth] for each in found for depth in range(1, len(each["loc"]))}
    return [each for each in found if each["loc"] not in above]


def configured(name: str, read: Callable[[], W]) -> W:
    """The record that `read` returns; raises Misconfigured with every wrong field of it.

    For records that operators edit, such as the retention matrix and legal holds.
    """
    try:
        return read()
    except (ValidationError, TypeError) as error:
        raise Misconfigured(f"{name} is not valid: {_wrong_fields(error)}") from None


def _wrong_fields(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return "a value is not JSON"
    return "; ".join(
        f"{'.'.join(str(part) for part in each['loc']) or 'the document'}: {message_for(each)}"
        for each in innermost(error.errors())
    )[:500]
