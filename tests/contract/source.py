"""The product's own source, as trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tests.template import ROOT

LAYER = ROOT / "layers" / "genesys_purge"
PACKAGE = LAYER / "genesys_purge"
FUNCTIONS = ROOT / "functions"

Graph = Mapping[str, set[str]]


def layer_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def handlers() -> list[Path]:
    return sorted(FUNCTIONS.glob("*/handler.py"))


def function_folders() -> list[Path]:
    """The folders of the functions, without those that hold byte code of another branch alone."""
    folders = (path for path in FUNCTIONS.iterdir() if path.is_dir())
    return [path for path in folders if {each.name for each in path.iterdir()} - {"__pycache__"}]


def product_files() -> list[Path]:
    return layer_files() + handlers()


def name_of(path: Path) -> str:
    """The module's dotted name, or `functions.<folder>.handler`."""
    base = LAYER if path.is_relative_to(LAYER) else ROOT
    return ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")


def line_of(path: Path, node: ast.AST | int = 1) -> str:
    """`folder/file.py:12`, as the tests report an offender."""
    line = node if isinstance(node, int) else getattr(node, "lineno", 1)
    return f"{path.relative_to(ROOT)}:{line}"


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a file's tree."""
    return tuple(ast.walk(tree_of(path)))


def imports_of(path: Path, *, for_types: bool = True) -> Iterator[str]:
    """Every module that a file imports; `for_types=False` skips `if TYPE_CHECKING` blocks."""
    skipped = frozenset() if for_types else _only_for_types(path)
    for node in nodes_of(path):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, line_of(path, node)
            yield from _modules_named(node)


@cache
def _only_for_types(path: Path) -> frozenset[ast.AST]:
    """Every node inside an `if TYPE_CHECKING` block."""
    blocks = (
        node
        for node in nodes_of(path)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    return frozenset(node for block in blocks for node in ast.walk(block))


def _modules_named(node: ast.ImportFrom) -> Iterator[str]:
    """The imported modules: `from genesys_purge import wiring` names `genesys_purge.wiring`."""
    module = node.module or ""
    folder = LAYER.joinpath(*module.split("."))
    for alias in node.names:
        is_module = folder.joinpath(f"{alias.name}.py").exists()
        yield (
            f"{module}.{alias.name}"
            if is_module or folder.joinpath(alias.name).is_dir()
            else module
        )


def circle_in(graph: Graph) -> list[str]:
    """The modules of circles, and the modules between them; empty without a circle."""
    left = {module: imported & graph.keys() for module, imported in graph.items()}
    while removable := [module for module, imported in left.items() if not imported & left.keys()]:
        for module in removable:
            del left[module]
    return sorted(left)
