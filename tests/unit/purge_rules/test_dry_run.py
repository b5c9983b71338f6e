"""A dry run of a purge rule: every check of its creation, and nothing stored or created."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import (
    AlreadyExists,
    InvalidRequest,
    OnLegalHold,
    OutcomeUnknown,
    TryLater,
)
from genesys_purge.methods.data_retention import READ
from genesys_purge.model.request import fingerprint
from genesys_purge.purge_rules.documented.api import CREATE
from genesys_purge.purge_rules.purge_rule import RuleStatus

from tests.clock import NOON
from tests.unit.methods.scene import hold
from tests.unit.purge_rules.rule_bench import (
    NAME,
    REF,
    RuleBench,
    document,
    matrix,
    rule,
    scripted_genesys,
)

POLICY = {"minimumDays": 730, "basis": "Retention set in the request"}


def is_untouched(bench: RuleBench) -> bool:
    traces = bench.creations or bench.registered or bench.audit.every or bench.meter.counts
    return not traces and bench.registrations.sent == []


def test_dry_run_answers_the_body_for_genesys_and_the_policy(bench: RuleBench) -> None:
    assert bench.dry_run().to_json() == {
        "name": NAME,
        "status": "dry_run",
        "definition": document(),
        "policy": POLICY,
    }
    assert is_untouched(bench)
    assert bench.genesys.calls == []
    assert bench.rules.get(REF) is None


def test_dry_run_names_the_legal_basis_of_a_longer_policy(bench: RuleBench) -> None:
    bench.policies.matrix = matrix((30, {}), (730, {"interactionType": "voice"}))
    policy = {"minimumDays": 730, "basis": "law 1", "rule": "any", "assumed": "internal"}
    assert bench.dry_run().to_json()["policy"] == policy


def test_dry_run_of_a_live_organisation_answers_its_policy(bench: RuleBench) -> None:
    genesys = scripted_genesys()
    bench.organisations.add("emea", genesys, platform="live")
    planned = bench.dry_run(organisation="emea", snapshotBeforeDelete=False)
    assert planned.organisation == "emea"
    assert set(planned.definition) == {"name", "enabled", "mediaPolicies"}
    assert planned.detail is not None
    assert "keeps no interaction for more than 1826 days" in planned.detail
    assert [call.operation for call in genesys.calls] == [READ]
    assert is_untouched(bench)


def test_dry_run_is_refused_where_the_live_platform_refuses_the_days(bench: RuleBench) -> None:
    genesys = scripted_genesys()
    genesys.on(READ, {"retentionDays": 729})
    bench.organisations.add("emea", genesys, platform="live")
    with pytest.raises(InvalidRequest, match=r"retentionPeriod\.days: must be at most 729"):
        bench.dry_run(organisation="emea", snapshotBeforeDelete=False)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"retentionPeriod": {"days": 29}}, "retentionPeriod.days"),
        ({"complianceLockCheck": False}, "complianceLockCheck"),
        ({"organisation": "latam"}, "organisation"),
        ({"schedule": {"recurrence": "daily"}}, "schedule.timeOfDay"),
    ],
)
def test_dry_run_makes_every_check_of_the_request(
    bench: RuleBench, fields: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        bench.dry_run(**fields)
    assert path in [error.path for error in refused.value.fields]
    assert is_untouched(bench)


def test_dry_run_is_refused_while_a_hold_is_active(bench: RuleBench) -> None:
    bench.holds.placed.append(hold())
    with pytest.raises(OnLegalHold, match="legal hold h1"):
        bench.dry_run()
    assert is_untouched(bench)


def test_dry_run_reports_that_purging_is_disabled(bench: RuleBench) -> None:
    bench.policies.switch = "off"
    planned = bench.dry_run()
    assert (planned.detail or "").startswith("purging is disabled")


def test_dry_run_of_a_created_rule_names_its_id(bench: RuleBench) -> None:
    bench.create()
    calls = len(bench.genesys.calls)
    planned = bench.dry_run()
    assert planned.rule_id == "rule-1"
    detail = "the rule exists (registered), so the request would create nothing"
    assert planned.detail == detail
    assert len(bench.genesys.calls) == calls


def test_dry_run_of_another_rule_under_the_name_is_a_conflict(bench: RuleBench) -> None:
    bench.create()
    with pytest.raises(AlreadyExists, match="another purge rule"):
        bench.dry_run(maxBatchSize=501)


def test_dry_run_waits_for_a_creation_in_progress(bench: RuleBench) -> None:
    bench.put(rule())
    with pytest.raises(TryLater, match="is being created"):
        bench.dry_run()
    assert bench.stored == rule()


def test_dry_run_reports_an_unanswered_creation(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, OutcomeUnknown("not answered"))
    with pytest.raises(OutcomeUnknown):
        bench.create()
    stored = bench.stored
    bench.clock.wait(60)
    detail = "the rule may exist, because a call was not answered"
    assert bench.dry_run().detail == detail
    assert bench.stored == stored


def test_dry_run_leaves_a_failed_rule_as_it_is(bench: RuleBench) -> None:
    failed = rule(version=2, status=RuleStatus.FAILED, requested_at=NOON)
    bench.put(failed)
    assert bench.dry_run(maxBatchSize=501).detail is None
    assert bench.stored == failed


def test_request_without_a_dry_run_is_the_same_rule(bench: RuleBench) -> None:
    created = bench.create(dryRun=False)
    assert bench.create() == created
    assert bench.stored.fingerprint == fingerprint(document(), None)
    assert bench.creations == [document()]


@pytest.mark.parametrize("wrong", ["true", 1, None])
def test_dry_run_must_be_true_or_false(bench: RuleBench, wrong: object) -> None:
    assert bench.errors(document(dryRun=wrong)) == {"dryRun": "must be true or false"}
