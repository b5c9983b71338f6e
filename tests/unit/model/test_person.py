"""Persons: which callers are the same one."""

from __future__ import annotations

import pytest
from genesys_purge.model.person import Principal

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
