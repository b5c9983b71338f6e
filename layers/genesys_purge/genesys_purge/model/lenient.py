"""Reads a field from another system leniently: an unreadable value counts as absent."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError, ValidatorFunctionWrapHandler, WrapValidator


def _value_or_none(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


# For optional fields only: `Annotated[Count | None, LENIENT] = None`.
LENIENT = WrapValidator(_value_or_none)
