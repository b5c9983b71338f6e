"""An in-memory twin of the organisations and their Genesys clients."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.organisation import Organisation
from genesys_purge.ports import Genesys


class MemoryOrganisations:
    """The default organisation, and those that `add` stored."""

    def __init__(self, own: Organisation, genesys: Genesys) -> None:
        self._known: dict[str | None, tuple[Organisation, Genesys]] = {None: (own, genesys)}

    def add(self, name: str, genesys: Genesys, **differing: Any) -> None:
        """Store an organisation that differs from the default one in these fields."""
        own, _ = self._known[None]
        self._known[name] = replace(own, name=name, **differing), genesys

    def remove(self, name: str) -> None:
        """Forget an organisation."""
        del self._known[name]

    def names(self) -> list[str]:
        """The names beside the default organisation."""
        return [name for name in self._known if name]

    def named(self, name: str | None) -> Organisation:
        return self._found(name)[0]

    def genesys(self, name: str | None) -> Genesys:
        return self._found(name)[1]

    def _found(self, name: str | None) -> tuple[Organisation, Genesys]:
        if name not in self._known:
            raise InvalidRequest([FieldError("organisation", "is not known")])
        return self._known[name]
