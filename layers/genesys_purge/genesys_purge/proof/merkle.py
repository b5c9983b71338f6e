"""Paths in Merkle trees of RFC 6962 that prove a leaf or an older tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Protocol

from genesys_purge.model.merkle import node_hash, root_above


class Nodes(Protocol):
    """Reads the hashes of complete subtrees."""

    def __call__(self, level: int, index: int) -> bytes:
        """The root of the subtree over `2**level` leaves, from the leaf `index * 2**level` on."""


def inclusion(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The path from the sibling of a leaf up to the root's child, in a tree of `size` leaves."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = _middle(start, end)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return [root_of(nodes, *each) for each in reversed(path)]


def consistency(nodes: Nodes, old: int, size: int) -> list[bytes]:
    """The path that proves that a tree of `size` leaves begins with the tree of `old` leaves.

    Empty for an empty old tree and for an equal one.
    """
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {size} leaves never had {old}")
    if old in (0, size):
        return []
    path = []
    start, end, is_whole = 0, size, True
    while old < end:
        middle = _middle(start, end)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start, is_whole = middle, False
    if not is_whole:
        path.append((start, end))
    return [root_of(nodes, *each) for each in reversed(path)]


def root_of(nodes: Nodes, start: int, end: int) -> bytes:
    """The root over the leaves from `start` to before `end`, a range that is a node of a tree."""
    return root_above(tuple(nodes(level, index) for level, index in _complete(start, end)))


def _complete(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The complete subtrees of such a range, left to right: its start fits the largest."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _middle(start: int, end: int) -> int:
    """Where a node's right child begins: the left one has the largest power of two below all."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


class Levels:
    """All complete nodes of a tree in memory, 64 bytes a leaf and more; implements `Nodes`."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._levels = [list(leaves)]
        while len(below := self._levels[-1]) > 1:
            self._levels.append([node_hash(*each) for each in list(pairwise(below))[::2]])

    def __call__(self, level: int, index: int) -> bytes:
        """The root of a complete subtree."""
        return self._levels[level][index]
