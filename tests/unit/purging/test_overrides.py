"""Overriding the retention policy needs a permission of its own, and is counted."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import InvalidRequest
from genesys_purge.methods.documented.data_deletion import COUNT
from genesys_purge.model.messages import RunRef
from genesys_purge.model.submission import Submission

from tests import builders
from tests.unit.workbench import Workbench

CALLER = "arn:aws:iam::123456789012:user/dpo"
OVERRIDE = builders.data_deletion(requestId="q3", retentionPolicyOverride=True)


@pytest.fixture
def bench() -> Workbench:
    return Workbench()


def submit(bench: Workbench, request: dict[str, Any], actor: str = CALLER) -> str:
    return bench.submit_purge(Submission(request, actor)).run_id


@pytest.mark.parametrize(
    "callers", [frozenset(), {"arn:aws:iam::123456789012:user/dpo2"}, {CALLER.upper()}, {"*"}]
)
def test_caller_that_is_not_listed_may_not_override(bench: Workbench, callers: set[str]) -> None:
    bench.override_callers = frozenset(callers)
    with pytest.raises(InvalidRequest) as refused:
        submit(bench, OVERRIDE)
    (error,) = refused.value.fields
    assert error.path == "retentionPolicyOverride"
    assert error.message == (
        f"the caller {CALLER} may not override the retention policy; leave the field out, or let "
        "an operator add this caller to the parameter /stack/override-callers"
    )
    assert bench.audit.of("q3") == ()
    assert not bench.meter.counts


def test_listed_caller_may_override_and_is_counted(bench: Workbench) -> None:
    bench.override_callers = frozenset({CALLER})
    assert submit(bench, OVERRIDE) == "q3"
    assert bench.meter.counts == {"RetentionOverrides": 1}
    assert bench.meter.dimensions["RetentionOverrides"] == ("data_deletion", None)
    record = bench.audit.of("q3")[0].to_json()
    assert (record["retentionPolicyOverride"], record["jurisdiction"]) == (True, "us-east-1")
    # Retention and holds are validated by the plan.
    assert "complianceNote" not in record


def test_same_request_is_counted_once(bench: Workbench) -> None:
    bench.override_callers = frozenset({CALLER})
    assert submit(bench, OVERRIDE) == submit(bench, OVERRIDE)
    assert bench.meter.counts == {"RetentionOverrides": 1}


def test_dry_run_needs_the_permission_but_is_not_counted(bench: Workbench) -> None:
    dry = OVERRIDE | {"dryRun": True}
    with pytest.raises(InvalidRequest):
        submit(bench, dry)
    bench.override_callers = frozenset({CALLER})
    submit(bench, dry)
    assert not bench.meter.counts


@pytest.mark.parametrize(
    "request_", [builders.data_deletion(), builders.data_deletion(retentionPolicyOverride=False)]
)
def test_request_without_an_override_needs_no_permission(
    bench: Workbench, request_: dict[str, Any]
) -> None:
    submit(bench, request_)
    assert not bench.meter.counts


def test_missing_permission_is_reported_with_all_other_errors(bench: Workbench) -> None:
    with pytest.raises(InvalidRequest) as refused:
        submit(bench, OVERRIDE | {"reason": "short", "jurisdiction": "eu-west-1"})
    paths = {each.path for each in refused.value.fields}
    assert paths == {"reason", "jurisdiction", "retentionPolicyOverride"}


def test_run_whose_caller_lost_the_permission_is_refused(bench: Workbench) -> None:
    bench.stored(OVERRIDE, submitted_by=CALLER)
    with pytest.raises(InvalidRequest, match="the caller of this run may not override") as refused:
        bench.validate_purge({"runId": "run-1"})
    assert CALLER not in str(refused.value)
    bench.override_callers = frozenset({CALLER})
    assert bench.validate_purge({"runId": "run-1"}) == {"runId": "run-1"}


def test_check_of_a_request_alone_has_no_caller(bench: Workbench) -> None:
    assert bench.validate_purge(OVERRIDE)["retentionPolicyOverride"] is True


def test_audit_of_a_run_has_the_compliance_facts_from_the_plan_on(bench: Workbench) -> None:
    bench.genesys.on(COUNT, {"results": [{"count": 5}]})
    bench.stored(builders.data_deletion(retentionPolicyOverride=True))
    bench.plan_purge(RunRef(run_id="run-1"))
    planned = bench.last_fact
    assert planned["complianceNote"].startswith("the retention policy of Genesys was overridden")
    assert planned["request"]["retentionPolicyOverride"] is True
    bench.stop()
    names = ("jurisdiction", "retentionPolicyOverride", "complianceNote")
    assert [bench.last_fact[name] for name in names] == [planned[name] for name in names]
    assert bench.batch.compliance == bench.run.facts.compliance
