"""`/api/v2/recording/.../mediaretentionpolicies`: rules for recordings that are yet to be made."""

from __future__ import annotations

from pydantic import Field

from local.simulator.live.collection import Collection, Kind, Named, Operations
from local.simulator.words import Operation

OPERATIONS = Operations(
    create=Operation.CREATE_RETENTION_POLICY,
    page=Operation.LIST_RETENTION_POLICIES,
    read=Operation.READ_RETENTION_POLICY,
    update=Operation.UPDATE_RETENTION_POLICY,
    delete=Operation.DELETE_RETENTION_POLICY,
)
LONGEST_NAME = 256


class Policy(Named):
    """A policy; what it says of conditions and actions is kept and never carried out."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    order: int | None = None
    description: str | None = None
    enabled: bool = False
    media_policies: dict[str, object] | None = None
    conditions: dict[str, object] | None = None
    actions: dict[str, object] | None = None
    policy_errors: dict[str, object] | None = None
    created_date: str | None = None
    modified_date: str | None = None


def retention_policies(path: str, permission: str) -> Collection:
    """The policies under a path; they are not retroactive."""
    return Collection(
        Kind(
            path=path,
            permission=permission,
            operations=OPERATIONS,
            body=Policy,
            created="createdDate",
            modified="modifiedDate",
            duplicate="recording.policy.name.duplicate.name",
            invalid="recording.policy.invalid",
        )
    )


def policy_collections() -> tuple[Collection, Collection]:
    """Those for voice alone, and those for every medium."""
    return (
        retention_policies("/api/v2/recording/mediaretentionpolicies", "recording:retentionPolicy"),
        retention_policies(
            "/api/v2/recording/crossplatform/mediaretentionpolicies",
            "recording:crossPlatformRetentionPolicy",
        ),
    )
