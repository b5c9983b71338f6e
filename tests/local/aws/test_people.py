"""The people of the local application are IAM users with one policy each."""

from __future__ import annotations

import json

import boto3
from moto import mock_aws

from local.aws.people import POLICIES, create_people

DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}],
}


@mock_aws
def test_each_person_is_a_user_with_the_policy_of_the_role() -> None:
    iam = boto3.client("iam", region_name="us-east-1")
    arns = {
        policy: iam.create_policy(PolicyName=policy, PolicyDocument=json.dumps(DOCUMENT))["Policy"][
            "Arn"
        ]
        for policy in POLICIES.values()
    }

    people = create_people(iam, arns)

    assert people.keys() == POLICIES.keys()
    for name, person in people.items():
        attached = iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]
        assert [each["PolicyArn"] for each in attached] == [arns[POLICIES[name]]]
        assert person.person_id == f"user:{iam.get_user(UserName=name)['User']['UserId']}"
        keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
        assert [each["AccessKeyId"] for each in keys] == [person.access_key_id]


@mock_aws
def test_template_without_policies_for_people_has_no_people() -> None:
    assert create_people(boto3.client("iam", region_name="us-east-1"), {}) == {}
