"""The documents name what exists: parameters, outputs, fields, routes and folders."""

from __future__ import annotations

import fnmatch
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from genesys_purge.methods import METHODS
from genesys_purge.methods.documented.interaction_purge import InteractionType, PurgeType
from genesys_purge.methods.gdpr_request.request import RequestType
from genesys_purge.methods.gdpr_request.subject import SearchType, Subject
from genesys_purge.methods.recording_job.request import Action, Direction, MediaType
from genesys_purge.model import audit
from genesys_purge.model.certainty import CheckMode
from genesys_purge.model.classification import Classification
from genesys_purge.model.record_types import DOCUMENTED_TYPES
from genesys_purge.model.request import PurgeRequest
from genesys_purge.model.retention import RetentionMatrix, RetentionRule, default_matrix
from genesys_purge.model.run import Outcome
from genesys_purge.model.wire import Wire

from tests import builders, template
from tests.contract.documents import (
    DOCS,
    DOCUMENTS,
    README,
    named,
    relative,
    section,
    table,
    words_in,
)
from tests.contract.source import PACKAGE

REQUESTS, DEPLOYING, OPERATIONS, API, STARTED, ARCHITECTURE = (
    DOCS / f"{name}.md"
    for name in ("requests", "deploying", "operations", "api", "getting-started", "architecture")
)
# The values that a request of each method may hold; a new method needs a row.
VALUES: Mapping[str, Sequence[Iterable[str]]] = {
    "data_deletion": (DOCUMENTED_TYPES,),
    "interaction_purge": (InteractionType, PurgeType),
    "conversation_archive": (),
    "recording_job": (Action, CheckMode, Direction, MediaType),
    "gdpr_request": (RequestType, SearchType),
}


def fields(model: type[Wire], *without: type[Wire]) -> set[str]:
    """The fields of a model as requests write them, without those of other models."""
    names = set(model.model_fields).difference(*(other.model_fields for other in without))
    return {str(model.model_fields[name].alias) for name in names}


def test_deploying_guide_lists_every_parameter_with_its_default() -> None:
    shown = {
        name: row[1].strip("`")
        for row in table(DEPLOYING, "## Parameters", "| parameter |")
        for name in words_in(row[0])
    }
    parameters = template.template()["Parameters"]
    assert shown == {name: str(each["Default"]) or "empty" for name, each in parameters.items()}


def test_deploying_guide_lists_every_output() -> None:
    assert named(DEPLOYING, "## Outputs", "| output |") == set(template.template()["Outputs"])


def test_names_in_angle_brackets_are_outputs() -> None:
    outputs = set(template.template()["Outputs"])
    unknown = {
        relative(document): set(re.findall(r"<([A-Z][A-Za-z]+)>", document.read_text())) - outputs
        for document in DOCUMENTS
    }
    assert {document: names for document, names in unknown.items() if names} == {}


def test_requests_page_lists_the_common_fields() -> None:
    assert named(REQUESTS, "## Common fields", "| field |") == fields(PurgeRequest)


@pytest.mark.parametrize("method", METHODS)
def test_requests_page_lists_the_fields_of_a_method(method: str) -> None:
    own = fields(METHODS[method].request_model, PurgeRequest)
    assert named(REQUESTS, f"### `{method}`", "| field |") - {"requestId"} == own


@pytest.mark.parametrize("method", METHODS)
def test_requests_page_lists_the_values_of_a_methods_fields(method: str) -> None:
    listed = words_in(section(REQUESTS, f"### `{method}`"))
    values = {str(value) for each in VALUES[method] for value in each}
    assert values | (fields(Subject) if method == "gdpr_request" else set()) <= listed


def test_requests_page_lists_the_classifications() -> None:
    assert {str(each) for each in Classification} <= words_in(
        section(REQUESTS, "## Classification")
    )


def test_requests_page_lists_the_retention_of_the_shipped_matrix() -> None:
    rows = table(REQUESTS, "## Classification", "| records |")
    days = sorted(int(row[1].replace(",", "")) for row in rows)
    assert days == sorted(each.minimum_days for each in default_matrix().rules)


def test_requests_page_lists_every_outcome() -> None:
    assert named(REQUESTS, "## Outcomes", "| outcome |") == {str(each) for each in Outcome}


def examples() -> Iterator[dict[str, object]]:
    """Every JSON example of a purge request."""
    for document in DOCUMENTS:
        for block in re.findall(r"```json\n(.*?)```", document.read_text(), re.DOTALL):
            if re.match(r'\{\s*"method"', block):
                yield json.loads(block)


def test_examples_of_requests_can_be_parsed() -> None:
    for example in examples():
        assert METHODS[str(example["method"])].request_model.parse(example), example


def test_readme_lists_every_method() -> None:
    assert named(README, "## What it deletes", "| method |") == set(METHODS)


def test_api_page_lists_every_route() -> None:
    listed = {row[0].strip("`") for row in table(API, "## Routes", "| route |")}
    assert listed == set(template.routes())


def test_api_page_lists_every_field_of_an_audit_record() -> None:
    assert named(API, "## Audit records", "| field |") == fields(audit.AuditRecord)


def test_api_page_lists_every_action_of_the_audit() -> None:
    assert named(API, "## Audit records", "| action |") == {str(each) for each in audit.Action}


def test_operations_guide_lists_every_alarm() -> None:
    alarms = set(template.resources("AWS::CloudWatch::Alarm"))
    assert named(OPERATIONS, "## Alarms", "| alarm |") == alarms


def test_getting_started_lists_every_make_target() -> None:
    makefile = (template.ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE))
    rows = table(STARTED, "## Make targets", "| target |")
    assert {row[0].strip("`").removeprefix("make ") for row in rows} == targets


def folders() -> set[str]:
    """Every folder with a file that belongs to the repository."""
    ignored = (template.ROOT / ".gitignore").read_text().split()
    patterns = [".git", *(pattern.strip("/") for pattern in ignored)]
    found: set[str] = set()
    for root, names, files in os.walk(template.ROOT):
        names[:] = [name for name in names if not is_any(name, patterns)]
        if any(not is_any(file, patterns) for file in files):
            parts = Path(root).relative_to(template.ROOT).parts
            found |= {"/".join(parts[: depth + 1]) for depth in range(len(parts))}
    return found


def is_any(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def mapped() -> set[str]:
    """Every folder in the tree of the architecture; each has a purpose."""
    found, path = set(), list[str]()
    for line in section(ARCHITECTURE, "## Folders").split("```")[1].strip("\n").split("\n"):
        row = re.fullmatch(r"( *)(\S+)/ +\S.*", line)
        assert row, f"no folder with a purpose: {line}"
        path[len(row[1]) // 2 :] = [row[2]]
        found.add("/".join(path))
    return found


def test_architecture_page_maps_every_folder() -> None:
    assert sorted(folders() - mapped()) == []


def test_architecture_page_maps_only_existing_folders() -> None:
    assert sorted(mapped() - folders()) == []


def test_architecture_page_lists_the_dependencies_of_every_part() -> None:
    parts = {path.stem for path in PACKAGE.iterdir() if not path.name.startswith("_")} - {"py"}
    assert sorted(parts - named(ARCHITECTURE, "## Dependencies", "| part |")) == []


def kept(*rules: RetentionRule, **request: object) -> int:
    """The minimum days of a recording job under the shipped matrix and these rules."""
    method = METHODS["recording_job"]
    asked = method.request_model.parse(builders.recording_job(**request))
    matrix = RetentionMatrix(rules=(*default_matrix().rules, *rules))
    policy = matrix.policy(method.kind(asked))
    assert policy is not None
    return policy.minimum_days


def rule(**match: str) -> RetentionRule:
    document = {"name": "n", "match": match, "minimumDays": 700, "basis": "b"}
    return RetentionRule.model_validate(document)


def test_recordings_are_retained_as_the_operations_guide_says() -> None:
    text = section(OPERATIONS, "## Changing the retention matrix")
    shown = RetentionRule.model_validate_json(text.split("```json\n")[1].partition("```")[0])
    assert (kept(), kept(shown)) == (365, 730)
    assert kept(rule(jurisdiction="eu-west-1")) == kept(rule(recordType="message")) == 700
    assert kept(rule(method="data_deletion", jurisdiction="eu-west-1")) == 365
    assert kept(rule(classification="pii"), classification="internal") == 365
    assert kept(rule(classification="pii"), classification=None) == 2_555
    assert kept(rule(classification="pii"), classification="pii") == 700
    assert kept(rule(interactionType="email")) == 700
    assert kept(rule(interactionType="email"), mediaTypes=["voice"]) == 365
