"""The arrows: who may import whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.source import (
    FUNCTIONS,
    PACKAGE,
    handlers,
    imports_of,
    layer_files,
    name_of,
    product_files,
)

# What each part of the layer may know of the others, types included.
ARROWS = {
    "errors": set(),
    "error_codec": {"errors"},
    "calling": {"calling", "model", "errors", "ports"},
    "telemetry": set(),
    # An attempt and its lease are records that stored things contain.
    "model": {"model", "errors", "calling.attempt", "calling.lease"},
    "ports": {"model"},
    "methods": {"methods", "model", "errors", "ports"},
    "campaign_rules": {
        "campaign_rules",
        "calling",
        "error_codec",
        "model",
        "errors",
        "ports",
        "settings",
    },
    "purge_rules": {
        "purge_rules",
        "calling",
        "methods.data_retention",
        "webhooks.rule_execution",
        "model",
        "errors",
        "ports",
        "settings",
    },
    "webhooks": {"webhooks", "model", "errors", "ports"},
    "genesys": {"genesys", "calling", "errors", "ports", "model.platform", "model.quoting"},
    "store": {
        "store",
        "calling",
        "campaign_rules",
        "purge_rules",
        "webhooks",
        "model",
        "errors",
        "ports",
        "genesys.oauth",
    },
    "settings": {"model.organisation", "model.platform"},
    "purging": {
        "purging",
        "calling",
        "error_codec",
        "methods",
        "model",
        "errors",
        "ports",
        "settings",
    },
    "callers": {"errors", "model", "ports"},
    "entrypoint": {"error_codec", "callers", "telemetry", "errors", "model", "ports"},
    "wiring": {
        "wiring",
        "calling",
        "settings",
        "store",
        "genesys",
        "purging",
        "purge_rules",
        "campaign_rules",
        "webhooks",
        "telemetry",
        "model.organisation",
        "model.platform",
    },
}
# Who may use what others have written.
LIBRARIES = {
    "boto3": {"wiring"},
    "botocore": {"wiring", "store"},
    "httpx": {"wiring", "genesys"},
    "httpcore": {"webhooks.receiver"},
    "aws_lambda_powertools": {"telemetry"},
    "pydantic": {"model", "methods", "purge_rules", "campaign_rules", "webhooks", "callers"},
}


def part_of(module: str) -> str:
    """`model.batch` of `genesys_purge.model.batch`; empty for the package itself."""
    return module.removeprefix("genesys_purge").removeprefix(".")


def allows(allowed: set[str], part: str) -> bool:
    return any(part == each or part.startswith(f"{each}.") for each in allowed)


def ours(path: Path) -> set[str]:
    return {part_of(each) for each in imports_of(path) if each.split(".")[0] == "genesys_purge"}


@pytest.mark.parametrize("path", layer_files(), ids=name_of)
def test_the_layer_imports_along_the_arrows(path: Path) -> None:
    part = part_of(name_of(path))
    allowed = ARROWS[part.split(".")[0]] if part else set()
    assert [each for each in ours(path) if not allows(allowed, each)] == []


def test_every_part_of_the_layer_has_its_arrows() -> None:
    parts = {path.stem for path in PACKAGE.iterdir() if not path.name.startswith("_")}
    assert parts - {"py"} == set(ARROWS)


@pytest.mark.parametrize("path", handlers(), ids=name_of)
def test_a_handler_knows_entrypoint_wiring_and_messages(path: Path) -> None:
    known = {part.partition(".")[0] for part in ours(path)}
    messages = {"model", "campaign_rules", "purge_rules", "webhooks"}
    assert (
        {"wiring", "entrypoint"}
        <= known
        <= messages
        | {
            "wiring",
            "entrypoint",
            "callers",
            "ports",
        }
    )


@pytest.mark.parametrize("path", product_files(), ids=name_of)
def test_nothing_imports_functions_tests_or_what_runs_locally(path: Path) -> None:
    roots = {each.split(".")[0] for each in imports_of(path)}
    assert not roots & {"functions", "tests", "simulator", "local", "bench"}


@pytest.mark.parametrize("path", product_files(), ids=name_of)
def test_libraries_are_used_where_they_belong(path: Path) -> None:
    part = part_of(name_of(path))
    found = {each.split(".")[0] for each in imports_of(path, for_types=False)}
    misplaced = [
        library for library in found & set(LIBRARIES) if not allows(LIBRARIES[library], part)
    ]
    assert misplaced == []


@pytest.mark.parametrize("path", product_files(), ids=name_of)
def test_types_of_aws_clients_cost_nothing_at_run_time(path: Path) -> None:
    assert not [each for each in imports_of(path, for_types=False) if "mypy_boto3" in each]


@pytest.mark.parametrize("path", product_files(), ids=name_of)
def test_no_module_has_a_name_that_says_nothing(path: Path) -> None:
    empty = {"common", "shared", "utils", "util", "helpers", "manager", "misc", "data", "info"}
    assert not empty & set(path.relative_to(PACKAGE.parents[2]).with_suffix("").parts)


def test_a_function_is_a_folder_with_its_handler_alone() -> None:
    for folder in FUNCTIONS.iterdir():
        files = {path.name for path in folder.iterdir()} - {"__pycache__"}
        assert files == {"handler.py"}, folder.name
