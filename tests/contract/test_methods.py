"""Every registered method is complete: sample, documents, builder, tests, rights, simulator."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import get_args

import httpx
from genesys_purge.methods import METHODS
from genesys_purge.methods.method import policy_in_force
from genesys_purge.model.platform import DOCUMENTED, LIVE
from genesys_purge.model.request import PurgeRequest
from genesys_purge.model.request_facts import RequestFacts
from genesys_purge.model.retention import SUBJECT_METHOD, default_matrix
from genesys_purge.model.units import Unit
from genesys_purge.operation import Operation

from simulator.organisation.corpus import Corpus
from simulator.organisation.words import Method as SimulatedMethod
from simulator.simulator import Simulator
from tests.builders import request_of
from tests.contract.documents import DOCS, section, words_in
from tests.contract.source import layer_files, name_of
from tests.contract.test_operations import operations
from tests.template import ROOT
from tests.unit.workbench import Workbench

TESTS = ROOT / "tests"
PACKAGE = "genesys_purge.methods."
# The sections that compare the methods.
SECTIONS = {
    DOCS / "requests.md": "## Common fields",
    DOCS / "operations.md": "## Placing and releasing a legal hold",
}


def module_of(method: str) -> str:
    """The module of the method's class, below `methods`."""
    return type(METHODS[method]).__module__.removeprefix(PACKAGE)


def operations_of(method: str) -> Mapping[str, Operation]:
    """The operations in the method's module or in its own folder."""
    home = f"methods.{module_of(method).removesuffix('.method')}."
    return {name: each for name, each in operations().items() if name.startswith(home)}


def file_of_tests(method: str) -> Path:
    *folders, module = module_of(method).split(".")
    return Path(*folders, f"test_{module}.py")


def own_fields(method: str) -> set[str]:
    """The fields that only this method's requests have, as requests write them."""
    model = METHODS[method].request_model
    return {str(model.model_fields[name].alias) for name in model.model_fields} - {
        str(each.alias) for each in PurgeRequest.model_fields.values()
    }


def is_recurring(method: str) -> bool:
    """Whether a schedule can send its requests; a required id belongs to a single request."""
    return not METHODS[method].request_model.model_fields["request_id"].is_required()


def test_every_class_of_a_method_is_registered() -> None:
    modules = [import_module(name_of(path)) for path in layer_files()]
    written = {
        each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, type) and hasattr(each, "request_model")
    }
    assert {each for each in written if each.__name__ != "Method"} == {
        type(method) for method in METHODS.values()
    }


def test_requests_name_their_method() -> None:
    named = {
        name: (method.name, *get_args(method.request_model.model_fields["method"].annotation))
        for name, method in METHODS.items()
    }
    assert named == {name: (name, name) for name in METHODS}


def test_every_method_has_a_sample_for_each_way_in() -> None:
    wanted = [f"invoke/{name}.json" for name in METHODS]
    wanted += [f"schedule/{name}.json" for name in METHODS if is_recurring(name)]
    assert [each for each in wanted if not (ROOT / "events" / each).exists()] == []


def test_every_method_has_a_builder_of_valid_requests() -> None:
    errors = {name: Workbench().errors(request_of(name)) for name in METHODS}
    assert {name: each for name, each in errors.items() if each} == {}


def test_every_method_has_tests_of_its_fields() -> None:
    folder = TESTS / "unit" / "purging"
    date_range = (folder / "test_date_range_fields.py").read_text()
    untested = [
        f"{name}: {field}"
        for name in METHODS
        for field in sorted(own_fields(name))
        if field not in (folder / f"test_{name}_fields.py").read_text() + date_range
    ]
    assert untested == []


def test_every_field_of_a_method_has_its_place_in_the_audit() -> None:
    """A field that is not decided is withheld, and this test names it."""
    placed = {*RequestFacts.model_fields, "date_range", "conversation_ids"}
    undecided = [
        f"{name}: {field}"
        for name, method in METHODS.items()
        for field in sorted(method.request_model.model_fields.keys() - PurgeRequest.model_fields)
        if [*placed, *chain(*method.request_model.audited)].count(field) != 1
    ]
    assert undecided == []


def test_every_method_has_tests_of_its_module() -> None:
    files = [TESTS / "unit" / "methods" / file_of_tests(name) for name in METHODS]
    assert [file for file in files if not file.exists()] == []


def test_every_method_is_run_by_a_workflow_test() -> None:
    text = "".join(file.read_text() for file in (TESTS / "workflows").glob("*.py"))
    assert [name for name in METHODS if f"{name}(" not in text] == []


def test_shipped_matrix_has_a_retention_for_every_method() -> None:
    matrix = default_matrix()
    uncovered = [
        name
        for name, method in METHODS.items()
        if not policy_in_force(method, method.request_model.parse(request_of(name)), matrix)
    ]
    assert uncovered == []


def test_shipped_matrix_names_only_registered_methods() -> None:
    named = {rule.match["method"] for rule in default_matrix().rules if "method" in rule.match}
    assert named <= set(METHODS)


def test_only_gdpr_methods_need_their_own_retention_rule() -> None:
    subjects = {name for name, method in METHODS.items() if method.unit is Unit.SUBJECTS}
    assert subjects == {SUBJECT_METHOD}


def test_documented_methods_name_their_alternative_in_each_deleting_call() -> None:
    alternatives = {
        name: {each.instead for each in operations_of(name).values() if each.instead}
        for name in METHODS
    }
    assert alternatives == {name: {each.instead} - {None} for name, each in METHODS.items()}


def test_only_documented_methods_name_an_alternative() -> None:
    dialects = {name: {each.dialect for each in operations_of(name).values()} for name in METHODS}
    assert dialects == {
        name: {DOCUMENTED if each.instead else LIVE} for name, each in METHODS.items()
    }


def test_genesys_page_names_the_rights_of_every_method() -> None:
    page = (DOCS / "genesys.md").read_text()
    rights = {
        name: [
            right
            for each in operations_of(name).values()
            for right in each.scopes + each.permissions
        ]
        for name in METHODS
    }
    assert [name for name in METHODS if not rights[name]] == []
    assert [
        f"{name}: {right}" for name in METHODS for right in rights[name] if f"`{right}`" not in page
    ] == []


def test_sections_that_compare_methods_name_every_method() -> None:
    missing = {
        page.name: set(METHODS) - words_in(section(page, heading))
        for page, heading in SECTIONS.items()
    }
    assert missing == {page.name: set() for page in SECTIONS}


def test_simulator_knows_the_registered_methods() -> None:
    assert {each.value for each in SimulatedMethod} == set(METHODS)


def test_simulator_has_every_path_of_every_method() -> None:
    calls = [each for name in METHODS for each in operations_of(name).values()]
    transport = Simulator(Corpus.of([])).transport()
    with httpx.Client(transport=transport, base_url="https://genesys.test") as client:
        # A call without a token answers 401 on every path that exists.
        unknown = [
            f"{each.verb} {each.path}"
            for each in calls
            if client.request(each.verb, re.sub("[{}]", "", each.path)).status_code != 401
        ]
    assert unknown == []
