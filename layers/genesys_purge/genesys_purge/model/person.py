"""Persons: who acts, by an identity that the caller cannot choose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

# IAM Identity Center creates these roles, and sets the names of their sessions.
IDENTITY_CENTER = "AWSReservedSSO_"
FEDERATED = "federated:"


class Principal(NamedTuple):
    """A caller that IAM authenticated: its ARN, and its unique id with the name of its session."""

    arn: str
    unique_id: str = ""

    @property
    def person_id(self) -> str:
        """The person: two sessions of one role are one person, because callers name sessions.

        Only the sessions of an Identity Center role are named by AWS, after the user. IAM users
        name federated users, and IAM does not report which user did, so all federated users of
        an account have one id. An id that IAM does not report is replaced by the name in the ARN.
        """
        account, _, resource = self.arn.rpartition(":")
        kind, _, name = resource.partition("/")
        own_id, _, session = self.unique_id.partition(":")
        match kind:
            case "user":
                return f"user:{own_id or name}"
            case "federated-user":
                return f"{FEDERATED}{account.rpartition(':')[2]}"
            case "assumed-role":
                role, _, named = name.partition("/")
                is_of_aws = role.startswith(IDENTITY_CENTER)
                return f"role:{own_id or role}" + (f":{session or named}" if is_of_aws else "")
        return f"principal:{self.arn}"


def human_of(person_id: str) -> str:
    """The same text for all ids of one human; compare persons by nothing else.

    A user of Identity Center has an id for each permission set, and one name in all of them.
    Identity Center does not distinguish names by the case of their letters.
    """
    kind, _, rest = person_id.partition(":")
    _, _, session = rest.partition(":")
    return f"session:{session.casefold()}" if kind == "role" and session else person_id


def humans_of(persons: Iterable[str]) -> frozenset[str]:
    """The humans behind some ids of persons."""
    return frozenset(map(human_of, persons))


def is_same_human(one: str | None, other: str | None) -> bool:
    """Whether both are the same human; a machine, which has no id, is none."""
    return one is not None and other is not None and human_of(one) == human_of(other)


def is_federated(person_id: str) -> bool:
    """Whether the id may be that of several humans, because callers name federated users."""
    return person_id.startswith(FEDERATED)


def approvals_needed(asked: int, requester: str | None) -> int:
    """How many persons must approve, if `asked` must approve what a known person requests.

    One more approves what a machine or a federated user requests: it is unknown who stands behind
    the request, and that person may approve as well.
    """
    is_known = requester is not None and not is_federated(requester)
    return asked if is_known else asked + 1
