"""Invariants that the product is known to break; remove an entry once its fault is fixed."""

from __future__ import annotations

# Pair and invariant. `make interleavings` reports them all the same.
KNOWN_FAULTS: frozenset[tuple[str, str]] = frozenset(
    {
        # The guard reads before the intent, the login and the pace.
        ("submit_submit", "stale"),
        ("submit_hold", "stale"),
        ("plan_plan", "stale"),
        ("execute_execute", "stale"),
        ("rule_rule", "stale"),
        ("rule_hold", "stale"),
        ("end_submit", "stale"),
        # After a 401, the deleting request is sent again under the same permit.
        ("submit_submit", "reused"),
        ("plan_plan", "reused"),
        ("execute_execute", "reused"),
        ("rule_rule", "reused"),
        # The patience of a reconciliation is counted from the message.
        ("submit_submit", "twice"),
        ("plan_plan", "twice"),
        # A worker that intended its call before the end of its run sends it long after.
        ("end_submit", "ended"),
        # Nothing polls the job of a batch whose run has ended.
        ("end_submit", "open"),
        # A job whose creation was not answered may stay ready at Genesys.
        ("execute_execute", "waiting"),
    }
)
