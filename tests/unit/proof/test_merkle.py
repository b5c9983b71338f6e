"""Merkle trees: roots and paths, by the definition and by another implementation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from genesys_purge.model.merkle import Frontier, leaf_hash, node_hash
from genesys_purge.proof.merkle import Levels, consistency, inclusion, root_of
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree
from tlog_scales.tlog import ConsistencyProof, InclusionProof

from tests.unit.proof.small_log import entries, levels, root

SIZES = st.integers(1, 600)


def defined(leaves: Sequence[bytes]) -> bytes:
    """The root by the words of RFC 6962, section 2.1."""
    if len(leaves) <= 1:
        return leaf_hash(leaves[0]) if leaves else hashlib.sha256().digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(defined(leaves[:split]), defined(leaves[split:]))


@given(SIZES, st.integers(0, 600))
def test_root_is_the_defined_one_however_the_tree_grew(size: int, first: int) -> None:
    leaves = [leaf_hash(each) for each in entries(size)]
    grown = Frontier().extended(leaves[:first]).extended(leaves[first:])
    assert grown.size == size
    assert grown.root == defined(entries(size)) == root_of(Levels(leaves), 0, size)


def test_empty_tree_has_the_hash_of_nothing() -> None:
    assert Frontier().root == defined([]) == root_of(levels(0), 0, 0)


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 1000])
def test_root_equals_that_of_another_implementation(size: int) -> None:
    tree = InmemoryTree.init_from_entries(entries(size), algorithm="sha256")
    assert tree.get_root() == root(size)


@given(SIZES, st.data())
def test_inclusion_path_leads_from_the_leaf_to_the_root(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = inclusion(levels(size), index, size)
    InclusionProof(index, size, path).check(leaf_hash(entries(size)[index]), root(size))


@given(st.integers(0, 600), st.data())
def test_consistency_path_leads_from_each_older_root(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, size))
    path = consistency(levels(size), old, size)
    ConsistencyProof(old, size, path).check(root(old), root(size))


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_leaf_outside_of_the_tree_has_no_path(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="has no leaf"):
        inclusion(levels(size), index, size)


@pytest.mark.parametrize("old", [-1, 4])
def test_larger_tree_is_no_older_one(old: int) -> None:
    with pytest.raises(ValueError, match="never had"):
        consistency(levels(3), old, 3)
