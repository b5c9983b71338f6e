"""The command `deploy-rules`, and the rule sets that it refuses."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from rich.console import Console

from cli.documents.files import UnreadableFile, read_request
from cli.local_commands import deploy_rules as command
from cli.local_commands.demo_rules import RULES, as_changed
from cli.local_commands.deploy_rules import as_submitted, campaign_of, deploy, deploy_rules
from local.options.options import Options

REFUSED = {
    "errorType": "InvalidRequest",
    "errorMessage": json.dumps({"errors": [{"path": "rules.0.name", "message": "is required"}]}),
}


class Aws:
    """An application whose functions refuse every request."""

    def __init__(self) -> None:
        self.stack = SimpleNamespace(functions={"submit_campaign_rules": "function"})
        self.session = SimpleNamespace(client=lambda _: self)

    def invoke(self, *, FunctionName: str, Payload: str) -> Any:
        assert FunctionName == "function"
        json.loads(Payload)
        answer = io.BytesIO(json.dumps(REFUSED).encode())
        return {"Payload": answer, "FunctionError": "Unhandled"}


@pytest.mark.parametrize(
    ("document", "campaign"), [({"campaignId": "campaign-1"}, "campaign-1"), ({}, None), ([], None)]
)
def test_refused_set_prints_its_errors_and_writes_a_result(
    tmp_path: Path, document: Any, campaign: str | None
) -> None:
    errors = io.StringIO()
    aws: Any = Aws()
    outcome = deploy(aws, document, tmp_path, Console(file=io.StringIO()), Console(file=errors))
    assert (outcome, errors.getvalue()) == ("rejected", "rules.0.name: is required\n")
    assert json.loads((tmp_path / "result.json").read_text()) == {
        "campaignId": campaign,
        "outcome": "rejected",
        "rules": [],
    }


def test_document_names_the_current_user_by_default() -> None:
    with patch("getpass.getuser", return_value="jane"):
        assert as_submitted({"rules": []}, dry_run=False) == {"requestedBy": "jane", "rules": []}
        given = {"requestedBy": "joe", "dryRun": False}
        assert as_submitted(given, dry_run=True) == {"requestedBy": "joe", "dryRun": True}
        assert as_submitted([1], dry_run=True) == [1]


def test_account_without_a_name_sets_no_requester() -> None:
    with patch("getpass.getuser", side_effect=OSError):
        assert as_submitted({}, dry_run=True) == {"dryRun": True}


def test_campaign_of_reads_only_a_text_id() -> None:
    assert campaign_of({"campaignId": "c"}) == "c"
    others: list[Any] = [{"campaignId": 5}, {}, [], None]
    assert [campaign_of(each) for each in others] == [None] * 4


def test_wrong_set_is_rejected_before_the_application_starts(
    tmp_path: Path,
) -> None:
    (tmp_path / "result.json").write_text('{"outcome": "deployed"}')
    file = tmp_path / "rules.json"
    file.write_text('{"campaignId": "c", "rules": [{"priority": 0.5}]}')
    with patch.object(command, "started") as started:
        code = deploy_rules(file, Options(out=tmp_path), Console(), Console(), dry_run=False)
    assert (code, started.called) == (2, False)
    result = json.loads((tmp_path / "result.json").read_text())
    assert result == {"campaignId": "c", "outcome": "rejected", "rules": []}


def test_set_is_checked_for_its_platform_before_the_start(
    tmp_path: Path,
) -> None:
    options = Options(out=tmp_path, parameters={"GenesysPlatform": "live"})
    printed = io.StringIO()
    with patch.object(command, "started") as started:
        code = deploy_rules(RULES, options, Console(), Console(file=printed), dry_run=False)
    assert (code, started.called) == (2, False)
    assert "rules.0.actions.0.type: the live platform has no setList" in printed.getvalue()


def test_set_of_another_organisation_uses_the_default_one(
    tmp_path: Path,
) -> None:
    file, printed = tmp_path / "rules.json", io.StringIO()
    sample = read_request(RULES)
    changes = {"organisation": "emea", "campaignId": "winter"}
    file.write_text(json.dumps(sample | changes))
    with (
        patch.object(command, "started"),
        patch.object(command, "deploy", return_value="deployed") as deployed,
    ):
        options = Options(out=tmp_path)
        assert deploy_rules(file, options, Console(file=printed), Console(), dry_run=True) == 0
    (_, sent, *_), _ = deployed.call_args
    assert sent.keys() == sample.keys() | {"requestedBy", "dryRun"}
    assert "No organisation emea is known here" in printed.getvalue()
    assert "The simulated Genesys gets the campaign winter" in printed.getvalue()


def test_unreadable_file_removes_an_earlier_result(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text('{"outcome": "deployed"}')
    with pytest.raises(UnreadableFile):
        deploy_rules(
            tmp_path / "none.json", Options(out=tmp_path), Console(), Console(), dry_run=False
        )
    assert not (tmp_path / "result.json").exists()


def test_demo_swaps_two_rules_and_adds_one() -> None:
    sample = read_request(RULES)
    changed = as_changed(sample)
    orders = [each["executionOrder"] for each in changed["rules"]]
    assert orders == [2, 1, 3, 4]
    assert sample == read_request(RULES)
