"""The organisations of the deployment, each asked in its own dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from genesys_purge.holds import documented, live
from genesys_purge.holds.ports import Found
from genesys_purge.model.dates import Window
from genesys_purge.ports import GenesysOf


class DeployedOrganisations:
    """Implements `Organisations`; `named` returns the names beside the default organisation."""

    def __init__(
        self,
        named: Callable[[], Sequence[str]],
        is_live: Callable[[str | None], bool],
        genesys_of: GenesysOf,
    ) -> None:
        self._named = named
        self._is_live = is_live
        self._genesys_of = genesys_of

    def names(self) -> Sequence[str | None]:
        return (None, *self._named())

    def find(self, name: str | None, ids: Sequence[str]) -> Iterator[Found]:
        find = live.find if self._is_live(name) else documented.find
        return find(ids, self._genesys_of(name))

    def count(self, name: str | None, window: Window) -> int | None:
        # The number that the live platform reports with its conversations is approximate.
        return None if self._is_live(name) else documented.count(window, self._genesys_of(name))
