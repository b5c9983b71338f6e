"""Persons: which callers are the same one."""

from __future__ import annotations

import pytest
from genesys_purge.model.person import (
    Principal,
    approvals_needed,
    humans_of,
    is_same_human,
)

STS = "arn:aws:sts::123456789012:assumed-role"
SSO = f"{STS}/AWSReservedSSO_Purge_0a1b"


@pytest.mark.parametrize(
    ("arn", "unique_id", "person_id"),
    [
        ("arn:aws:iam::123456789012:user/team/jane", "AIDA1", "user:AIDA1"),
        (f"{STS}/Purge/jane", "AROA1:jane", "role:AROA1"),
        (f"{SSO}/jane@example.com", "AROA2:jane@example.com", "role:AROA2:jane@example.com"),
        (
            "arn:aws:iam::123456789012:root",
            "123456789012",
            "principal:arn:aws:iam::123456789012:root",
        ),
        (
            "arn:aws:sts::123456789012:federated-user/jane",
            "123456789012:jane",
            "federated:123456789012",
        ),
        # Without an id, the names in the ARN are all that is known.
        ("arn:aws:iam::123456789012:user/jane", "", "user:jane"),
        (f"{STS}/Purge/jane", "", "role:Purge"),
        (f"{SSO}/jane", "", "role:AWSReservedSSO_Purge_0a1b:jane"),
    ],
)
def test_person_is_known_by_the_identity_that_iam_reports(
    arn: str, unique_id: str, person_id: str
) -> None:
    assert Principal(arn, unique_id).person_id == person_id


def test_two_sessions_of_a_role_are_one_person() -> None:
    sessions = [Principal(f"{STS}/Purge/{name}", f"AROA1:{name}") for name in ("jane", "joe")]
    assert len({each.person_id for each in sessions}) == 1


def test_two_users_of_identity_center_are_two_persons() -> None:
    sessions = [Principal(f"{SSO}/{name}", f"AROA2:{name}") for name in ("jane", "joe")]
    assert len({each.person_id for each in sessions}) == 2


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("role:AROA1:jane@x", "role:AROA2:jane@x", True),
        ("role:AROA1:jane@x", "role:AROA2:Jane@X", True),
        ("role:AROA1:jane@x", "role:AROA1:joe@x", False),
        ("role:AROA1", "role:AROA2", False),
        ("role:AROA1", "role:AROA1", True),
        ("user:jane@x", "role:AROA1:jane@x", False),
        ("user:AIDA1", "user:aida1", False),
    ],
)
def test_ids_of_identity_center_with_one_name_are_one_human(
    one: str, other: str, *, is_same: bool
) -> None:
    assert is_same_human(one, other) is is_same
    assert len(humans_of([one, other])) == (1 if is_same else 2)


def test_machine_is_no_human() -> None:
    assert not is_same_human(None, None)
    assert not is_same_human("user:A", None)


@pytest.mark.parametrize(
    ("requester", "needed"),
    [("user:A", 2), ("role:A", 2), (None, 3), ("federated:1", 3)],
)
def test_unknown_requester_needs_one_approval_more(requester: str | None, needed: int) -> None:
    assert approvals_needed(2, requester) == needed
