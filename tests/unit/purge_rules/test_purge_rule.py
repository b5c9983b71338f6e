"""PurgeRule: the allowed transitions, and the names of its records."""

from __future__ import annotations

from itertools import product

import pytest
from genesys_purge.purge_rules.purge_rule import RuleRef, RuleStatus

from tests.unit.purge_rules.rule_bench import NAME, ONCE, REF, rule

ALLOWED = {
    ("creating", "creating"),
    ("creating", "created"),
    ("creating", "failed"),
    ("created", "registered"),
    ("failed", "creating"),
}


def test_rule_takes_only_the_transitions_of_the_table() -> None:
    for before, after in product(RuleStatus, RuleStatus):
        stored = rule(status=before, version=4)
        if (before, after) in ALLOWED:
            assert (stored.to(after).status, stored.to(after).version) == (after, 5)
            continue
        with pytest.raises(ValueError, match=f"from {before} to {after}"):
            stored.to(after)


def test_only_a_rule_that_failed_without_doubt_cannot_exist() -> None:
    for status in RuleStatus:
        assert rule(status=status).may_exist is (status is not RuleStatus.FAILED)
        assert rule(status=status, attempt=ONCE.unsure("no answer")).may_exist


def test_run_id_of_a_rule_depends_on_its_name_alone() -> None:
    assert rule().run_id == rule(fingerprint="1" * 32, requested_by="dpo").run_id
    assert rule().run_id == "rule:211ca78401bbd41b90f0eaddac9316e6"
    assert rule().run_id != rule(name="another").run_id
    assert len(rule(name="ü" * 100).run_id) == len("rule:") + 32


def test_key_of_a_rule_in_the_default_organisation_is_its_name() -> None:
    assert REF.key == NAME
    assert REF.to_json() == {"name": NAME}
    assert RuleRef.parse({"name": NAME}) == REF
