"""The files of the log: hash tiles and bundles of entries, as in C2SP tlog-tiles 0.1.0."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from genesys_purge.model.merkle import Frontier, leaf_hash
from genesys_purge.proof.errors import Contradicted

# Hashes in a full tile, and entries in a full bundle.
WIDTH = 256
LEVELS_OF_A_TILE = 8
HASH_BYTES = 32
MOST_ENTRY_BYTES = 0xFFFF


class Tile(NamedTuple):
    """A tile or, without a level, a bundle of entries; `width` is below 256 in a partial one."""

    level: int | None
    number: int
    width: int

    @property
    def path(self) -> str:
        """The name below the root of the log, such as `tile/0/x001/067.p/8`."""
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_parts(self.number)}{partial}"


Read = Callable[[Tile], bytes]


def grown(old: int, entries: Sequence[bytes], read: Read) -> Iterator[tuple[Tile, bytes]]:
    """The tiles that a log of `old` entries writes when it gets these, with their contents.

    Only new and wider tiles are written, the bundles first. `read` gives the content of an earlier
    tile: at most one bundle, and one tile of each level. Contradicted if that bundle was changed.
    """
    started = entries_in(_started(None, old, read))
    if started and list(map(leaf_hash, started)) != _hashes(_started(0, old, read)):
        raise Contradicted(f"the entries before {old} are not those that are sealed")
    for tile, some in _parted(None, old, [*started, *entries]):
        yield tile, bundle_of(some)
    level, hashes = 0, [leaf_hash(each) for each in entries]
    while hashes:
        above = []
        for tile, part in _parted(level, old, [*_hashes(_started(level, old, read)), *hashes]):
            yield tile, b"".join(part)
            if tile.width == WIDTH:
                above.append(Frontier().extended(part).root)
        old, level, hashes = old // WIDTH, level + 1, above


class TileNodes:
    """The nodes of a log of `size` entries, from its tiles; implements `Nodes`."""

    def __init__(self, size: int, read: Read) -> None:
        self._size = size
        self._read = read
        self._known: dict[Tile, bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """The root of a complete subtree."""
        in_tile = level % LEVELS_OF_A_TILE
        number, first = divmod(index << in_tile, WIDTH)
        hashes = _hashes(self._content(level // LEVELS_OF_A_TILE, number))
        return Frontier().extended(hashes[first : first + (1 << in_tile)]).root

    def _content(self, level: int, number: int) -> bytes:
        complete = self._size >> (level * LEVELS_OF_A_TILE)
        tile = Tile(level, number, min(WIDTH, complete - number * WIDTH))
        if tile not in self._known:
            self._known[tile] = self._read(tile)
        return self._known[tile]


def bundle_of(entries: Iterable[bytes]) -> bytes:
    """Entries as they are stored: each behind its length in two bytes."""
    return b"".join(struct.pack(">H", len(each)) + each for each in entries)


def entries_in(bundle: bytes) -> Sequence[bytes]:
    """The entries of a bundle; ValueError if it is cut off."""
    found, at = [], 0
    while at < len(bundle):
        start = at + 2
        at = start + int.from_bytes(bundle[at:start], "big")
        if at > len(bundle) or start > len(bundle):
            raise ValueError("the bundle of entries is cut off")
        found.append(bundle[start:at])
    return found


def _started(level: int | None, old: int, read: Read) -> bytes:
    """The content of the partial tile that a log of `old` entries ends with."""
    width = old % WIDTH
    return read(Tile(level, old // WIDTH, width)) if width else b""


def _hashes(content: bytes) -> list[bytes]:
    return [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]


def _parted(
    level: int | None, old: int, content: Sequence[bytes]
) -> Iterator[tuple[Tile, Sequence[bytes]]]:
    """The content from the start of the partial tile on, in parts of one tile each."""
    for number, start in enumerate(range(0, len(content), WIDTH), old // WIDTH):
        part = content[start : start + WIDTH]
        yield Tile(level, number, len(part)), part


def _parts(number: int) -> str:
    """The number in groups of three digits, each but the last behind an `x`."""
    parts = [f"{number % 1000:03}"]
    while number := number // 1000:
        parts.append(f"x{number % 1000:03}")
    return "/".join(reversed(parts))
