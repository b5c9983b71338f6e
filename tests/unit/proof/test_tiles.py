"""The files of a log, read by another implementation."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest
from genesys_purge.proof.inclusion_proof import proof_file
from genesys_purge.proof.merkle import inclusion
from genesys_purge.proof.tiles import Tile, TileNodes, bundle_of, entries_in
from hypothesis import given
from hypothesis import strategies as st
from tlog_scales.cli import cmd_gen_proof

from tests.unit.proof.small_log import entries, levels, note, publish, root


@pytest.mark.parametrize("sizes", [(1,), (3, 256), (255, 257, 700), (256, 512), (70_000,)])
def test_published_log_is_read_by_another_implementation(
    tmp_path: Path, sizes: tuple[int, ...]
) -> None:
    reader = publish(tmp_path, *sizes)
    assert reader.get_checkpoint().size == sizes[-1]
    assert reader.calculate_root_hash() == root(sizes[-1])
    for index in {0, sizes[0] - 1, sizes[-1] - 1}:
        assert reader.get_entry(index) == entries(sizes[-1])[index]


def test_proof_file_is_the_one_that_the_public_tool_makes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path, 300, 701)
    cmd_gen_proof(Namespace(location=str(tmp_path), leaf_index=699))
    made = capsys.readouterr().out
    assert proof_file(699, inclusion(levels(701), 699, 701), note(701)) == made


def test_growing_log_writes_no_tile_twice(tmp_path: Path) -> None:
    publish(tmp_path, 200, 600, 601)
    found = sorted(str(each.relative_to(tmp_path)) for each in tmp_path.rglob("tile/entries/**/*"))
    names = ("000", "000.p", "000.p/200", "001", "002.p", "002.p/88", "002.p/89")
    assert found == [f"tile/entries/{each}" for each in names]


def test_tile_of_a_large_log_is_named_in_groups_of_three_digits() -> None:
    assert Tile(None, 1_234_067, 8).path == "tile/entries/x001/x234/067.p/8"


@pytest.mark.parametrize("size", [1, 256, 257, 66_000])
def test_tiles_have_the_nodes_of_the_tree(tmp_path: Path, size: int) -> None:
    publish(tmp_path, size)
    nodes = TileNodes(size, lambda tile: (tmp_path / tile.path).read_bytes())
    known = levels(size)
    for level in range(size.bit_length()):
        last = (size >> level) - 1
        assert nodes(level, last) == known(level, last)


@given(st.lists(st.binary(max_size=300)))
def test_bundle_has_its_entries(known: list[bytes]) -> None:
    assert entries_in(bundle_of(known)) == known


@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1))
def test_cut_bundle_is_refused(known: list[bytes]) -> None:
    with pytest.raises(ValueError, match="cut off"):
        entries_in(bundle_of(known)[:-1])
