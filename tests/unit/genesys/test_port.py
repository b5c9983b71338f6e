"""The contract of the `Genesys` port, for the client and its in-memory twin."""

from __future__ import annotations

import pytest
from genesys_purge.errors import PermissionMissing, RefusedByGenesys
from genesys_purge.ports import Genesys

from tests.scripted_genesys import ScriptedGenesys
from tests.unit.genesys.exchange import DELETE, ONCE, PERMIT, READ, Answer, Exchange


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
    first, second = PERMIT, PERMIT._replace(attempt=2)
    assert genesys.delete(DELETE, {}, first) == {"n": 1}
    with pytest.raises(RefusedByGenesys):
        genesys.delete(DELETE, {}, second)
    for used in (first, second):
        with pytest.raises(ValueError, match="was already used"):
            genesys.delete(DELETE, {}, used)
