"""The base class of all messages, requests and stored records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Self, TypeVar, Union, get_args, get_origin

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from genesys_purge.errors import FieldError, Misconfigured
from genesys_purge.model import strict_json
from genesys_purge.model.strict_json import InvalidJson
from genesys_purge.model.wording import UNKNOWN, message_for

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
            yield from _python_names(field.annotation, payload.get(alias), alias)

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values, without fields that are None."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def _python_names(kind: Any, value: object, path: str) -> Iterator[str]:
    """As `python_names_in`, for a value whose type is or contains a record."""
    origin = get_origin(kind)
    if isinstance(kind, type) and issubclass(kind, Wire):
        names = kind.python_names_in(value) if isinstance(value, Mapping) else ()
        yield from (f"{path}.{name}".lstrip(".") for name in names)
    elif origin is tuple and isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _python_names(get_args(kind)[0], item, f"{path}.{index}")
    elif origin is Mapping and isinstance(value, Mapping):
        for name, item in value.items():
            yield from _python_names(get_args(kind)[1], item, f"{path}.{name}")
    elif origin in (Annotated, Union, UnionType):
        for each in get_args(kind):
            yield from _python_names(each, value, path)


def innermost(errors: Iterable[Any]) -> list[Any]:
    """The errors of pydantic without those of a list that lacks its own wrong items."""
    found = list(errors)
    above = {each["loc"][:depth] for each in found for depth in range(1, len(each["loc"]))}
    return [each for each in found if each["loc"] not in above]


def configured(name: str, model: type[W], document: str | Mapping[str, Any]) -> W:
    """The record in a document, or in its JSON; raises Misconfigured with every wrong field.

    For records that operators edit, such as the retention matrix and legal holds.
    """
    found = read_document(model, document)
    if not isinstance(found, list):
        return found
    wrong = [f"{error.path or 'the document'}: {error.message}" for error in found]
    raise Misconfigured(f"{name} is not valid: {'; '.join(wrong)[:500]}")


def read_document(model: type[W], document: str | Mapping[str, Any]) -> W | list[FieldError]:
    """The record in a document, or in its JSON; otherwise every wrong field."""
    try:
        value = strict_json.parsed(document) if isinstance(document, str) else document
        wrong = [FieldError(path, UNKNOWN) for path in _python_names(model, value, "")]
        return wrong or model.parse(value)
    except InvalidJson as error:
        return [FieldError(error.path, error.message)]
    except ValidationError as error:
        return [_field_error(each) for each in innermost(error.errors())]
    except TypeError:
        return [FieldError("", "a value is not JSON")]


def _field_error(error: Any) -> FieldError:
    return FieldError(".".join(str(part) for part in error["loc"]), message_for(error))
