"""A slice of a manifest."""

from __future__ import annotations

from genesys_purge.model.wire import Wire


class Slice(Wire):
    """The manifest entries from `start` to `stop`, without `stop`."""

    start: int
    stop: int

    @property
    def size(self) -> int:
        return self.stop - self.start

    def halves(self) -> tuple[Slice, Slice]:
        middle = (self.start + self.stop) // 2
        return Slice(start=self.start, stop=middle), Slice(start=middle, stop=self.stop)
