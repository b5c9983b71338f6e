"""Which module may import which."""

from __future__ import annotations

from pathlib import Path

from tests.contract.source import (
    PACKAGE,
    circle_in,
    function_folders,
    handlers,
    imports_of,
    layer_files,
    line_of,
    name_of,
    product_files,
)
from tests.template import ROOT

# The imports that each part of the layer may have, type-only imports included.
ARROWS = {
    "correlation": set(),
    "failure": set(),
    "bounded_stream": set(),
    "time_left": set(),
    "errors": {"failure", "field_error"},
    "field_error": set(),
    "error_codec": {"correlation", "errors"},
    "calling": {"calling", "model", "errors", "operation", "ports"},
    "telemetry": set(),
    "auditing": {"auditing", "model", "errors", "ports"},
    "approvals": {"approvals", "model", "errors", "ports"},
    "policies": {
        "policies",
        "purging.requests",
        "calling.stops",
        "methods",
        "model",
        "errors",
        "ports",
    },
    "holds": {
        "holds",
        "approvals",
        "calling.in_flight",
        "methods",
        "model",
        "errors",
        "operation",
        "ports",
    },
    "stops": {
        "stops",
        "approvals",
        "calling.cancellations",
        "calling.in_flight",
        "methods",
        "model",
        "errors",
        "ports",
    },
    "proof": {"proof", "model", "errors", "ports"},
    "stored_settings": {"stored_settings", "approvals", "model", "errors", "ports"},
    # Stored records contain attempts and leases.
    "model": {"model", "errors", "calling.attempt", "calling.lease"},
    "operation": {"model", "calling.permit"},
    "ports": {"model", "operation"},
    "methods": {"methods", "model", "errors", "operation", "ports"},
    "campaign_rules": {
        "campaign_rules",
        "calling",
        "error_codec",
        "model",
        "errors",
        "operation",
        "ports",
        "settings",
    },
    "purge_rules": {
        "purge_rules",
        "calling",
        "methods.data_retention",
        "error_codec",
        "model",
        "errors",
        "operation",
        "ports",
        "settings",
    },
    "webhooks": {"webhooks", "calling", "bounded_stream", "model", "errors", "ports"},
    "genesys": {
        "genesys",
        "calling",
        "bounded_stream",
        "correlation",
        "errors",
        "operation",
        "ports",
        "model.platform",
        "model.answers",
    },
    "store": {
        "store",
        "calling",
        "campaign_rules",
        "approvals.ports",
        "holds.ports",
        "policies.document",
        "policies.ports",
        "methods.ports",
        "proof",
        "purge_rules",
        "stored_settings.ports",
        "webhooks",
        "model",
        "errors",
        "ports",
        "genesys.oauth",
    },
    "settings": {
        "resource_names",
        "model.classification",
        "model.organisation",
        "model.platform",
        "model.record_types",
    },
    "resource_names": set(),
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
    "callers": {"correlation", "errors", "model"},
    "entrypoint": {
        "error_codec",
        "callers",
        "telemetry",
        "time_left",
        "errors",
        "model",
        "ports",
    },
    "consumers": {"entrypoint", "telemetry", "model", "ports"},
    "wiring": {
        "wiring",
        "auditing",
        "approvals",
        "holds",
        "policies",
        "stops",
        "methods",
        "proof",
        "stored_settings",
        "calling",
        "settings",
        "store",
        "genesys",
        "purging",
        "purge_rules",
        "campaign_rules",
        "webhooks",
        "telemetry",
        "time_left",
        "model.approval",
        "model.approval_rules",
        "model.organisation",
        "model.platform",
        "model.stored_setting",
    },
}
# Which parts may use a third-party library.
LIBRARIES = {
    "boto3": {"wiring"},
    "botocore": {"wiring", "store"},
    "httpx": {"wiring", "genesys"},
    "httpcore": {"bounded_stream", "genesys.transport", "webhooks.outbound"},
    "aws_lambda_powertools": {
        "telemetry",
        "callers",
        "consumers",
        "genesys.circuit",
        "store.parameters",
        "store.secrets",
        "wiring",
    },
    "pydantic": {
        "model",
        "auditing",
        "approvals",
        "holds",
        "policies",
        "stops",
        "stored_settings",
        "methods",
        "purge_rules",
        "campaign_rules",
        "webhooks",
        "callers",
    },
    "holidays": {"policies.public_holidays"},
}


def part_of(module: str) -> str:
    """`model.batch` of `genesys_purge.model.batch`; empty for the package itself."""
    return module.removeprefix("genesys_purge").removeprefix(".")


def allows(allowed: set[str], part: str) -> bool:
    return any(part == each or part.startswith(f"{each}.") for each in allowed)


def ours(path: Path) -> set[str]:
    return {part_of(each) for each in imports_of(path) if each.split(".")[0] == "genesys_purge"}


def imports_against_the_arrows(path: Path) -> list[str]:
    part = part_of(name_of(path))
    allowed = ARROWS[part.split(".")[0]] if part else set()
    return [f"{line_of(path)}: {each}" for each in ours(path) if not allows(allowed, each)]


def test_layer_imports_follow_the_arrows() -> None:
    assert [each for path in layer_files() for each in imports_against_the_arrows(path)] == []


def test_every_part_of_the_layer_has_arrows() -> None:
    parts = {path.stem for path in PACKAGE.iterdir() if not path.name.startswith("_")}
    assert parts - {"py"} == set(ARROWS)


def test_layer_has_no_import_circle() -> None:
    """A package's `__init__` is left out: importing any of its modules imports it first."""
    modules = [path for path in layer_files() if path.name != "__init__.py"]
    assert circle_in({name_of(path): set(imports_of(path)) for path in modules}) == []


def test_handlers_import_one_wrapper_wiring_and_messages_only() -> None:
    wrappers = {"entrypoint", "consumers"}
    parts = {
        "approvals",
        "auditing",
        "campaign_rules",
        "holds",
        "policies",
        "purge_rules",
        "stops",
        "stored_settings",
        "webhooks",
    }
    messages = {"model", "callers", "ports", *parts}
    offenders = [
        line_of(path)
        for path in handlers()
        for known in [{part.partition(".")[0] for part in ours(path)}]
        if len(known & wrappers) != 1 or not {"wiring"} <= known <= messages | wrappers | {"wiring"}
    ]
    assert offenders == []


def test_product_imports_no_functions_tests_or_local_tools() -> None:
    forbidden = {"functions", "tests", "local", "cli", "bench", "simulator"}
    offenders = [
        f"{line_of(path)}: {each}"
        for path in product_files()
        for each in imports_of(path)
        if each.split(".")[0] in forbidden
    ]
    assert offenders == []


def test_libraries_are_imported_only_where_they_belong() -> None:
    offenders = [
        f"{line_of(path)}: {library}"
        for path in product_files()
        for library in {each.split(".")[0] for each in imports_of(path, for_types=False)}
        if library in LIBRARIES and not allows(LIBRARIES[library], part_of(name_of(path)))
    ]
    assert offenders == []


def test_aws_client_types_are_not_imported_at_run_time() -> None:
    offenders = [
        line_of(path)
        for path in product_files()
        if any("mypy_boto3" in each for each in imports_of(path, for_types=False))
    ]
    assert offenders == []


def test_no_module_or_folder_has_a_meaningless_name() -> None:
    empty = {"common", "shared", "utils", "util", "helpers", "manager", "misc", "data", "info"}
    offenders = [
        line_of(path)
        for path in product_files()
        if empty & set(path.relative_to(ROOT).with_suffix("").parts)
    ]
    assert offenders == []


def test_function_folder_holds_only_its_handler() -> None:
    for folder in function_folders():
        files = {path.name for path in folder.iterdir()} - {"__pycache__"}
        assert files == {"handler.py"}, folder.name
