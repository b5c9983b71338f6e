"""A log in memory and in a folder, and an independent reader of it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from genesys_purge.model.merkle import Frontier, leaf_hash
from genesys_purge.proof.merkle import Levels
from genesys_purge.proof.note import Checkpoint, VerifierKey
from genesys_purge.proof.tiles import Tile, grown
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader

from tests.signers import SEAL, SEAL_DER

ORIGIN = "purge.example.com/prod/eu-central-1/seals"
KEY = VerifierKey.of_der(ORIGIN, SEAL_DER)


def entries(size: int) -> list[bytes]:
    """Different entries of different lengths."""
    return [b"entry %d" % each + b"." * (each % 7) for each in range(size)]


def levels(size: int) -> Levels:
    """The nodes of the tree over these entries."""
    return Levels(map(leaf_hash, entries(size)))


def root(size: int) -> bytes:
    """The root over these entries."""
    return Frontier().extended(map(leaf_hash, entries(size))).root


def note(size: int) -> str:
    """The signed checkpoint of the log at this size."""
    checkpoint = Checkpoint(ORIGIN, size, root(size))
    return signed(checkpoint)


def signed(checkpoint: Checkpoint) -> str:
    """The note of a checkpoint, signed by the key of the log."""
    return f"{checkpoint.body}\n{checkpoint.line(KEY, SEAL.sign(checkpoint.body.encode()))}"


def publish(folder: Path, *sizes: int) -> TilesReader:
    """Write the log as it grows over these sizes; a reader of another implementation."""

    def read(tile: Tile) -> bytes:
        return (folder / tile.path).read_bytes()

    for old, size in pairwise((0, *sizes)):
        for tile, content in grown(old, entries(size)[old:], read):
            file = folder / tile.path
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("xb") as new:
                new.write(content)
    (folder / "checkpoint").write_text(note(sizes[-1]))
    return TilesReader(LocalBackend(folder))
