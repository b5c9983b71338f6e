"""The contract of the `Genesys` port, for the client and its in-memory twin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from genesys_purge.calling.permit import Permit
from genesys_purge.errors import PermissionMissing, PermitExpired, RefusedByGenesys
from genesys_purge.operation import Authorised, DeletingCall
from genesys_purge.ports import Genesys

from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.genesys.exchange import DELETE, ONCE, READ, Answer, Exchange


@pytest.fixture(params=["twin", "client"])
def genesys(request: pytest.FixtureRequest) -> Genesys:
    """Answers the first call with an object, the second with 409 and all others with 403."""
    if request.param == "client":
        return Exchange(Answer(200, {"n": 1}), Answer(409), Answer(403)).client
    twin = ScriptedGenesys()
    replies = (
        {"n": 1},
        RefusedByGenesys("409", status=409),
        PermissionMissing("403", permission="p"),
    )
    for operation in (READ, ONCE, DELETE):
        twin.on(operation, *replies)
    return twin


def test_genesys_reads_answers_in_order_and_raises_our_errors(genesys: Genesys) -> None:
    assert genesys.read(READ, {"a": 1}) == {"n": 1}
    with pytest.raises(RefusedByGenesys) as refused:
        genesys.read(READ, {"a": 1})
    assert refused.value.status == 409
    for _ in range(2):
        with pytest.raises(PermissionMissing):
            genesys.read(READ, {"a": 1})


def test_genesys_fills_the_path_by_name(genesys: Genesys) -> None:
    assert genesys.read(ONCE, job_id="job-1") == {"n": 1}


def test_permit_is_used_up_even_if_its_call_fails(genesys: Genesys) -> None:
    first, second = (Permit("run-1", 0, number, NOON) for number in (1, 2))
    assert delete(genesys, first) == {"n": 1}
    with pytest.raises(RefusedByGenesys):
        delete(genesys, second)
    for used in (first, second):
        with pytest.raises(PermitExpired, match="already used"):
            delete(genesys, used)


def delete(genesys: Genesys, permit: Permit) -> Mapping[str, Any]:
    call = DeletingCall(DELETE, lambda _: {})
    return genesys.delete(call, lambda: Authorised(permit, {}))
