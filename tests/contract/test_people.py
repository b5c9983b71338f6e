"""The policies for people: which routes of the API each allows."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from cli.stack.people import policies_for
from local.aws.people import POLICIES
from tests import template
from tests.contract.deployed import Statement, managed_policies, rights_of

API = "arn:aws:execute-api:us-east-1:123456789012:Api/$default/"
# Genesys calls it with a signature of its own.
OPEN = {"ANY /webhooks/genesys"}
ROUTES = sorted(set(template.routes()) - OPEN)
READS = ("Get", "List", "Query", "Scan", "BatchGet", "Describe")


def statements_of(policy: str) -> list[Statement]:
    return managed_policies()[policy]


def who_may(route: str) -> set[str]:
    """The people whose policy allows a route."""
    verb, _, path = route.partition(" ")
    arn = f"{API}{verb}{path}"
    return {
        person
        for person, policy in POLICIES.items()
        for right in statements_of(policy)
        if any(fnmatchcase(arn, each) for each in right.resources)
    }


@pytest.mark.parametrize("route", ROUTES)
def test_command_names_the_policies_that_allow_a_route(route: str) -> None:
    verb, _, path = route.partition(" ")
    named = set(policies_for(verb, path))
    allowed = {POLICIES[person] for person in who_may(route)}
    # Reading needs no right to change something.
    is_auditors = "AuditorAccess" in allowed
    assert named == ({"AuditorAccess"} if is_auditors else allowed)


def test_policies_for_people_allow_only_calls_of_this_api() -> None:
    for policy in POLICIES.values():
        for right in statements_of(policy):
            assert (right.effect, right.actions) == ("Allow", ("execute-api:Invoke",))
            assert [each for each in right.resources if not each.startswith(API)] == []


def test_each_right_of_people_is_for_a_route_that_exists() -> None:
    unused = [
        (policy, each)
        for policy in POLICIES.values()
        for right in statements_of(policy)
        for each in right.resources
        if not any(fnmatchcase(f"{API}{route.replace(' ', '', 1)}", each) for route in ROUTES)
    ]
    assert unused == []


@pytest.mark.parametrize("route", ROUTES)
def test_somebody_may_call_each_route(route: str) -> None:
    assert who_may(route) - {"auditor"}


@pytest.mark.parametrize("route", ROUTES)
def test_auditor_may_call_every_read_and_nothing_else(route: str) -> None:
    assert ("auditor" in who_may(route)) == route.startswith("GET ")


@pytest.mark.parametrize("route", [each for each in ROUTES if each.startswith("GET ")])
def test_function_of_a_read_has_no_right_to_change_anything(route: str) -> None:
    rights = [each for each in rights_of(template.routes()[route]) if each.effect == "Allow"]
    actions = {action.partition(":")[2] for each in rights for action in each.actions}
    assert {each for each in actions if not each.startswith(READS)} == set()


@pytest.mark.parametrize(
    ("route", "people"),
    [
        ("POST /purges", {"requester"}),
        ("POST /purges/r-1/cancel", {"requester", "operator"}),
        ("POST /approvals/a-1/decisions", {"approver"}),
        ("POST /approvals/a-1/withdraw", {"requester", "approver", "holds", "operator"}),
        ("POST /holds", {"holds"}),
        ("POST /holds/case-17/release-requests", {"holds"}),
        ("POST /stop", {"operator"}),
        ("POST /resume", {"operator"}),
        ("PUT /settings/approval-rules", {"operator"}),
        ("PUT /policies/nightly", {"operator"}),
        ("POST /purge-rules", {"operator"}),
        ("POST /campaign-rules", {"operator"}),
        ("POST /personal-data/erase", {"privacy"}),
    ],
)
def test_each_change_is_allowed_to_the_people_of_its_role(route: str, people: set[str]) -> None:
    assert who_may(route) == people


def test_evidence_is_read_and_neither_changed_nor_signed() -> None:
    rights = {action for right in statements_of("EvidenceAccess") for action in right.actions}
    assert rights == {"s3:GetObject", "s3:ListBucket", "kms:GetPublicKey"}


def test_disclosures_are_copied_and_pseudonyms_are_not() -> None:
    (right,) = statements_of("DisclosureAccess")
    assert (right.actions, right.resources) == (("dynamodb:Query",), ("PersonalTable",))
    found = template.resources("AWS::IAM::ManagedPolicy")["DisclosureAccess"]["PolicyDocument"]
    condition = {"ForAllValues:StringNotEquals": {"dynamodb:LeadingKeys": ["#persons"]}}
    assert found["Statement"][0]["Condition"] == condition
