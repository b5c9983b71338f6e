"""Rules of the house that no type checker knows."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.contract.source import (
    handlers,
    imports_of,
    layer_files,
    name_of,
    product_files,
    tree_of,
)

each_file = pytest.mark.parametrize("path", product_files(), ids=name_of)
BROAD = {"Exception", "BaseException"}


def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(tree_of(path)))


def functions_in(path: Path) -> list[ast.FunctionDef]:
    return [node for node in nodes(path) if isinstance(node, ast.FunctionDef)]


@each_file
def test_only_settings_read_the_environment(path: Path) -> None:
    found = [
        node
        for node in nodes(path)
        if isinstance(node, ast.Attribute | ast.Name)
        and ast.unparse(node) in ("os.environ", "os.getenv", "environ", "getenv")
    ]
    reads = bool(found) or "os" in set(imports_of(path))
    assert reads is (name_of(path) == "genesys_purge.settings")


def test_one_broad_except_is_enough() -> None:
    broad = [
        name_of(path)
        for path in product_files()
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or BROAD & {ast.unparse(each) for each in ast.walk(node.type)})
    ]
    assert broad == ["genesys_purge.entrypoint"]


def test_only_the_guard_gives_permits() -> None:
    givers = [
        name_of(path)
        for path in product_files()
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Permit"
    ]
    assert set(givers) == {"genesys_purge.calling.guard"}


def test_only_the_methods_make_deleting_calls_and_only_on_being_submitted() -> None:
    callers = {
        name_of(path)
        for path in layer_files()
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith(("genesys.delete", "client.delete"))
    }
    submits = {
        name_of(path)
        for path in layer_files()
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("method.submit")
    }
    documented = {"conversation_archive", "data_deletion", "interaction_purge"}
    methods = {f"documented.{name}" for name in documented} | {"gdpr_request.method"}
    # A recording job is created by the method and confirmed by its lifecycle.
    methods |= {"recording_job.method", "recording_job.two_step"}
    targets = {"documented.rule_form", "live.retention_policies"}
    assert callers == {f"genesys_purge.methods.{name}" for name in methods} | {
        f"genesys_purge.purge_rules.{name}" for name in targets
    }
    creates = {
        name_of(path)
        for path in layer_files()
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("target.create")
    }
    assert creates == {"genesys_purge.purge_rules.creation"}
    assert submits == {"genesys_purge.purging.submit_batch"}
    confirms = {
        name_of(path)
        for path in layer_files()
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("lifecycle.confirm")
    }
    assert confirms == {"genesys_purge.purging.confirm_job"}


def test_only_the_client_sends() -> None:
    senders = {
        name_of(path)
        for path in layer_files()
        for node in nodes(path)
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value).endswith("_http")
        and node.attr in ("request", "post", "get", "send", "delete", "put", "patch", "stream")
    }
    assert senders == {"genesys_purge.genesys.client", "genesys_purge.genesys.oauth"}


def test_only_the_ledger_writes_to_our_tables() -> None:
    writes = {"put_item", "update_item", "delete_item", "batch_write_item", "execute_statement"}
    found = [
        (name_of(path), node.attr)
        for path in product_files()
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in writes | {"transact_write_items"}
    ]
    ledger, circuit = "genesys_purge.store.ledger", "genesys_purge.store.circuit_state"
    # A circuit is no record: whoever comes last is right, and losing it costs nothing.
    assert found == [
        (circuit, "put_item"),
        (ledger, "put_item"),
        (ledger, "transact_write_items"),
    ]


@each_file
def test_a_file_has_at_most_250_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 250


@pytest.mark.parametrize("path", handlers(), ids=name_of)
def test_a_handler_has_at_most_20_lines_and_no_decisions(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 20
    decisions = (ast.If, ast.IfExp, ast.Try, ast.For, ast.While, ast.Match)
    assert not [node for node in nodes(path) if isinstance(node, decisions)]
    assert [each.name for each in functions_in(path)] == ["handler"]


@each_file
def test_a_function_has_at_most_40_lines(path: Path) -> None:
    long = [
        f"{each.name}: {(each.end_lineno or 0) - each.lineno + 1}"
        for each in functions_in(path)
        if (each.end_lineno or 0) - each.lineno + 1 > 40
    ]
    assert long == []


@each_file
def test_every_module_says_what_it_is(path: Path) -> None:
    first, *_ = (ast.get_docstring(tree_of(path)) or "").splitlines()
    assert first.endswith((".", ":"))


@each_file
def test_nothing_is_read_or_built_at_import(path: Path) -> None:
    """A module defines, and names constants; it opens no file, client, connection or clock."""
    eager = {"open", "read_text", "read_bytes", "client", "resource", "Session", "now", "Client"}
    called = [
        ast.unparse(node.func)
        for statement in tree_of(path).body
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
    ]
    assert not [each for each in called if each.rpartition(".")[2] in eager]
