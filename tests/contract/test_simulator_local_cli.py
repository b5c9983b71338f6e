"""The rules for `simulator/`, `local/` and `cli/`: imports, folders and circles."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.source import Graph, circle_in, tree_of
from tests.template import ROOT

PARTS = ("simulator", "local", "cli")
OURS = {"genesys_purge", "functions", "simulator", "local", "cli", "tests", "bench"}
# `python -m local` is an alias of `genesys-purge local`.
ALIAS = ROOT / "local" / "__main__.py"
MOST_FILES = 15


def files_of(part: str) -> list[Path]:
    return sorted((ROOT / part).rglob("*.py"))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path) -> Iterator[str]:
    """The imported modules; `from cli.reports import results` means `cli.reports.results`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            folder = ROOT.joinpath(*node.module.split("."))
            for alias in node.names:
                is_module = (folder / f"{alias.name}.py").exists()
                yield f"{node.module}.{alias.name}" if is_module else node.module


def roots_imported_by(path: Path) -> set[str]:
    return {each.partition(".")[0] for each in imports_of(path)} & OURS


def roots_imported_in(part: str) -> set[str]:
    files = (path for path in files_of(part) if path != ALIAS)
    return {root for path in files for root in roots_imported_by(path)}


def graph_of(part: str) -> dict[str, set[str]]:
    return {module_of(path): set(imports_of(path)) for path in files_of(part)}


def rooms_of(graph: Graph) -> dict[str, set[str]]:
    """The same graph between the folders and files directly below the part."""
    rooms: dict[str, set[str]] = {}
    for module, imported in graph.items():
        room = room_of(module)
        others = {room_of(each) for each in imported if each in graph}
        rooms.setdefault(room, set()).update(others - {room})
    return rooms


def room_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def test_circle_in_finds_an_import_circle() -> None:
    assert circle_in({"a": {"b"}, "b": {"c", "d"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]
    assert circle_in({"a": {"b", "elsewhere"}, "b": set()}) == []


@pytest.mark.parametrize("part", PARTS)
def test_no_import_circle_between_files_or_folders(part: str) -> None:
    graph = graph_of(part)
    assert circle_in(graph) == []
    assert circle_in(rooms_of(graph)) == []


def test_simulator_imports_nothing_else_of_the_project() -> None:
    assert roots_imported_in("simulator") == {"simulator"}


def test_local_imports_the_layer_and_the_simulator_but_no_tests() -> None:
    assert roots_imported_in("local") == {"genesys_purge", "local", "simulator"}


def test_alias_imports_only_the_program() -> None:
    assert [each for each in imports_of(ALIAS) if each.partition(".")[0] in OURS] == [
        "cli.__main__"
    ]


def test_cli_imports_the_layer_local_and_the_simulator_but_no_tests() -> None:
    assert roots_imported_in("cli") == {"genesys_purge", "cli", "local", "simulator"}


def test_simulator_tests_import_only_the_simulator() -> None:
    imported = {each for path in files_of("tests/simulator") for each in imports_of(path)}
    ours = {each for each in imported if each.partition(".")[0] in OURS}
    assert {".".join(each.split(".")[:2]) for each in ours if each.startswith("tests.")} == {
        "tests.simulator"
    }
    assert {each.partition(".")[0] for each in ours} == {"simulator", "tests"}


@pytest.mark.parametrize("part", [*PARTS, *(f"tests/{part}" for part in PARTS)])
def test_every_folder_has_at_most_15_files(part: str) -> None:
    folders = {path.parent for path in files_of(part)}
    assert [each for each in folders if len(list(each.glob("*.py"))) > MOST_FILES] == []


@pytest.mark.parametrize("part", PARTS)
def test_every_file_and_folder_has_a_docstring(part: str) -> None:
    folders = {path.parent / "__init__.py" for path in files_of(part)}
    undocumented = [
        module_of(path)
        for path in {*files_of(part), *folders}
        if not path.exists() or not (ast.get_docstring(tree_of(path)) or "").strip()
    ]
    assert undocumented == []


@pytest.mark.parametrize("part", PARTS)
def test_files_have_at_most_250_lines_and_functions_40(part: str) -> None:
    for path in files_of(part):
        assert len(path.read_text().splitlines()) <= 250, path
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 40, f"{path}: {node.name}"
