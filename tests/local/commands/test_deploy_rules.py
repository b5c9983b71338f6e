"""What `deploy-rules` sends, and what it leaves behind of a set that is refused."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from rich.console import Console

from local.commands import deploy_rules as deploying_rules
from local.commands.demo_rules import RULES, as_changed
from local.commands.deploy_rules import as_submitted, campaign_of, deploy, deploy_rules
from local.options.options import Options
from local.requests.files import UnreadableRequest, read_request

REFUSED = {
    "errorType": "InvalidRequest",
    "errorMessage": json.dumps({"errors": [{"path": "rules.0.name", "message": "is required"}]}),
}


class Aws:
    """An application whose functions refuse everything."""

    def __init__(self) -> None:
        self.stack = SimpleNamespace(functions={"submit_campaign_rules": "function"})
        self.session = SimpleNamespace(client=lambda _: self)

    def invoke(self, *, FunctionName: str, Payload: str) -> Any:  # noqa: N803 - boto3's
        assert FunctionName == "function"
        json.loads(Payload)
        answer = io.BytesIO(json.dumps(REFUSED).encode())
        return {"Payload": answer, "FunctionError": "Unhandled"}


@pytest.mark.parametrize(
    ("document", "campaign"), [({"campaignId": "campaign-1"}, "campaign-1"), ({}, None), ([], None)]
)
def test_a_refused_set_leaves_its_errors_and_a_result(
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


def test_a_set_is_sent_in_the_name_of_who_runs_the_command() -> None:
    with patch("getpass.getuser", return_value="jane"):
        assert as_submitted({"rules": []}, dry_run=False) == {"requestedBy": "jane", "rules": []}
        own = {"requestedBy": "joe", "dryRun": False}
        assert as_submitted(own, dry_run=True) == {"requestedBy": "joe", "dryRun": True}
        assert as_submitted([1], dry_run=True) == [1]


def test_an_account_without_a_name_is_nobody() -> None:
    with patch("getpass.getuser", side_effect=OSError):
        assert as_submitted({}, dry_run=True) == {"dryRun": True}


def test_the_campaign_is_known_where_the_set_says_it() -> None:
    assert campaign_of({"campaignId": "c"}) == "c"
    others: list[Any] = [{"campaignId": 5}, {}, [], None]
    assert [campaign_of(each) for each in others] == [None] * 4


def test_a_wrong_set_is_rejected_before_anything_is_started_and_nothing_earlier_is_left(
    tmp_path: Path,
) -> None:
    (tmp_path / "result.json").write_text('{"outcome": "deployed"}')
    file = tmp_path / "rules.json"
    file.write_text('{"campaignId": "c", "rules": [{"priority": NaN}]}')
    with patch.object(deploying_rules, "started") as started:
        code = deploy_rules(file, Options(out=tmp_path), Console(), Console(), dry_run=False)
    assert (code, started.called) == (1, False)
    result = json.loads((tmp_path / "result.json").read_text())
    assert result == {"campaignId": "c", "outcome": "rejected", "rules": []}


def test_a_set_for_the_live_platform_is_held_against_it_before_anything_is_started(
    tmp_path: Path,
) -> None:
    options = Options(out=tmp_path, parameters={"GenesysPlatform": "live"})
    said = io.StringIO()
    with patch.object(deploying_rules, "started") as started:
        code = deploy_rules(RULES, options, Console(), Console(file=said), dry_run=False)
    assert (code, started.called) == (1, False)
    assert "rules.0.actions.0.type: the live platform sets no list" in said.getvalue()


def test_a_set_of_an_organisation_is_deployed_to_the_applications_own_and_that_is_said(
    tmp_path: Path,
) -> None:
    file, said = tmp_path / "rules.json", io.StringIO()
    sample = read_request(RULES)
    file.write_text(json.dumps(sample | {"organisation": "emea"}))
    with (
        patch.object(deploying_rules, "started"),
        patch.object(deploying_rules, "deploy", return_value="deployed") as deployed,
    ):
        options = Options(out=tmp_path)
        assert deploy_rules(file, options, Console(file=said), Console(), dry_run=True) == 0
    (_, sent, *_), _ = deployed.call_args
    assert sent.keys() == sample.keys() | {"requestedBy", "dryRun"}
    assert "No organisation emea is known here" in said.getvalue()


def test_a_file_that_cannot_be_read_leaves_no_result_of_an_earlier_time(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text('{"outcome": "deployed"}')
    with pytest.raises(UnreadableRequest):
        deploy_rules(
            tmp_path / "none.json", Options(out=tmp_path), Console(), Console(), dry_run=False
        )
    assert not (tmp_path / "result.json").exists()


def test_the_demo_changes_two_thirds_of_the_sample_and_adds_to_it() -> None:
    sample = read_request(RULES)
    changed = as_changed(sample)
    orders = [each["executionOrder"] for each in changed["rules"]]
    assert orders == [2, 1, 3, 4]
    assert sample == read_request(RULES)
