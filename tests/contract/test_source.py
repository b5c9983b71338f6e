"""Rules of the source that neither the linter nor the type checker checks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.contract.source import (
    handlers,
    imports_of,
    layer_files,
    line_of,
    name_of,
    nodes_of,
    product_files,
    tree_of,
)
from tests.template import ROOT

BROAD = {"Exception", "BaseException"}
FOLDERS = ("bench", "cli", "functions", "layers", "local", "simulator", "tests")
IGNORED = re.compile(r"# (?:noqa|type: ?ignore)", re.IGNORECASE)
CODES = r"[A-Z]+\d+(?:, [A-Z]+\d+)*"
WITH_REASON = re.compile(
    rf"  # (?:noqa: {CODES}  |type: ignore\[[a-z-]+(?:, [a-z-]+)*\]  # )[^\s#]+ \S"
)
EAGER = {"open", "read_text", "read_bytes", "client", "resource", "Session", "now", "Client"}


def functions_in(path: Path) -> list[ast.FunctionDef]:
    return [node for node in nodes_of(path) if isinstance(node, ast.FunctionDef)]


def callers_of(*names: str) -> set[str]:
    """The modules of the layer that call one of the names, without `genesys_purge.`."""
    return {
        name_of(path).removeprefix("genesys_purge.")
        for path in layer_files()
        for node in nodes_of(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(names)
    }


def test_source_files_are_found() -> None:
    assert len(layer_files()) > 150
    assert len(handlers()) > 20


def environment_reads(path: Path) -> Iterator[str]:
    for node in nodes_of(path):
        if isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node) in (
            "os.environ",
            "os.getenv",
            "environ",
            "getenv",
        ):
            yield line_of(path, node)
    if "os" in imports_of(path):
        yield line_of(path)


def test_only_settings_reads_the_environment() -> None:
    readers = {name_of(path): list(environment_reads(path)) for path in product_files()}
    assert readers.pop("genesys_purge.settings")
    assert [each for found in readers.values() for each in found] == []


def test_only_entrypoint_has_a_broad_except() -> None:
    broad = [
        name_of(path)
        for path in product_files()
        for node in nodes_of(path)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or BROAD & {ast.unparse(each) for each in ast.walk(node.type)})
    ]
    assert broad == ["genesys_purge.entrypoint"]


def test_only_the_guard_creates_permits() -> None:
    givers = {
        name_of(path)
        for path in product_files()
        for node in nodes_of(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Permit"
    }
    assert givers == {"genesys_purge.calling.guard"}


def test_only_methods_and_rule_apis_describe_deleting_calls() -> None:
    assert callers_of("DeletingCall") == {
        "methods.documented.conversation_archive",
        "methods.documented.data_deletion",
        "methods.documented.interaction_purge",
        "methods.gdpr_request.method",
        # `method` creates a recording job; `two_step` executes it after the confirmation.
        "methods.recording_job.method",
        "methods.recording_job.two_step",
        "purge_rules.documented.api",
        "purge_rules.live.api",
    }


def test_each_deleting_step_has_one_caller() -> None:
    assert callers_of("genesys.delete", "client.delete") == {"calling.deleting"}
    assert callers_of("Deleting") == {
        "purging.confirm_job",
        "purging.submit_batch",
        "purge_rules.creation",
    }
    assert callers_of("api.create") == {"purge_rules.creation"}


def test_requests_are_sent_by_the_client_and_its_login_within_bounds() -> None:
    senders = {
        name_of(path)
        for path in layer_files()
        for node in nodes_of(path)
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value).endswith("_http")
        and node.attr in ("request", "post", "get", "send", "delete", "put", "patch", "stream")
    }
    assert senders == {
        "genesys_purge.genesys.bounded_http",
        "genesys_purge.genesys.client",
        "genesys_purge.genesys.oauth",
    }


def test_only_the_ledger_writes_to_tables_of_records() -> None:
    writes = {"put_item", "update_item", "delete_item", "batch_write_item", "execute_statement"}
    found = [
        (name_of(path), node.attr)
        for path in product_files()
        for node in nodes_of(path)
        if isinstance(node, ast.Attribute) and node.attr in writes | {"transact_write_items"}
    ]
    ledger = "genesys_purge.store.ledger"
    assert sorted(found) == [
        # The request budget is no record, and is in another table.
        ("genesys_purge.store.budget", "update_item"),
        # The key of a part of a hold's ids is its content, so a second write changes nothing.
        ("genesys_purge.store.held_ids", "put_item"),
        # The times of a hold are no record: a later look-up replaces them.
        ("genesys_purge.store.holds", "put_item"),
        (ledger, "put_item"),
        # A pseudonym is no record: it is put once, and every record waits for it.
        ("genesys_purge.store.personal_data", "put_item"),
        ("genesys_purge.store.transactions", "transact_write_items"),
    ]


def test_files_have_at_most_250_lines() -> None:
    lengths = {line_of(path): len(path.read_text().splitlines()) for path in product_files()}
    assert {path: lines for path, lines in lengths.items() if lines > 250} == {}


def test_functions_have_at_most_40_lines() -> None:
    lengths = {
        line_of(path, each): (each.end_lineno or 0) - each.lineno + 1
        for path in product_files()
        for each in functions_in(path)
    }
    assert {place: lines for place, lines in lengths.items() if lines > 40} == {}


def test_handlers_have_at_most_20_lines_and_one_function() -> None:
    offenders = [
        line_of(path)
        for path in handlers()
        if len(path.read_text().splitlines()) > 20
        or [each.name for each in functions_in(path)] != ["handler"]
    ]
    assert offenders == []


def test_handlers_make_no_decisions() -> None:
    decisions = (ast.If, ast.IfExp, ast.Try, ast.For, ast.While, ast.Match)
    offenders = [
        line_of(path, node)
        for path in handlers()
        for node in nodes_of(path)
        if isinstance(node, decisions)
    ]
    assert offenders == []


def test_every_module_has_a_docstring_that_is_a_sentence() -> None:
    offenders = [
        line_of(path)
        for path in product_files()
        for first in (ast.get_docstring(tree_of(path)) or "").splitlines()[:1] or [""]
        if not first.endswith((".", ":"))
    ]
    assert offenders == []


def calls_at_import(path: Path) -> Iterator[ast.Call]:
    """The calls in the assignments and expressions of a module's top level."""
    for statement in tree_of(path).body:
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr):
            yield from (each for each in ast.walk(statement) if isinstance(each, ast.Call))


def test_import_opens_no_file_client_connection_or_clock() -> None:
    offenders = [
        f"{line_of(path, call)}: {ast.unparse(call.func)}"
        for path in product_files()
        for call in calls_at_import(path)
        if ast.unparse(call.func).rpartition(".")[2] in EAGER
    ]
    assert offenders == []


def test_every_ignored_rule_of_a_line_has_a_reason() -> None:
    offenders = [
        f"{line_of(path, number)}: {line.strip()}"
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if IGNORED.search(line) and not WITH_REASON.search(line)
    ]
    assert offenders == []
