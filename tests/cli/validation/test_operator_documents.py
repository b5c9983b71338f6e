"""The check of operators' documents, and the documents that the guides show."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from genesys_purge.model.retention import default_matrix

from cli.command_line import run_command
from tests.template import ROOT

SECRETS = ["whsec_" + "c2VjcmV0" * 4, "whsec_" + "bmV3b25l" * 4]
SHIPPED = ROOT / "layers/genesys_purge/genesys_purge/model/retention_matrix.json"


def documented(page: str, field: str) -> dict[str, Any]:
    """The document of a guide that begins with this field."""
    text = (ROOT / "docs" / page).read_text()
    blocks = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    found = [json.loads(each) for each in blocks if re.match(rf'\{{\s*"{field}"', each)]
    assert len(found) == 1
    document: dict[str, Any] = found[0]
    return document


HOLD = documented("operations.md", "holdId")
ORGANISATIONS = documented("operations.md", "organisations")
SUBSCRIBERS = documented("webhooks.md", "subscribers")


def checked(tmp_path: Path, kind: str, document: object) -> int:
    file = tmp_path / "document.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return run_command(["validate", f"--{kind}", str(file)])


def test_placeholders_of_the_shown_hold_are_refused_by_position(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(tmp_path, "hold", HOLD) == 2
    lines = capsys.readouterr().out.splitlines()
    assert [each.split(": ")[0] for each in lines] == ["conversationIds.0", "conversationIds.1"]
    assert "must be a conversation id" in lines[0]


def test_shown_hold_is_valid_with_ids_as_an_item_and_as_plain_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = ["5b0f0b5e-1c1e-4c7a-9a57-0a3cf7a2d9b1"]
    assert checked(tmp_path, "hold", HOLD | {"conversationIds": {"SS": ids}}) == 0
    read = json.loads(capsys.readouterr().out)
    assert (read["holdId"], read["conversationIds"]) == ("case-17", ids)
    assert checked(tmp_path, "hold", read) == 0
    assert json.loads(capsys.readouterr().out) == read


def test_shown_organisations_and_the_shipped_matrix_are_valid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(tmp_path, "organisations", ORGANISATIONS) == 0
    assert json.loads(capsys.readouterr().out) == ORGANISATIONS
    assert run_command(["validate", "--matrix", str(SHIPPED)]) == 0
    assert json.loads(capsys.readouterr().out) == default_matrix().to_json()


def test_shown_subscriber_needs_a_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(tmp_path, "subscribers", SUBSCRIBERS) == 2
    assert capsys.readouterr().out.startswith("subscribers.0.secret: must be whsec_")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"secret": SECRETS[0]}, {"secret": "(hidden)"}),
        ({"secrets": SECRETS}, {"secrets": ["(hidden)", "(hidden)"]}),
    ],
)
def test_no_secret_of_a_subscriber_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: Any, shown: Any
) -> None:
    [subscriber] = SUBSCRIBERS["subscribers"]
    others = {name: value for name, value in subscriber.items() if name != "secret"}
    assert checked(tmp_path, "subscribers", {"subscribers": [others | given]}) == 0
    out = capsys.readouterr().out
    assert not any(secret in out for secret in SECRETS)
    assert json.loads(out) == {"subscribers": [others | shown]}


def test_override_callers_are_a_list_and_wrong_ones_are_named_by_position(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    callers = ["arn:aws:iam::123456789012:user/dpo", "schedule:nightly"]
    assert checked(tmp_path, "override-callers", callers) == 0
    assert json.loads(capsys.readouterr().out) == callers
    assert checked(tmp_path, "override-callers", ["invoke", 1, ""]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert [each.partition(":")[0] for each in lines] == ["1", "2"]
    assert checked(tmp_path, "override-callers", {"callers": callers}) == 2
    assert capsys.readouterr().out == "the document: must be a list of callers\n"
    assert checked(tmp_path, "override-callers", ["invoke"] * 101) == 2
    assert capsys.readouterr().out.startswith("the document: ")


@pytest.mark.parametrize(
    ("kind", "document", "problem"),
    [
        ("hold", [], "the document: must be an object"),
        ("hold", {"holdId": {"S": "h1"}, "scope": {"S": "all"}}, "scope: is not a field"),
        ("matrix", {}, "rules: is required"),
        (
            "organisations",
            {"organisations": {"emea": {}}},
            "organisations.emea.region: is required",
        ),
    ],
)
def test_wrong_document_is_refused_with_its_fields(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    document: object,
    problem: str,
) -> None:
    assert checked(tmp_path, kind, document) == 2
    assert problem in capsys.readouterr().out


def test_key_given_twice_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(tmp_path, "hold", '{"holdId": "a", "holdId": "b"}') == 2
    assert "holdId" in capsys.readouterr().err
