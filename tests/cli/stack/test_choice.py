"""How a command finds its stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cli.errors import WrongInput
from cli.stack import choice as choices
from cli.stack.choice import MACHINE, Choice, find

API = "https://abc123.execute-api.eu-west-1.amazonaws.com"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a local application."""
    monkeypatch.setattr(choices, "LOCAL_FILE", tmp_path / ".local" / "stack.json")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    return tmp_path


def create_stack(outputs: dict[str, Any]) -> None:
    template = {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}, "Outputs": outputs}
    cloudformation = boto3.client("cloudformation", region_name="eu-west-1")
    cloudformation.create_stack(StackName="purge-prod", TemplateBody=json.dumps(template))


@mock_aws
def test_stack_in_aws_is_found_by_its_name_and_outputs() -> None:
    machine = {MACHINE: {"Value": "arn"}}
    create_stack({"ApiUrl": {"Value": API}, "HoldsTableName": {"Value": "holds"}} | machine)
    stack = find(Choice(stack="purge-prod", region="eu-west-1"))
    assert (stack.api_url, stack.region, stack.name) == (API, "eu-west-1", "purge-prod")
    assert stack.output("HoldsTableName") == "holds"
    assert not stack.is_local


@mock_aws
def test_unknown_stack_is_wrong_input() -> None:
    with pytest.raises(WrongInput, match="--stack: eu-west-1 has no stack purge-test"):
        find(Choice(stack="purge-test", region="eu-west-1"))


@mock_aws
def test_stack_of_another_application_is_wrong_input() -> None:
    create_stack({"ApiUrl": {"Value": "https://shop.example.com"}})
    with pytest.raises(WrongInput, match="is not a stack of Genesys Purge"):
        find(Choice(stack="purge-prod", region="eu-west-1"))


def test_region_is_read_from_the_url_of_the_api() -> None:
    assert find(Choice(api_url=f"{API}/")).region == "eu-west-1"
    assert find(Choice(api_url=API, region="eu-north-1")).region == "eu-north-1"


def test_stack_of_a_url_alone_has_no_outputs() -> None:
    with pytest.raises(WrongInput, match="use --stack NAME instead of --api-url"):
        find(Choice(api_url=API)).output("HoldsTableName")


@pytest.mark.parametrize("url", ["http://example.com", "http://127.0.0.1.example.com"])
def test_signed_calls_leave_the_machine_only_over_https(url: str) -> None:
    with pytest.raises(WrongInput, match="must begin with https://"):
        find(Choice(api_url=url, region="eu-west-1"))


def test_url_without_a_region_needs_one() -> None:
    with pytest.raises(WrongInput, match="--region: is missing"):
        find(Choice(api_url="https://purge.example.com"))
    with pytest.raises(WrongInput, match="--region: is missing"):
        find(Choice(stack="purge-prod"))


@pytest.mark.parametrize(
    "choice",
    [Choice(stack="a", api_url=API), Choice(api_url=API, local=True), Choice("a", local=True)],
)
def test_two_stacks_are_wrong_input(choice: Choice) -> None:
    with pytest.raises(WrongInput, match="give only one of"):
        find(choice)


def test_without_a_choice_the_error_lists_the_ways() -> None:
    with pytest.raises(WrongInput, match="say which stack: --stack NAME for one in AWS"):
        find(Choice())


def test_local_application_that_is_not_up_is_wrong_input() -> None:
    with pytest.raises(WrongInput, match="start the application with `genesys-purge local up`"):
        find(Choice(local=True))


def running(folder: Path, **changes: Any) -> None:
    """Write the file of a running application."""
    file = folder / ".local" / "stack.json"
    file.parent.mkdir()
    keys = {"accessKeyId": "a", "secretAccessKey": "b", "region": "us-east-1"}
    here = {"apiUrl": "http://127.0.0.1:1", "awsEndpoint": "http://127.0.0.1:2"}
    names = {"stackName": "genesys-purge", "outputs": {}, "functions": {}}
    file.write_text(json.dumps(keys | here | names | changes))


def test_local_application_is_the_default_while_it_is_up(elsewhere: Path) -> None:
    running(elsewhere)
    stack = find(Choice())
    assert (stack.api_url, stack.is_local) == ("http://127.0.0.1:1", True)


def test_calls_to_a_local_application_are_signed_as_the_chosen_person(elsewhere: Path) -> None:
    people = {"approver": {"accessKeyId": "c", "secretAccessKey": "d"}}
    running(elsewhere, people=people)
    used = [find(Choice(as_person=each)).session.get_credentials() for each in (None, "approver")]
    assert [each and each.access_key for each in used] == ["a", "c"]
    assert [each and each.secret_key for each in used] == ["b", "d"]


def test_unknown_person_is_wrong_input(elsewhere: Path) -> None:
    running(elsewhere, people={"approver": {}, "auditor": {}})
    with pytest.raises(WrongInput, match="--as: 'boss' is not one of approver, auditor"):
        find(Choice(as_person="boss"))


@pytest.mark.parametrize("other", [{"stack": "purge-prod"}, {"api_url": API}])
def test_only_the_local_application_has_its_own_people(other: dict[str, Any]) -> None:
    with pytest.raises(WrongInput, match="--as: only the local application has its own people"):
        find(Choice(as_person="approver", **other))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"region": 1}'])
def test_damaged_stack_file_is_wrong_input(elsewhere: Path, content: str) -> None:
    file = elsewhere / "stack.json"
    file.write_text(content)
    with pytest.raises(WrongInput, match="is not the file of a running application"):
        find(Choice(stack_file=file))


@pytest.mark.parametrize(
    "url", ["https://u:p@host", "https://h?x=1", "https://[::1", "https://h:99999"]
)
def test_url_is_a_host_and_a_path_alone(url: str) -> None:
    with pytest.raises(WrongInput, match="--api-url: ") as refused:
        find(Choice(api_url=url, region="eu-west-1"))
    assert "u:p" not in str(refused.value)


@pytest.mark.parametrize("other", [{"profile": "prod"}, {"region": "eu-west-1"}])
def test_profile_or_region_never_chooses_the_local_application(
    elsewhere: Path, other: dict[str, Any]
) -> None:
    running(elsewhere)
    with pytest.raises(WrongInput, match="belong to a stack in AWS: add --stack NAME"):
        find(Choice(**other))


@pytest.mark.parametrize("name", ["apiUrl", "awsEndpoint"])
def test_file_of_a_local_application_names_only_this_machine(elsewhere: Path, name: str) -> None:
    running(elsewhere, **{name: "http://192.0.2.1"})
    with pytest.raises(WrongInput, match="is not the file of a running application"):
        find(Choice())


@mock_aws
def test_variable_chooses_a_stack_unless_an_option_does(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running(elsewhere)
    create_stack({"ApiUrl": {"Value": API}, MACHINE: {"Value": "arn"}})
    monkeypatch.setenv("GENESYS_PURGE_STACK", "purge-prod")
    assert find(Choice(region="eu-west-1")).name == "purge-prod"
    assert find(Choice(local=True)).is_local


@mock_aws
def test_name_of_a_stack_is_that_of_aws_if_it_is_given_by_arn() -> None:
    create_stack({"ApiUrl": {"Value": API}, MACHINE: {"Value": "arn"}})
    cloudformation = boto3.client("cloudformation", region_name="eu-west-1")
    [found] = cloudformation.describe_stacks(StackName="purge-prod")["Stacks"]
    assert find(Choice(stack=found["StackId"], region="eu-west-1")).name == "purge-prod"


def test_region_that_cannot_exist_is_wrong_input() -> None:
    with pytest.raises(WrongInput, match="--region: 'nowhere' is not a region"):
        find(Choice(api_url=API, region="nowhere"))


def test_unknown_profile_is_wrong_input() -> None:
    with pytest.raises(WrongInput, match="aws configure list-profiles"):
        find(Choice(profile="no-such-profile", api_url=API))


def test_options_of_a_choice_are_repeated_in_hints() -> None:
    choice = Choice(stack="purge-prod", profile="records", region="eu-west-1")
    assert choice.words == "--stack purge-prod --profile records --region eu-west-1"
    assert Choice(local=True).words == "--local"
