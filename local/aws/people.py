"""The people of the embedded AWS: IAM users with the policies of the template for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from genesys_purge.model.person import Principal

# The managed policy of each person, by its logical id in the template.
POLICIES = {
    "requester": "RequesterAccess",
    "approver": "ApproverAccess",
    "holds": "HoldsAccess",
    "auditor": "AuditorAccess",
    "operator": "OperatorAccess",
    "privacy": "PrivacyAccess",
}


@dataclass(frozen=True)
class Person:
    """A person's access key, and the id by which the application knows the person."""

    access_key_id: str
    secret_access_key: str
    person_id: str

    def to_json(self) -> dict[str, str]:
        """The key and the id, as `stack.json` has them."""
        return {
            "accessKeyId": self.access_key_id,
            "secretAccessKey": self.secret_access_key,
            "personId": self.person_id,
        }


def create_people(iam: Any, ids: Mapping[str, str]) -> dict[str, Person]:
    """Creates a user for each role; `ids` maps the logical ids of policies to their ARNs.

    A template without such policies has no people.
    """
    return {
        name: _create(iam, name, ids[policy]) for name, policy in POLICIES.items() if policy in ids
    }


def _create(iam: Any, name: str, policy: str) -> Person:
    user = iam.create_user(UserName=name)["User"]
    iam.attach_user_policy(UserName=name, PolicyArn=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    person_id = Principal(user["Arn"], user["UserId"]).person_id
    return Person(key["AccessKeyId"], key["SecretAccessKey"], person_id)
