"""The Merkle tree of RFC 6962: the hashes of its leaves and nodes, and its root."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

EMPTY = hashlib.sha256().digest()


def leaf_hash(data: bytes) -> bytes:
    """The SHA-256 of a leaf; its prefix differs from that of a node."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The SHA-256 of the node above two hashes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier(NamedTuple):
    """A tree of any size in at most 64 hashes: the roots of its complete subtrees, left to right.

    It can grow and has a root, but proves nothing about single leaves.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def extended(self, leaves: Iterable[bytes]) -> Frontier:
        """The tree with these leaf hashes behind its own."""
        size, hashes = self.size, list(self.hashes)
        for leaf in leaves:
            carried, rest = leaf, size
            while rest & 1:
                carried = node_hash(hashes.pop(), carried)
                rest >>= 1
            hashes.append(carried)
            size += 1
        return Frontier(size, tuple(hashes))

    @property
    def root(self) -> bytes:
        """The root; that of an empty tree is the SHA-256 of nothing."""
        return root_above(self.hashes)


def root_above(hashes: tuple[bytes, ...]) -> bytes:
    """The root above the roots of ever smaller subtrees."""
    if not hashes:
        return EMPTY
    *left, root = hashes
    for each in reversed(left):
        root = node_hash(each, root)
    return root
