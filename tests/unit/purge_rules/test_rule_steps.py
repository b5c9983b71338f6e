"""A stored purge rule goes from one status to the next, and no other way."""

from __future__ import annotations

from itertools import product

import pytest
from genesys_purge.purge_rules.purge_rule import RuleStatus

from tests.unit.purge_rules.rule_bench import rule

ALLOWED = {
    ("creating", "creating"),
    ("creating", "created"),
    ("creating", "failed"),
    ("created", "registered"),
    ("failed", "creating"),
}


@pytest.mark.parametrize(("before", "after"), [*product(RuleStatus, RuleStatus)])
def test_a_rule_goes_only_where_the_table_lets_it(before: RuleStatus, after: RuleStatus) -> None:
    stored = rule(status=before, version=4)
    if (before, after) in ALLOWED:
        assert (stored.to(after).status, stored.to(after).version) == (after, 5)
    else:
        with pytest.raises(ValueError, match=f"from {before} to {after}"):
            stored.to(after)


@pytest.mark.parametrize("status", [*RuleStatus])
def test_only_a_rule_that_failed_without_a_doubt_does_not_exist(status: RuleStatus) -> None:
    assert rule(status=status).may_exist is (status is not RuleStatus.FAILED)
    assert rule(status=status, is_uncertain=True).may_exist


def test_a_rules_audit_goes_by_its_name_alone() -> None:
    assert rule().run_id == rule(fingerprint="1" * 32, attempts=7).run_id
    assert rule().run_id != rule(name="another").run_id
    assert len(rule(name="ü" * 100).run_id) == len("rule-") + 32
