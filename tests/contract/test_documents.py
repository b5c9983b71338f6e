"""The documents name every parameter, field and value, and only outputs that exist."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import pytest
from genesys_purge.methods import METHODS
from genesys_purge.methods.gdpr_request.method import RequestType, SubjectRequest
from genesys_purge.methods.gdpr_request.subjects import SearchType, Subject
from genesys_purge.methods.recording_job.request import (
    Action,
    Direction,
    MediaType,
    RecordingJobRequest,
)
from genesys_purge.model.request import Classification, PurgeRequest
from genesys_purge.model.retention import RetentionMatrix, RetentionRule, default_matrix
from genesys_purge.model.wire import Wire

from tests import builders, template

README = template.ROOT / "README.md"
GENESYS = template.ROOT / "docs" / "genesys.md"
DOCUMENTS = [README, *(template.ROOT / "docs").glob("*.md")]
OPERATIONS = template.ROOT / "docs" / "operations.md"
WORD = re.compile(r"`\"?(\w+)\"?`")


def rows_below(document: Path, heading: str, header: str) -> str:
    """The table with this header, the first one below the heading."""
    _, found, text = document.read_text().partition(f"\n{heading}\n")
    assert found, heading
    _, found, text = text.partition(f"\n{header}")
    assert found, header
    return text.partition("\n\n")[0]


def named_in(table: str) -> set[str]:
    return set(WORD.findall(table))


def first_cells(table: str) -> set[str]:
    return named_in("\n".join(row.partition("|")[2].partition("|")[0] for row in table.split("\n")))


def fields(model: type[Wire], *without: type[Wire]) -> set[str]:
    """The fields of a model as requests write them, without those of other models."""
    names = set(model.model_fields).difference(*(other.model_fields for other in without))
    return {str(model.model_fields[name].alias) for name in names}


def test_readme_table_names_every_parameter_of_the_template() -> None:
    table = rows_below(README, "## Deploying", "| parameter |")
    assert set(template.template()["Parameters"]) - first_cells(table) <= {
        # The first row names them beside what they override.
        "GenesysApiUrl",
        "GenesysLoginUrl",
    }
    assert {"GenesysApiUrl", "GenesysLoginUrl"} <= named_in(table)


def test_stack_outputs_named_in_documents_exist() -> None:
    outputs = set(template.template()["Outputs"])
    unknown = {
        document.name: set(re.findall(r"<([A-Z][A-Za-z]+)>", document.read_text())) - outputs
        for document in DOCUMENTS
    }
    assert {document: each for document, each in unknown.items() if each} == {}


@pytest.mark.parametrize(
    ("method", "names", "values"),
    [
        (
            "recording_job",
            fields(RecordingJobRequest, PurgeRequest),
            (Action, Direction, MediaType, Classification),
        ),
        (
            "gdpr_request",
            {"requestId"} | fields(SubjectRequest, PurgeRequest) | fields(Subject),
            (RequestType, SearchType),
        ),
    ],
)
def test_guide_names_every_field_and_value_of_a_live_method(
    method: str, names: set[str], values: Iterable[type[StrEnum]]
) -> None:
    table = rows_below(GENESYS, f"### `{method}`", "| field |")
    told = named_in(table)
    assert names <= told | {"method"}
    for each in values:
        assert {str(value) for value in each} <= told
    row = next(
        line for line in README.read_text().split("\n") if line.startswith(f"| `{method}` | `")
    )
    assert "docs/genesys.md" in row


def kept(*rules: RetentionRule, **request: object) -> int:
    """The days for which the shipped matrix and these rules keep the records of a recording job."""
    method = METHODS["recording_job"]
    asked = method.request_model.parse(builders.recording_job(**request))
    matrix = RetentionMatrix(rules=(*default_matrix().rules, *rules))
    policy = matrix.policy(method.kind(asked))
    assert policy is not None
    return policy.minimum_days


def rule(**match: str) -> RetentionRule:
    document = {"name": "n", "match": match, "minimumDays": 700, "basis": "b"}
    return RetentionRule.model_validate(document)


def test_retention_of_recordings_is_as_the_operations_guide_says() -> None:
    section = OPERATIONS.read_text().partition("## Changing the retention matrix")[2]
    shown = RetentionRule.model_validate_json(section.split("```json\n")[1].partition("```")[0])
    assert (kept(), kept(shown)) == (30, 365)
    assert kept(rule(jurisdiction="eu-west-1")) == kept(rule(recordType="message")) == 700
    assert kept(rule(method="data_deletion", jurisdiction="eu-west-1")) == 30
    assert (
        kept(rule(classification="pii"))
        == kept(rule(classification="pii"), classification="internal")
        == 30
    )
    assert kept(rule(classification="pii"), classification="pii") == 700
    assert kept(rule(interactionType="email")) == 700
    assert kept(rule(interactionType="email"), mediaTypes=["voice"]) == 30
