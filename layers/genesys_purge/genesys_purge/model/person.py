"""Persons: who acts, by an identity that the caller cannot choose."""

from __future__ import annotations

from typing import NamedTuple

# IAM Identity Center creates these roles, and sets the names of their sessions.
IDENTITY_CENTER = "AWSReservedSSO_"


class Principal(NamedTuple):
    """A caller that IAM authenticated: its ARN, and its unique id with the name of its session."""

    arn: str
    unique_id: str = ""

    @property
    def person_id(self) -> str:
        """The person: two sessions of one role are one person, because callers name sessions.

        Only the sessions of an Identity Center role are named by AWS, after the user. An id that
        IAM does not report is replaced by the name in the ARN.
        """
        kind, _, name = self.arn.rpartition(":")[2].partition("/")
        own_id, _, session = self.unique_id.partition(":")
        match kind:
            case "user":
                return f"user:{own_id or name}"
            case "assumed-role":
                role, _, named = name.partition("/")
                is_of_aws = role.startswith(IDENTITY_CENTER)
                return f"role:{own_id or role}" + (f":{session or named}" if is_of_aws else "")
        return f"principal:{self.arn}"
