"""What every Genesys behind the port promises: the real client, and its twin."""

from __future__ import annotations

import pytest
from genesys_purge.errors import PermissionMissing, RefusedByGenesys
from genesys_purge.ports import Genesys

from tests.scripted_genesys import ScriptedGenesys
from tests.unit.genesys.exchange import DELETE, ONCE, PERMIT, READ, Answer, Exchange


@pytest.fixture(params=["twin", "client"])
def genesys(request: pytest.FixtureRequest) -> Genesys:
    """Answers a first call with an object, a second with a conflict and all others with 403."""
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


def test_reading_answers_in_order_and_raises_our_own_errors(genesys: Genesys) -> None:
    assert genesys.read(READ, {"a": 1}) == {"n": 1}
    with pytest.raises(RefusedByGenesys) as refused:
        genesys.read(READ, {"a": 1})
    assert refused.value.status == 409
    for _ in range(2):
        with pytest.raises(PermissionMissing):
            genesys.read(READ, {"a": 1})


def test_a_path_is_filled_by_name(genesys: Genesys) -> None:
    assert genesys.read(ONCE, job_id="job-1") == {"n": 1}


def test_a_permit_is_good_for_one_call_whatever_became_of_it(genesys: Genesys) -> None:
    first, second = PERMIT, PERMIT._replace(attempt=2)
    assert genesys.delete(DELETE, {}, first) == {"n": 1}
    with pytest.raises(RefusedByGenesys):
        genesys.delete(DELETE, {}, second)
    for used in (first, second):
        with pytest.raises(ValueError, match="was used before"):
            genesys.delete(DELETE, {}, used)
