"""Checks of many wrong fields at once, each in a request that is valid otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tests.unit.workbench import Workbench

Builder = Callable[..., dict[str, Any]]


def not_refused(build: Builder, cases: Iterable[tuple[str, object, str]]) -> dict[str, list[str]]:
    """The paths of the errors of each (field, value, path) that has others than `path`."""
    bench = Workbench()
    found = {
        f"{field}={value!r:.60} instead of {path}": list(bench.errors(build(**{field: value})))
        for field, value, path in cases
    }
    return {case: paths for case, paths in found.items() if paths != [case.rpartition(" ")[2]]}


def refused(build: Builder, cases: Iterable[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """The errors of each set of fields that is not valid."""
    bench = Workbench()
    errors = {f"{fields!r:.100}": bench.errors(build(**fields)) for fields in cases}
    return {fields: found for fields, found in errors.items() if found}


def without(request: dict[str, Any], *names: str) -> dict[str, Any]:
    """The request without some of its fields."""
    return {name: value for name, value in request.items() if name not in names}
