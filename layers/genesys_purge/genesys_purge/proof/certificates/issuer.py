"""Who issues certificates, and what every certificate says about itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

# The release of this software.
VERSION = "0.1.0"
ASSURANCE = (
    "The records were deleted logically, through the platform's API. The platform's provider "
    "sanitises the physical media."
)
LIMITS = (
    "Counts of deleted records are those that Genesys reported.",
    "A record counts as absent if Genesys no longer found it at the time of the verification.",
    "A change of an audit record before it was sealed, usually within two minutes, is not proven.",
    "plan.jsonl has no ids: which records a batch has can be shown only while their list is kept.",
    "Copies outside of the platform's live data are listed under residualCopies, and not checked.",
)
# The systems that may have copies of any deleted record.
RESIDUAL_COPIES: Sequence[Mapping[str, str]] = (
    {"system": "backups of the platform", "status": "unknown"},
    {"system": "analytics aggregates of the platform", "status": "unknown"},
    {"system": "exports and downstream systems", "status": "unknown"},
    {"system": "lists of the deleted ids in this deployment", "status": "not in scope"},
)


class Issuer(NamedTuple):
    """The deployment: the name of its log, and the id of the key that signs its certificates.

    `controller` is the legal person in whose name records are deleted, as the operator named it.
    """

    origin: str
    key_id: str
    controller: str | None = None

    def to_json(self) -> Mapping[str, str]:
        """The issuer in a certificate."""
        return {"origin": self.origin, "version": VERSION, "keyId": self.key_id}
