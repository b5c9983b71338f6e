"""The guard and the seals: what is not sealed or checked for too long stops every deletion."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from genesys_purge.calling.seals import WAITS, SealAge, SealsTooOld
from genesys_purge.model.retention import Kind, values
from genesys_purge.model.seal_health import SealHealth

from tests.clock import NOON
from tests.unit.purge_rules.rule_bench import RuleBench
from tests.unit.purging.test_guard import IDS
from tests.unit.workbench import Workbench

LIMIT, A_MOMENT = timedelta(hours=1), timedelta(microseconds=1)
KIND: Kind = {"method": values("purge_rule"), "classification": values()}


def obstacle(checked: datetime, oldest: datetime | None = None) -> str | None:
    health = SealHealth(checked_at=checked, oldest_unsealed_at=oldest)
    return SealAge(lambda: health, LIMIT).obstacle(NOON)


@pytest.mark.parametrize("oldest", [None, NOON, NOON - LIMIT])
def test_sealed_records_up_to_the_limit_are_no_obstacle(oldest: datetime | None) -> None:
    assert obstacle(NOON, oldest) is None


def test_record_that_is_unsealed_beyond_the_limit_is_an_obstacle() -> None:
    found = obstacle(NOON, NOON - LIMIT - A_MOMENT)
    why = "audit records since 2026-11-21T10:59:59.999999+00:00 are not sealed, for more than"
    assert found == f"{why} 3600 seconds; {WAITS}"


@pytest.mark.parametrize("checked", [NOON - LIMIT, NOON + LIMIT])
def test_check_within_the_limit_is_no_obstacle(checked: datetime) -> None:
    assert obstacle(checked) is None


@pytest.mark.parametrize("checked", [NOON - LIMIT - A_MOMENT, NOON + LIMIT + A_MOMENT])
def test_check_beyond_the_limit_is_an_obstacle(checked: datetime) -> None:
    found = obstacle(checked)
    at = checked.isoformat()
    why = f"the seals of the audit were last checked at {at}, not within 3600 seconds"
    assert found == f"{why}; {WAITS}"


def test_missing_check_is_an_obstacle() -> None:
    found = SealAge(lambda: None, LIMIT).obstacle(NOON)
    why = "the seals of the audit were not checked yet, or the result is unreadable"
    assert found == f"{why}; {WAITS}"


def test_guard_gives_no_permit_while_the_seals_are_too_old(bench: Workbench) -> None:
    assert bench.guard.permit(IDS.deletion(3))
    bench.seals.why = "records are not sealed"
    with pytest.raises(SealsTooOld, match="records are not sealed"):
        bench.guard.permit(IDS.deletion(3))


def test_purge_rule_gets_no_permit_while_the_seals_are_too_old() -> None:
    bench = RuleBench()
    bench.seals.why = "records are not sealed"
    with pytest.raises(SealsTooOld, match="records are not sealed"):
        bench.guard.permit_recurring(
            "rule:1", 1, KIND, 3_000, default_classification="", organisation=None
        )
