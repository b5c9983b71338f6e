"""The product's own source, as trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.template import ROOT

LAYER = ROOT / "layers" / "genesys_purge"
PACKAGE = LAYER / "genesys_purge"
FUNCTIONS = ROOT / "functions"


def layer_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def handlers() -> list[Path]:
    return sorted(FUNCTIONS.glob("*/handler.py"))


def product_files() -> list[Path]:
    return layer_files() + handlers()


def name_of(path: Path) -> str:
    """The module's dotted name, or `functions.<folder>.handler`."""
    base = LAYER if path.is_relative_to(LAYER) else ROOT
    return ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports_of(path: Path, *, for_types: bool = True) -> Iterator[str]:
    """Every module that a file imports; without `for_types`, not those only type checkers see."""
    hidden = set()
    if not for_types:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                hidden |= set(ast.walk(node))
    for node in ast.walk(tree_of(path)):
        if node in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield from _meant(node)


def _meant(node: ast.ImportFrom) -> Iterator[str]:
    """`from genesys_purge import wiring` means the module, not the package."""
    module = node.module or ""
    folder = LAYER.joinpath(*module.split("."))
    for alias in node.names:
        is_module = folder.joinpath(f"{alias.name}.py").exists()
        yield (
            f"{module}.{alias.name}"
            if is_module or folder.joinpath(alias.name).is_dir()
            else module
        )
