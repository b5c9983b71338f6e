"""Several organisations: each run uses only its own, within its limits."""

from __future__ import annotations

import re
from typing import Any

import pytest
from genesys_purge.calling.slots import PoolKey
from genesys_purge.errors import LimitExceeded, Misconfigured
from genesys_purge.methods.recording_job.conversations import QUERY
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.methods.recording_job.two_step import CREATE, LIST
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import Next, RunRef
from genesys_purge.model.run import Location
from genesys_purge.model.submission import Submission

from tests import builders
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.purging.recording_batch import CALL, entries
from tests.unit.workbench import Workbench

NONE: dict[str, Any] = {"entities": []}


@pytest.fixture
def emea(bench: Workbench) -> ScriptedGenesys:
    """The Genesys of an organisation with limits of its own."""
    genesys = ScriptedGenesys()
    genesys.on(QUERY, {"conversations": [CALL]}, {"conversations": []})
    genesys.on(ASK, NONE)
    genesys.on(LIST, NONE)
    genesys.on(CREATE, {"id": "job-1"})
    zones = frozenset({"eu-west-1"})
    bench.organisations.add(
        "emea", genesys, concurrent_jobs=1, max_records=1, residency_zones=zones
    )
    bench.organisations.add("live", genesys, platform="live")
    return genesys


@pytest.mark.usefixtures("emea")
def test_unknown_organisation_is_reported_with_the_other_errors(bench: Workbench) -> None:
    request = builders.conversation_archive(organisation="latam", reason="short")
    assert bench.errors(request).keys() == {"organisation", "reason"}


@pytest.mark.parametrize("name", ["", "EMEA", "../emea", "e" * 41, 7, ["emea"]])
def test_malformed_organisation_name_is_refused_without_a_lookup(
    bench: Workbench, name: Any
) -> None:
    assert bench.errors(builders.conversation_archive(organisation=name)).keys() == {"organisation"}


@pytest.mark.usefixtures("emea")
def test_limits_and_zones_come_from_the_organisation(bench: Workbench) -> None:
    more = builders.recording_job(organisation="emea", maxRecords=2)
    assert bench.errors(more).keys() == {"maxRecords"}
    assert bench.errors(more | {"organisation": "live"}) == {}
    zoned = builders.data_deletion(jurisdiction="us-east-1")
    assert bench.errors(zoned) == {}
    assert bench.errors(zoned | {"organisation": "emea"}).keys() == {"jurisdiction"}
    assert bench.errors(zoned | {"organisation": "emea", "jurisdiction": "eu-west-1"}) == {}


@pytest.mark.usefixtures("emea")
@pytest.mark.parametrize(
    ("request_of", "instead"),
    [
        (builders.data_deletion, "recording_job .* or gdpr_request"),
        (builders.interaction_purge, "recording_job with mediaTypes"),
        (builders.conversation_archive, "recording_job with conversationIds"),
    ],
)
def test_live_organisation_refuses_documented_methods_with_advice(
    bench: Workbench, request_of: Any, instead: str
) -> None:
    assert bench.errors(request_of()) == {}
    refused = bench.errors(request_of(organisation="live"))
    assert refused.keys() == {"method"}
    assert re.search(instead, refused["method"])


@pytest.mark.usefixtures("emea")
def test_refused_method_is_reported_beside_a_wrong_field(
    bench: Workbench,
) -> None:
    request = builders.interaction_purge(organisation="live", dateRange="yesterday")
    assert bench.errors(request).keys() == {"method", "dateRange"}


@pytest.mark.usefixtures("emea")
@pytest.mark.parametrize("request_of", [builders.recording_job, builders.gdpr_request])
def test_live_organisation_accepts_the_live_methods(bench: Workbench, request_of: Any) -> None:
    assert bench.errors(request_of(organisation="live")) == {}


def test_run_is_planned_with_the_concurrency_of_its_organisation(
    bench: Workbench, emea: ScriptedGenesys
) -> None:
    bench.stored(builders.recording_job(organisation="emea"))
    assert bench.plan_purge(RunRef(run_id="run-1")).concurrency == 2
    assert emea.calls
    assert bench.genesys.calls == []
    assert bench.last_fact["organisation"] == "emea"


def test_plan_above_the_limit_of_the_organisation_is_refused(
    bench: Workbench, emea: ScriptedGenesys
) -> None:
    second = CALL | {"conversationId": builders.uuids(1, series=9)[0]}
    emea.on(QUERY, {"conversations": [CALL, second]}, {"conversations": []})
    bench.stored(builders.recording_job(organisation="emea"))
    with pytest.raises(LimitExceeded, match="2 records, 1 are allowed"):
        bench.plan_purge(RunRef(run_id="run-1"))


def test_batch_takes_a_slot_of_its_own_organisation(
    bench: Workbench, emea: ScriptedGenesys
) -> None:
    step = bench.planned(
        builders.batch(planned=3),
        request=builders.recording_job(organisation="emea"),
        entries=entries(3),
    )
    assert bench.submit_batch(step).next is Next.POLL
    assert [call.operation.path for call in emea.calls if call.permit] == [CREATE.path]
    assert bench.genesys.calls == []
    assert set(bench.slots.pools) == {PoolKey("emea", "recording_job")}


def where(bench: Workbench, organisation: str | None) -> Location:
    return Location.of(bench.organisations.named(organisation))


@pytest.mark.usefixtures("emea")
@pytest.mark.parametrize("named", [{}, {"organisation": "emea"}])
def test_run_stores_the_location_of_its_organisation(
    bench: Workbench, named: dict[str, Any]
) -> None:
    bench.organisations.add(
        "emea", bench.genesys, region="eu-west-1", login_url_override="https://l/"
    )
    run_id = bench.submit_purge(Submission(builders.recording_job(**named), "tests")).run_id
    kept = bench.runs.get(run_id).location
    assert kept == where(bench, named.get("organisation"))
    assert kept is not None
    assert (kept.region, kept.api_url, kept.login_url) == (
        ("eu-west-1", "https://api.mypurecloud.ie", "https://l")
        if named
        else ("us-east-1", "https://api.mypurecloud.com", "https://login.mypurecloud.com")
    )


MOVED = pytest.mark.parametrize(
    ("field", "value"),
    [
        ("region", "eu-west-2"),
        ("api_url", "https://api.elsewhere.test"),
        ("login_url", "https://login.elsewhere.test"),
    ],
)
ORGANISATIONS = pytest.mark.parametrize(
    ("organisation", "name"), [(None, "default organisation"), ("emea", "organisation emea")]
)


@MOVED
@ORGANISATIONS
def test_run_whose_organisation_moved_is_not_planned(
    bench: Workbench,
    emea: ScriptedGenesys,
    organisation: str | None,
    name: str,
    field: str,
    value: str,
) -> None:
    elsewhere = where(bench, organisation).model_copy(update={field: value})
    bench.stored(_request(organisation), location=elsewhere)
    with pytest.raises(Misconfigured, match=f"the {name} is at .* again with another requestId"):
        bench.plan_purge(RunRef(run_id="run-1"))
    assert (emea.calls, bench.genesys.calls) == ([], [])


@MOVED
@ORGANISATIONS
@pytest.mark.parametrize("state", [BatchState.PLANNED, BatchState.SUBMITTED, BatchState.COMPLETED])
def test_run_whose_organisation_moved_submits_and_polls_nothing(
    bench: Workbench,
    emea: ScriptedGenesys,
    organisation: str | None,
    name: str,
    field: str,
    value: str,
    state: BatchState,
) -> None:
    elsewhere = where(bench, organisation).model_copy(update={field: value})
    step = bench.planned(
        builders.batch(planned=3, state=state, job_id="job-1"),
        request=_request(organisation),
        entries=entries(3),
        location=elsewhere,
    )
    for use_case in (bench.submit_batch, bench.poll_batch, bench.verify_batch):
        with pytest.raises(Misconfigured, match=name):
            use_case(step)
    assert (emea.calls, bench.genesys.calls) == ([], [])
    assert bench.facts == []


def test_run_whose_organisation_did_not_move_goes_on(
    bench: Workbench, emea: ScriptedGenesys
) -> None:
    bench.stored(_request("emea"), location=where(bench, "emea"))
    assert bench.plan_purge(RunRef(run_id="run-1")).batches == 1
    assert emea.calls


def _request(organisation: str | None) -> dict[str, Any]:
    return builders.recording_job(**({"organisation": organisation} if organisation else {}))


@pytest.mark.usefixtures("emea")
def test_same_request_for_another_organisation_is_another_run(bench: Workbench) -> None:
    request = builders.recording_job()
    runs = {
        bench.submit_purge(Submission(request | named, "tests")).run_id
        for named in ({}, {"organisation": "emea"}, {"organisation": "live"})
    }
    assert len(runs) == 3
