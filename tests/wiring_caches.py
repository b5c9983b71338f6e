"""Finds the builders of wiring by name, and clears their caches between tests."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from genesys_purge import wiring
from genesys_purge.wiring import adapters

# A new client costs 40 ms, and each new cache of Powertools adds a handler to its client.
CACHES = (adapters.ssm, adapters.secrets_manager)
KEPT = {"aws", "_session", "circuits", *(each.__name__ for each in CACHES)}


def modules() -> Iterator[ModuleType]:
    """Every module of wiring."""
    for each in pkgutil.iter_modules(wiring.__path__):
        yield import_module(f"{wiring.__name__}.{each.name}")


def module_of(use_case: str) -> ModuleType:
    """The module that builds a use case."""
    return next(each for each in modules() if hasattr(each, use_case))


def forget() -> None:
    """Clear wiring's caches, except the AWS clients."""
    for module in modules():
        for name, builder in vars(module).items():
            if hasattr(builder, "cache_clear") and name not in KEPT:
                builder.cache_clear()
    for cache in CACHES:
        if cache.cache_info().currsize:
            cache().store.clear()
