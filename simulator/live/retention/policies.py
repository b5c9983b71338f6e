"""`/api/v2/recording/.../mediaretentionpolicies`: rules for future recordings."""

from __future__ import annotations

from simulator.live.collection import Collection, Kind, Operations
from simulator.live.retention.data_retention import DataRetention
from simulator.live.retention.policy import Policy
from simulator.organisation.words import Operation

OPERATIONS = Operations(
    create=Operation.CREATE_RETENTION_POLICY,
    page=Operation.LIST_RETENTION_POLICIES,
    read=Operation.READ_RETENTION_POLICY,
    update=Operation.UPDATE_RETENTION_POLICY,
    delete=Operation.DELETE_RETENTION_POLICY,
)


def retention_policies(path: str, permission: str, retention: DataRetention) -> Collection:
    """The policies of a path; they do not affect existing recordings."""

    def require(policy: Policy) -> None:
        policy.require_admissible(retention.days)

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
            require=require,
            finds=lambda asked, name: asked.casefold() in name.casefold(),
        )
    )


def policy_collections(retention: DataRetention) -> tuple[Collection, Collection]:
    """The policies and the cross-platform policies; both are limited by `retention`."""
    return (
        retention_policies(
            "/api/v2/recording/mediaretentionpolicies", "recording:retentionPolicy", retention
        ),
        retention_policies(
            "/api/v2/recording/crossplatform/mediaretentionpolicies",
            "recording:crossPlatformRetentionPolicy",
            retention,
        ),
    )
